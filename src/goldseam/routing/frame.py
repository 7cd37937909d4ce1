"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import KeyAction, Place

ACTIONS: tuple[KeyAction, ...] = ()

PLACES = (
    Place("load", _("Team load"), "routing:load", "users-group", role="lead"),
    Place(
        "routing",
        _("Automatic assignment"),
        "routing:switch",
        "route",
        role="lead",
        group="rules",
        note=_("Off, suggest or assign; hand-over at the end of a shift; alerts that nobody takes."),
    ),
    Place(
        "skills",
        _("Skills and shifts"),
        "routing:people",
        "user-cog",
        role="lead",
        group="people",
        note=_("What each person can take, how much, and when they work."),
    ),
)
