"""Personal data leaves no house: it is masked before a text goes to a model and restored after.

Masked are names and addresses that the records know, and whatever has the form of a phone, mail address,
link, identity card, bank card, order or waybill number, or street address. Amounts, days and quantities
stay, for the wording needs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

TOKEN = re.compile(r"\[([A-Z]{2,8})_(\d{1,3})\]")
_SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class MaskingForms:
    """`kinds`: name of a kind and the form of what belongs to it, the more special first; `spare` is the
    form of what only looks like a number of somebody's: a day, a quantity."""

    version: str
    kinds: tuple[tuple[str, re.Pattern[str]], ...]
    spare: re.Pattern[str]


@dataclass(slots=True)
class Masking:
    """One conversation's masks: the same thing has the same token in every text."""

    forms: MaskingForms
    known: tuple[tuple[str, str], ...] = ()
    hidden: dict[str, str] = field(default_factory=dict)
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def mask(self, text: str) -> str:
        """The text with tokens for what is personal."""
        # what already looks like a token would otherwise be restored to somebody's data
        text = TOKEN.sub(r"(\1 \2)", text)
        for kind, value in self.known:
            text = text.replace(value, self._token(kind, value))
        for kind, form in self.forms.kinds:
            text = self._mask_form(text, kind, form)
        return text

    def restore(self, text: str) -> str | None:
        """The text with the data back in; None when it holds a token that was never given out."""
        if any(match.group() not in self.hidden for match in TOKEN.finditer(text)):
            return None
        return TOKEN.sub(lambda match: self.hidden[match.group()], text)

    def _mask_form(self, text: str, kind: str, form: re.Pattern[str]) -> str:
        pieces, position = [], 0
        taken = [match.span() for match in TOKEN.finditer(text)]
        for match in form.finditer(text):
            start, end = match.span()
            if start < position or any(a < end and start < b for a, b in taken):
                continue
            if self.forms.spare.match(match.group()):
                continue
            pieces += [text[position:start], self._token(kind, match.group())]
            position = end
        return "".join([*pieces, text[position:]])

    def _token(self, kind: str, value: str) -> str:
        token = self._tokens.get((kind, value))
        if token is None:
            number = self._counts[kind] = self._counts.get(kind, 0) + 1
            token = self._tokens[(kind, value)] = f"[{kind}_{number}]"
            self.hidden[token] = value
        return token


def masking(forms: MaskingForms, known: Mapping[str, Iterable[str]]) -> Masking:
    """Masks for texts in which these values are known to be personal: kind ("NAME", "NUMBER", "ADDRESS")
    to values. Longer ones go first, so that a part never uncovers the whole."""
    values = {(kind, value) for kind, found in known.items() for value in found}
    usable = [(kind, value) for kind, value in values if len(value) >= _SHORTEST_NAME]
    return Masking(forms, tuple(sorted(usable, key=lambda pair: (-len(pair[1]), pair))))
