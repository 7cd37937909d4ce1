"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import Place

PLACES = (
    Place(
        "webchat",
        _("Chat on your pages"),
        "webchat:door",
        "message",
        role="admin",
        group="links",
        note=_(
            "The customers' door: where it may stand, its look, the lines to copy, the secret for tokens."
        ),
    ),
)
