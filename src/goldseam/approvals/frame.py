"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import KeyAction, Place

ACTIONS = (
    KeyAction("ask-approval", _("Ask for approval"), "b", "conversation"),
    KeyAction("approve", _("Approve a request"), "y"),
    KeyAction("refuse", _("Refuse a request"), "x"),
)

PLACES = (
    Place("approvals", _("Approvals"), "approvals:queue", "shield-check", key="p"),
    Place(
        "approval-cover",
        _("Deputies and absences"),
        "approvals:covers",
        "user-share",
        role="lead",
        group="people",
        note=_("Who decides for whom, from when to when, and who is away."),
    ),
    Place(
        "approval-steps",
        _("Steps of approval"),
        "approvals:steps",
        "stairs-up",
        role="admin",
        group="money",
        note=_("Who must agree to which amounts, and how long each is waited for."),
    ),
    Place(
        "simulator",
        _("Authority simulator"),
        "approvals:simulator",
        "chart-line",
        role="lead",
        group="money",
        note=_("What would have happened if agents had been allowed to grant more by themselves."),
    ),
)
