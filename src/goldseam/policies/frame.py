"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import Place

PLACES = (
    Place(
        "policies",
        _("Policies"),
        "policies:packs",
        "scale",
        key="l",
        role="lead",
        group="rules",
        note=_("What may be offered to whom, up to which amount, and who may grant it."),
    ),
)
