"""What people type, checked before it is used."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goldseam.core.errors import DomainError
from goldseam.ledger.budgets import SHARES


class PayForm(forms.Form):
    """A payment by hand; without an amount all that is open."""

    key = forms.CharField(max_length=120)
    amount = forms.DecimalField(required=False, min_value=0, max_digits=12, decimal_places=2)
    note = forms.CharField(required=False, max_length=120)


class ReverseForm(forms.Form):
    """Why an entry is taken back."""

    key = forms.CharField(max_length=120)
    reason = forms.CharField(max_length=150)


class MonthField(forms.Field):
    """A month as browsers send it: "2026-11"; its first day."""

    def to_python(self, value: Any) -> date | None:
        """The first of the month; anything else is no month."""
        if not value:
            return None
        try:
            return date.fromisoformat(f"{value}-01")
        except ValueError as error:
            raise forms.ValidationError(_("Write a month like 2026-05.")) from error


class BudgetForm(forms.Form):
    """A budget from a month on; `team` empty is the whole shop, `ends` says there is none any more."""

    team = forms.IntegerField(required=False, min_value=1)
    since = MonthField()
    currency = forms.CharField(max_length=3)
    amount = forms.DecimalField(required=False, min_value=0, max_digits=12, decimal_places=2)
    shares = forms.CharField(required=False, max_length=40)
    ends = forms.BooleanField(required=False)

    def clean_currency(self) -> str:
        """Three capital letters; the verb checks the rest."""
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean_shares(self) -> list[int]:
        """Whole per cents, separated by commas or spaces."""
        words = self.cleaned_data["shares"].replace(",", " ").replace("%", " ").replace("\uff0c", " ").split()
        if not all(word.isdecimal() and len(word) < 4 for word in words):
            raise forms.ValidationError(_("Write per cents like 80, 100."))
        return [int(word) for word in words] or list(SHARES)

    def clean(self) -> dict[str, Any]:
        """An amount, unless the budget ends."""
        fields = super().clean() or {}
        if not fields.get("ends") and fields.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("Name the amount of a month."))
        return fields


def checked(form: forms.Form) -> dict[str, Any]:
    """The form's values, or a DomainError that names the first field that is wrong."""
    if form.is_valid():
        return form.cleaned_data
    field, problems = next(iter(form.errors.items()))
    raise DomainError(str(problems[0]), field=str(field))
