"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import Place

PLACES = (
    Place(
        "bot",
        _("Bot"),
        "bot:switch",
        "robot",
        role="lead",
        group="rules",
        note=_("Off, suggest or answer, for each issue and channel; its times and limits."),
    ),
    Place(
        "bot-figures",
        _("What the bot solved"),
        "bot:figures",
        "chart-bar",
        role="lead",
        group="records",
        note=_("Answered, confirmed, assumed, reopened and given to people, by issue."),
    ),
)
