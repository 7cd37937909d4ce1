"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import Place

PLACES = (
    Place(
        "helpcentre",
        _("Help centre"),
        "helpcentre:settings",
        "world",
        role="admin",
        group="words",
        note=_("The shop's public pages: search, articles, guides, order look-up."),
    ),
)
