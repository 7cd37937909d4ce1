"""What an admin sets about the shop's door."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from goldseam.channels.webchat.origins import clean_origin
from goldseam.core.colour import WHITE, contrast

_TEXT = {"class": "form-control"}
MOST_ORIGINS = 30
LEAST_CONTRAST = 3.0


class DoorForm(forms.Form):
    """Where the chat may stand, how it looks, what it says first."""

    active = forms.BooleanField(
        required=False,
        label=_("Customers may write here"),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    origins = forms.CharField(
        required=False,
        max_length=6000,
        label=_("Pages that may show the chat"),
        widget=forms.Textarea(
            attrs=_TEXT | {"rows": 3, "spellcheck": "false", "placeholder": "https://shop.example.com"}
        ),
        help_text=_(
            "One per line: https:// and the host, without a path. https://*.example.com means all of it."
        ),
    )
    colour = forms.CharField(
        label=_("Colour"),
        widget=forms.TextInput(attrs={"type": "color", "class": "form-control form-control-color"}),
        help_text=_("Of the button and the chat's head; what is written on it is white or black by itself."),
    )
    greeting_zh = forms.CharField(
        required=False, max_length=300, label=_("Greeting, Chinese"), widget=forms.TextInput(attrs=_TEXT)
    )
    greeting_en = forms.CharField(
        required=False, max_length=300, label=_("Greeting, English"), widget=forms.TextInput(attrs=_TEXT)
    )
    by_mail = forms.BooleanField(
        required=False,
        label=_("Who is away gets the answer by e-mail, if they leave an address"),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    mail_note_zh = forms.CharField(
        required=False,
        max_length=300,
        label=_("What is said about e-mail, Chinese"),
        widget=forms.TextInput(attrs=_TEXT),
    )
    mail_note_en = forms.CharField(
        required=False,
        max_length=300,
        label=_("What is said about e-mail, English"),
        widget=forms.TextInput(attrs=_TEXT),
    )

    def clean_origins(self) -> list[str]:
        """The origins, once each, as browsers send them."""
        found: dict[str, None] = {}
        for number, line in enumerate(self.cleaned_data["origins"].splitlines(), 1):
            if not line.strip():
                continue
            try:
                found[clean_origin(line)] = None
            except ValueError:
                raise forms.ValidationError(
                    _now("Line %(number)s: %(line)s is no origin; write it like https://shop.example.com.")
                    % {"number": number, "line": line.strip()[:80]}
                ) from None
        if len(found) > MOST_ORIGINS:
            raise forms.ValidationError(_now("At most %(most)s pages.") % {"most": MOST_ORIGINS})
        return list(found)

    def clean_colour(self) -> str:
        """Six digits; dark enough to be found on a white page (WCAG 1.4.11)."""
        digits = str(self.cleaned_data["colour"]).strip().removeprefix("#").lower()
        if not re.fullmatch(r"[0-9a-f]{6}", digits):
            raise forms.ValidationError(_now("Write the colour like #1f3a5f."))
        ratio = contrast(digits, WHITE)
        if ratio < LEAST_CONTRAST:
            raise forms.ValidationError(
                _now("Too light: its contrast to a white page is %(ratio)s, %(least)s is needed. Go darker.")
                % {"ratio": round(ratio, 1), "least": round(LEAST_CONTRAST)}
            )
        return digits

    def clean(self) -> dict[str, Any]:
        """A door that is open needs a page to stand on."""
        given = super().clean() or {}
        if given.get("active") and not given.get("origins") and "origins" not in self.errors:
            self.add_error("origins", _now("Name at least one page, or leave the door closed."))
        return given
