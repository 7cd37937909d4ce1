"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import Place

PLACES = (Place("knowledge", _("Knowledge"), "knowledge:articles", "book", key="k"),)
