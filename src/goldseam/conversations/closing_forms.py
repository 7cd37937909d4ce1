"""What a shop asks at closing, and what its customers answer."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goldseam.conversations.actions import MAX_COMMENT, REASONS
from goldseam.conversations.threads import causes_of, close_rules

_LINE = re.compile(r"([a-z0-9][a-z0-9_-]{0,39})\s*[:：]\s*(\S.{0,79})")


def _box(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


class CloseRulesForm(forms.Form):
    """The rules as boxes, the causes as lines of "code: name"."""

    need_outcome = _box(gettext_lazy("How it ended for the customer"))
    need_cause = _box(gettext_lazy("The cause"))
    need_note = _box(gettext_lazy("A closing note"))
    causes = forms.CharField(
        label=gettext_lazy("Causes"),
        required=False,
        max_length=8_000,
        help_text=gettext_lazy("One a line, code and name: “carrier: The carrier was late”."),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 8, "spellcheck": "false"}),
    )
    ask_customer = _box(gettext_lazy("Ask the customer how it was"))
    ask_days = forms.IntegerField(
        label=gettext_lazy("Days in which the customer can answer"),
        min_value=1,
        max_value=60,
        initial=7,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    @classmethod
    def of(cls, shop_id: int) -> CloseRulesForm:
        """The form with what the shop has."""
        rules = close_rules(shop_id)
        names = ("need_outcome", "need_cause", "need_note", "ask_customer", "ask_days")
        initial: dict[str, Any] = {name: getattr(rules, name) for name in names}
        initial["causes"] = "\n".join(f"{cause.code}: {cause.name}" for cause in causes_of(shop_id))
        return cls(initial=initial)

    def clean_causes(self) -> list[tuple[str, str]]:
        """(code, name) in their order. A wrong line is named."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["causes"].splitlines(), 1):
            if not line.strip():
                continue
            match = _LINE.fullmatch(line.strip())
            if match is None:
                raise forms.ValidationError(
                    _("Line %(n)s: write a code of small letters, a colon, a name: “carrier: Late”.")
                    % {"n": number}
                )
            if match.group(1) in found:
                raise forms.ValidationError(
                    _("Line %(n)s: the code %(code)s stands there twice.") % {"n": number, "code": match[1]}
                )
            found[match.group(1)] = match.group(2).strip()
        return list(found.items())

    def rules(self) -> dict[str, Any]:
        """What `set_close_rules` takes."""
        return dict(self.cleaned_data)


REASON_NAMES: dict[str, str | Promise] = {
    "speed": gettext_lazy("How fast it went"),
    "solution": gettext_lazy("The solution"),
    "manner": gettext_lazy("How I was treated"),
    "goods": gettext_lazy("The goods"),
    "parcel": gettext_lazy("The delivery"),
    "other": gettext_lazy("Something else"),
}


class AnswerForm(forms.Form):
    """The customer's answer."""

    score = forms.IntegerField(min_value=1, max_value=5)
    reason = forms.ChoiceField(choices=[(code, code) for code in REASONS], required=False)
    comment = forms.CharField(max_length=MAX_COMMENT, required=False, strip=True)
