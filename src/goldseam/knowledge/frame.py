"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import Place

PLACES = (
    Place("knowledge", _("Knowledge"), "knowledge:articles", "book", key="k"),
    Place(
        "gaps",
        _("Gaps"),
        "knowledge:gaps",
        "help",
        note=_("What customers asked and no article answers, with drafts from how it was solved."),
    ),
    Place(
        "sheets",
        _("Product sheets"),
        "knowledge:sheets",
        "package",
        note=_("Parts, faults and their causes, by product family."),
    ),
    Place(
        "guides",
        _("Guides"),
        "knowledge:guides",
        "route",
        note=_("Guided troubleshooting, walked by agents and by customers."),
    ),
)
