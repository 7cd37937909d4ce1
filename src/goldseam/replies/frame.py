"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import KeyAction, Place

ACTIONS = (KeyAction("canned", _("Canned replies and macros"), "", "conversation"),)
PLACES = (
    Place(
        "replies",
        _("Canned replies and macros"),
        "replies:all",
        "message-bolt",
        group="words",
        note=_("Texts and deeds that people use again and again."),
    ),
)
