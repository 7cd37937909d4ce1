"""What people type about a webhook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goldseam.channels.webhook.actions import KNOWN


class EndpointForm(forms.Form):
    """Where to call, and about what; nothing chosen means everything."""

    url = forms.CharField(
        max_length=500,
        label=_("Address"),
        widget=forms.URLInput(attrs={"class": "form-control", "placeholder": "https://"}),
        help_text=_("It must be reachable from here, and not stand in a private network."),
    )
    events = forms.MultipleChoiceField(
        required=False,
        choices=[(name, name) for name in sorted(KNOWN)],
        label=_("Tell it about"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=_("Nothing chosen means everything but changes to carry out."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"].widget.attrs["autocomplete"] = "off"
