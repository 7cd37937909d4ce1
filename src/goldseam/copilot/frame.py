"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import KeyAction, Place

ACTIONS = (KeyAction("draft", _("Use the draft"), "d", "conversation"),)

PLACES = (
    Place("board", _("Open risks"), "copilot:board", "alert-triangle", key="b", role="lead"),
    Place(
        "llm",
        _("Language model"),
        "copilot:llm",
        "sparkles",
        role="admin",
        group="links",
        note=_("Which model words texts, what it cost, and what became of each call."),
    ),
)
