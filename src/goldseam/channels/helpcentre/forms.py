"""What an admin types about the help centre."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goldseam.channels.helpcentre.models import HelpCentre
from goldseam.knowledge.public_reads import KIND_NAMES

_CHECK = {"class": "form-check-input"}


def _line(label: Any, most: int, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control"})
    return forms.CharField(label=label, max_length=most, required=False, widget=widget, help_text=help_text)


def _text(label: Any, most: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": 2})
    return forms.CharField(label=label, max_length=most, required=False, widget=widget)


def _switch(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=forms.CheckboxInput(attrs=_CHECK))


class HelpCentreForm(forms.Form):
    """All settings of a help centre."""

    is_on = _switch(_("The help centre is open to everybody"))
    title = _line(_("Title"), 80, _("Empty: the shop's name."))
    title_en = _line(_("Title in English"), 80)
    intro = _text(_("First words"), 500)
    intro_en = _text(_("First words in English"), 500)
    colour = forms.CharField(
        label=_("Colour"),
        max_length=7,
        widget=forms.TextInput(attrs={"class": "form-control form-control-color", "type": "color"}),
    )
    kinds = forms.MultipleChoiceField(
        label=_("It shows articles of these kinds"),
        required=False,
        choices=list(KIND_NAMES.items()),
        widget=forms.CheckboxSelectMultiple(attrs=_CHECK),
    )
    contact = _line(
        _("Contact"), 300, _("A page (https://…) or an address of mail, offered where nothing is found.")
    )
    shows_orders = _switch(
        _("Customers look up their order by its number and the last digits of their phone")
    )
    in_search_engines = _switch(_("Search engines may list it"))

    @classmethod
    def of(cls, row: HelpCentre | None) -> HelpCentreForm:
        """Filled with the present settings; before the first time with what most shops want."""
        if row is None:
            return cls(initial={"colour": "#1f3a5f", "kinds": list(KIND_NAMES), "shows_orders": True})
        names = [name for name in cls.base_fields if name != "colour"]
        return cls(initial={name: getattr(row, name) for name in names} | {"colour": f"#{row.colour}"})
