"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import KeyAction, Place

ACTIONS = (KeyAction("presence", _("Away, or back again")),)

PLACES = (
    Place("me", _("My settings"), "people:me", "adjustments", key="e"),
    Place("keys", _("My keys"), "people:keys", "keyboard"),
    Place(
        "people",
        _("People"),
        "people:people",
        "users",
        role="admin",
        group="people",
        note=_("Who works here, with which role and limit. Invite, change, let go."),
    ),
    Place(
        "teams",
        _("Teams"),
        "people:teams",
        "users-group",
        role="admin",
        group="people",
        note=_("Who works with whom, and who leads them."),
    ),
    Place(
        "roles",
        _("Roles"),
        "people:roles",
        "shield-check",
        role="lead",
        group="people",
        note=_("What each role may see and do."),
    ),
    Place(
        "shop",
        _("Shop"),
        "people:shop",
        "building-store",
        role="admin",
        group="rules",
        note=_("Name, language, time zone and currency of this shop."),
    ),
    Place(
        "tokens",
        _("API tokens"),
        "people:tokens",
        "key",
        role="admin",
        group="links",
        note=_("Keys for programs that push orders and messages, or read."),
    ),
)
