"""Evidence is kept in the words in which it was found; for a reader of another language it is told again.

Every phrase comes from a template, so the template that fits is found again by its fixed words, and the same
template of the other language is filled with the same values. Quoted words stay as they were said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from goldseam.engine.decide.texts import Texts

_HOLE = re.compile(r"\{(\w+)\}")
_NUMBERS = frozenset({"n", "tried", "worked", "level", "turns", "day"})
_DIGITS, _ANYTHING = r"\d+", ".+?"
_LEAST = 2
"""A template with fewer fixed signs than this would fit anything."""


@dataclass(frozen=True)
class Retelling:
    """From the words of `told` into those of `wanted`."""

    told: Texts
    wanted: Texts

    def __call__(self, evidence: str) -> str:
        """The evidence in the other language; what no template fits stays as it is."""
        again = self._phrase(evidence)
        if again is not None:
            return again
        parts = evidence.split(self.told.phrases["list_separator"])
        if len(parts) == 1:
            return evidence
        return self.wanted.phrases["list_separator"].join(self(part) for part in parts)

    def _phrase(self, text: str) -> str | None:
        for key, pattern in self._patterns:
            found = pattern.fullmatch(text)
            if found:
                values = {hole: self._value(hole, value) for hole, value in found.groupdict().items()}
                return self.wanted.say(key, **values)
        return None

    def _value(self, hole: str, value: str) -> str:
        if hole == "month":
            return self.wanted.name("month", self._codes.get(("month", value), value))
        for kind in self.told.names:
            code = self._codes.get((kind, value))
            if code is not None and kind != "currency":
                return self.wanted.name(kind, code)
        return value if hole == "words" else self._phrase(value) or value

    @cached_property
    def _codes(self) -> dict[tuple[str, str], str]:
        """Kind and word → code."""
        return {(kind, word): code for kind, words in self.told.names.items() for code, word in words.items()}

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        """The templates, those with the most fixed words first."""
        found = []
        for key, template in self.told.phrases.items():
            fixed = len(_HOLE.sub("", template).replace(" ", ""))
            is_plain = fixed > 0 and _NUMBERS.issuperset(_HOLE.findall(template))
            if fixed >= _LEAST or is_plain or key == "day":
                found.append((fixed, key, re.compile(self._pattern(template), re.DOTALL)))
        return [(key, pattern) for _, key, pattern in sorted(found, key=lambda one: (-one[0], one[1]))]

    def _pattern(self, template: str) -> str:
        months = "|".join(map(re.escape, self.told.names.get("month", {}).values())) or _DIGITS
        parts = _HOLE.split(template)
        made = [re.escape(parts[0])]
        for hole, fixed in zip(parts[1::2], parts[2::2], strict=True):
            shape = months if hole == "month" else _DIGITS if hole in _NUMBERS else _ANYTHING
            made.append(f"(?P<{hole}>{shape})" + re.escape(fixed))
        return "".join(made)
