"""What people type about themselves, colleagues and programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from goldseam.people.actions import SCOPES
from goldseam.people.models import Role
from goldseam.people.queries import is_known

_COMMON_ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Bangkok",
    "Asia/Kuala_Lumpur",
    "Asia/Dubai",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Australia/Sydney",
    "UTC",
)


def name_to_lock(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The address that a sign-in is about, as it is kept: one person is one lock, however it is typed."""
    given = credentials or request.POST
    return str(given.get("username", "")).strip().lower()


class SignInForm(AuthenticationForm):
    """E-mail address and password."""

    error_messages = {
        "invalid_login": _("That e-mail address and password do not belong together. Please try again."),
        "inactive": _("This account is closed. Ask an admin of your shop."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["username"], self.fields["password"]
        name.label = _("E-mail address")
        name.widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "class": "form-control"}
        )
        password.widget.attrs.update({"autocomplete": "current-password", "class": "form-control"})

    def clean_username(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["username"]).strip().lower()


class MeForm(forms.Form):
    """A person's own name, language and time zone."""

    name = forms.CharField(max_length=120, label=_("Name"))
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language"))
    timezone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = sorted(available_timezones() - set(_COMMON_ZONES))
        zone = self.fields["timezone"]
        if isinstance(zone, forms.ChoiceField):
            zone.choices = [(name, name) for name in (*_COMMON_ZONES, *others)]
        for field in self.fields.values():
            choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if choice else "form-control"


class PersonForm(forms.Form):
    """Somebody who is to work for the shop. The password is only used for a new address."""

    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(max_length=120, label=_("Name"))
    password = forms.CharField(
        label=_("First password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters. Leave it empty for somebody who has an account already."),
    )
    role = forms.ChoiceField(choices=Role.choices, label=_("Role"))
    limit = forms.DecimalField(
        min_value=0,
        max_digits=10,
        decimal_places=2,
        initial=0,
        label=_("May grant on their own, per case"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if choice else "form-control"

    def clean_password(self) -> str:
        """A given password must be a good one; a new person needs one, or they could never sign in."""
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password)
        elif not is_known(self.cleaned_data.get("email", "")):
            raise forms.ValidationError(_("Somebody new needs a first password."))
        return password


class RoleForm(forms.Form):
    """A colleague's role and limit."""

    role = forms.ChoiceField(choices=Role.choices)
    limit = forms.DecimalField(min_value=0, max_digits=10, decimal_places=2)


class TokenForm(forms.Form):
    """A key for a program: what it is for and what it may do."""

    name = forms.CharField(
        max_length=120, label=_("What is it for?"), widget=forms.TextInput(attrs={"class": "form-control"})
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES],
        label=_("What may it do?"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
