"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import Place

PLACES = (
    Place(
        "webhooks",
        _("Webhooks"),
        "webhook:endpoints",
        "webhook",
        role="admin",
        group="links",
        note=_("Where the shop's programs are told what happened, with a log of every call."),
    ),
)
