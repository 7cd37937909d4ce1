"""What people type and choose about requests, checked."""

from __future__ import annotations

from typing import Any

from django import forms

from goldseam.approvals.asking import MAX_EVIDENCE, MAX_REASON, MAX_REPLY
from goldseam.core.errors import DomainError

_KEY = 64


class AskForm(forms.Form):
    """A request from the workbench. `key` makes a repeated click the same request."""

    remedy = forms.RegexField(r"^[a-z_]+$", max_length=30)
    amount = forms.DecimalField(min_value=0, max_digits=10, decimal_places=2, required=False)
    currency = forms.RegexField(r"^[A-Z]{3}$")
    reason = forms.CharField(max_length=MAX_REASON)
    evidence = forms.CharField(max_length=MAX_EVIDENCE, required=False)
    reply = forms.CharField(max_length=MAX_REPLY, required=False)
    messages = forms.TypedMultipleChoiceField(coerce=int, required=False)
    orders = forms.MultipleChoiceField(required=False)
    key = forms.CharField(max_length=_KEY)

    def __init__(self, *args: Any, messages: list[int], orders: list[str]) -> None:
        super().__init__(*args)
        self.fields["messages"].choices = [(str(number), number) for number in messages]  # type: ignore[attr-defined]
        self.fields["orders"].choices = [(number, number) for number in orders]  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """A word on a request: what is said, perhaps another amount, perhaps words to who asked."""

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in ("approve", "refuse", "pass_on")])
    amount = forms.DecimalField(min_value=0, max_digits=12, decimal_places=2, required=False)
    words = forms.CharField(max_length=MAX_REASON, required=False)
    key = forms.CharField(max_length=_KEY)


class BatchForm(forms.Form):
    """The same word on several small requests; `key` with a request's id is the turn's key."""

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in ("approve", "refuse")])
    words = forms.CharField(max_length=MAX_REASON, required=False)
    key = forms.CharField(max_length=_KEY)


class CoverForm(forms.Form):
    """Who is away or represented, by whom, from when to when (in the person's own time zone)."""

    agent = forms.IntegerField()
    deputy = forms.IntegerField(required=False)
    starts_at = forms.DateTimeField()
    ends_at = forms.DateTimeField()
    away = forms.BooleanField(required=False)
    up_to = forms.DecimalField(min_value=0, max_digits=12, decimal_places=2, required=False)
    note = forms.CharField(max_length=200, required=False)


def checked(form: forms.Form) -> dict[str, Any]:
    """The form's clean values; the first error as a domain error that names its field."""
    if form.is_valid():
        return form.cleaned_data
    field, errors = next(iter(form.errors.items()))
    raise DomainError(str(errors[0]), field=str(field))
