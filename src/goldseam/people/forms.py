"""What people type about themselves, colleagues and programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from goldseam.people.actions import SCOPES
from goldseam.people.models import Agent, Density, Role, Theme
from goldseam.people.queries import agents_of

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


def _dress(form: forms.BaseForm) -> None:
    """The look of the fields."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
            widget.attrs["class"] = "form-check-input"
        else:
            widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"


class LongSelect(forms.Select):
    """A choice among hundreds of plain words, written in one go instead of by a template for each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The element with its options."""
        chosen = self.format_value(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, SafeString(" selected") if str(key) in chosen else "", words)
                for key, words in self.choices
            ),
        )
        given = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>{}</select>', name, given, options)


@cache
def _zones() -> list[tuple[str, str]]:
    """Time zones, the usual ones first."""
    others = sorted(available_timezones() - set(_COMMON_ZONES))
    return [(name, name) for name in (*_COMMON_ZONES, *others)]


class MeForm(forms.Form):
    """A person's own settings."""

    name = forms.CharField(max_length=120, label=pgettext_lazy("of a person", "Name"))
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language"))
    timezone = forms.ChoiceField(choices=_zones, label=_("Time zone"), widget=LongSelect)
    theme = forms.ChoiceField(
        choices=Theme.choices, label=pgettext_lazy("of the pages", "Colours"), widget=forms.RadioSelect
    )
    density = forms.ChoiceField(choices=Density.choices, label=_("Lines of lists"), widget=forms.RadioSelect)
    sounds = forms.BooleanField(required=False, label=_("A sound for what cannot wait"))
    desktop_notices = forms.BooleanField(
        required=False, label=_("A notice of the browser for what cannot wait")
    )
    signature = forms.CharField(
        max_length=1000,
        required=False,
        label=_("Signature"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands below your replies by e-mail."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)

    def section(self, *names: str) -> list[forms.BoundField]:
        """The fields with these names."""
        return [self[name] for name in names]

    @property
    def person(self) -> list[forms.BoundField]:
        """Who and where."""
        return self.section("name", "language", "timezone", "signature")

    @property
    def look(self) -> list[forms.BoundField]:
        """How pages look."""
        return self.section("theme", "density")

    @property
    def notices(self) -> list[forms.BoundField]:
        """What may disturb."""
        return self.section("sounds", "desktop_notices")


class AwayForm(forms.Form):
    """For how long: a number of minutes, until tomorrow morning, until a moment of one's own, or open."""

    span = forms.ChoiceField(
        choices=[
            ("30", _("30 minutes")),
            ("60", _("1 hour")),
            ("240", _("4 hours")),
            ("tomorrow", _("Until tomorrow, 9:00")),
            ("open", _("Until I come back")),
            ("moment", _("Until a moment of my own")),
        ],
        label=_("Away"),
    )
    until = forms.DateTimeField(
        required=False,
        label=_("Until"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)

    def clean(self) -> dict[str, Any]:
        """A moment of one's own must be given."""
        given = self.cleaned_data
        if given.get("span") == "moment" and not given.get("until"):
            self.add_error("until", _("Choose a time in the future."))
        return given

    def moment(self) -> datetime | None:
        """When the absence ends, in the person's zone; None for open."""
        span = self.cleaned_data["span"]
        if span == "open":
            return None
        if span == "moment":
            chosen: datetime = self.cleaned_data["until"]
            return chosen
        if span == "tomorrow":
            next_day = clock.localtime() + timedelta(days=1)
            return next_day.replace(hour=9, minute=0, second=0, microsecond=0)
        return clock.now() + timedelta(minutes=int(span))


class JoinForm(SetPasswordForm):  # type: ignore[type-arg]
    """The first password of somebody who was invited."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)


class TeamForm(forms.Form):
    """A team: its name, who leads it, who belongs to it."""

    name = forms.CharField(max_length=80, label=_("Name of the team"))
    lead = forms.ModelChoiceField(
        queryset=Agent.objects.none(),
        required=False,
        label=_("Lead"),
        empty_label=pgettext_lazy("lead of a team", "Nobody"),
    )
    members = forms.ModelMultipleChoiceField(
        queryset=Agent.objects.none(),
        required=False,
        label=_("Members"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, shop_id: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("lead", "members"):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = agents_of(shop_id)
        _dress(self)


class ShopForm(forms.Form):
    """A shop's own facts."""

    name = forms.CharField(max_length=120, label=_("Name"))
    language = forms.ChoiceField(
        choices=[("zh-CN", dict(settings.LANGUAGES)["zh-hans"]), ("en", "English")],
        label=_("Language of its customers"),
        help_text=_("Drafts and automatic messages are written in it."),
    )
    timezone = forms.ChoiceField(
        choices=_zones,
        label=_("Time zone"),
        widget=LongSelect,
        help_text=_("Days and office hours are counted in it."),
    )
    currency = forms.RegexField(
        regex=r"^[A-Za-z]{3}$",
        max_length=3,
        label=_("Currency"),
        help_text=_("Three letters, such as CNY. Amounts that are stored keep their own."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)


class PersonForm(forms.Form):
    """Somebody who is to work for the shop. The password is only used for a new address."""

    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(max_length=120, label=_("Name"))
    password = forms.CharField(
        label=_("First password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty: you then get a link by which the person chooses a password."),
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
        _dress(self)

    def clean_password(self) -> str:
        """A given password must be a good one."""
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password)
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
