"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import KeyAction

ACTIONS = (KeyAction("draft", _("Use the draft"), "d", "conversation"),)
