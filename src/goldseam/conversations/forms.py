"""What people type and choose on a conversation, checked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from goldseam.conversations.actions import MAX_TEXT
from goldseam.conversations.models import Outcome
from goldseam.conversations.snoozing import PRESETS, preset_moment
from goldseam.core.errors import DomainError

MAX_NOTE = 2000


class WriteForm(forms.Form):
    """A reply to the customer, or a note for colleagues. `key` makes a repeated send the same message;
    `override_reason` is a lead's word why a reply goes out in spite of the rules; `attached` are ids of
    uploads; `hold` lets a reply be taken back for a moment; `seen` is the last message the writer had
    before them, and `anyway` sends though a colleague answered since;
    with `then` the conversation is closed too."""

    text = forms.CharField(max_length=MAX_TEXT, strip=True, required=False)
    kind = forms.ChoiceField(choices=[("reply", "reply"), ("note", "note")])
    key = forms.CharField(max_length=64)
    remedy = forms.RegexField(r"^[a-z_]+$", max_length=30, required=False)
    override_reason = forms.CharField(max_length=500, required=False, strip=True)
    attached = forms.CharField(
        required=False, max_length=400, validators=[RegexValidator(r"^[0-9]+(,[0-9]+)*$")]
    )
    hold = forms.BooleanField(required=False)
    seen = forms.IntegerField(required=False, min_value=0)
    anyway = forms.BooleanField(required=False)
    then = forms.ChoiceField(choices=[("close", "close")], required=False)
    outcome = forms.ChoiceField(choices=Outcome.choices, required=False)
    cause = forms.SlugField(max_length=40, required=False)
    note = forms.CharField(max_length=MAX_NOTE, required=False, strip=True)

    def clean_attached(self) -> list[int]:
        """The ids of uploaded files."""
        return [int(number) for number in self.cleaned_data["attached"].split(",") if number]

    def clean(self) -> dict[str, Any]:
        """A message has words or files."""
        given = super().clean() or {}
        if not given.get("text") and not given.get("attached") and not self.errors:
            self.add_error("text", _("Write something, or attach a file."))
        return given


class AssignForm(forms.Form):
    """The id of the new owner; empty for nobody."""

    assignee = forms.IntegerField(required=False)


class CloseForm(forms.Form):
    """How it ended, why it came up, and a note for colleagues."""

    outcome = forms.ChoiceField(choices=Outcome.choices, required=False)
    cause = forms.SlugField(max_length=40, required=False)
    note = forms.CharField(max_length=MAX_NOTE, required=False, strip=True)


class JoinForm(forms.Form):
    """The other conversation."""

    other = forms.IntegerField()


class SnoozeForm(forms.Form):
    """A preset, or a moment of one's own in the person's time zone."""

    preset = forms.ChoiceField(choices=[*PRESETS.items()], required=False)
    until = forms.DateTimeField(required=False)

    def moment(self) -> datetime:
        """When the conversation is to come back."""
        preset = self.cleaned_data["preset"]
        moment: datetime | None = preset_moment(preset) if preset else self.cleaned_data["until"]
        if moment is None:
            raise DomainError("Choose when it should come back.", field="until")
        return moment


def checked(form: forms.Form) -> dict[str, Any]:
    """The form's clean values; the first error as a domain error that names its field."""
    if form.is_valid():
        return form.cleaned_data
    field, errors = next(iter(form.errors.items()))
    raise DomainError(str(errors[0]), field=str(field))
