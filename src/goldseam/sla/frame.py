"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import KeyAction, Place

ACTIONS: tuple[KeyAction, ...] = ()

PLACES = (
    Place(
        "times",
        _("Service times"),
        "sla:times",
        "stopwatch",
        role="lead",
        group="rules",
        note=_("How soon customers are answered and helped: by issue, tier and priority."),
    ),
    Place(
        "calendars",
        _("Working hours"),
        "sla:calendars",
        "calendar-time",
        role="lead",
        group="rules",
        note=_("Weekly hours with breaks, holidays and make-up working days."),
    ),
)
