"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import Place

PLACES = (
    Place(
        "ledger",
        _("Compensation ledger"),
        "ledger:list",
        "book-2",
        role="lead",
        group="money",
        note=_("What was promised, approved, paid and refused, by whom and why; exports."),
    ),
    Place(
        "budgets",
        _("Budgets"),
        "ledger:budgets",
        "coins",
        role="lead",
        group="money",
        note=_("What each team may give in a month, and how far the month has come."),
    ),
)
