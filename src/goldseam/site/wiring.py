"""The one table: which event leads to which handlers, in this order, in the same transaction."""

from __future__ import annotations

from goldseam.conversations.events import MessageReceived
from goldseam.copilot.actions import assess_after_message
from goldseam.core.events import Handler

WIRING: dict[type, tuple[Handler, ...]] = {
    MessageReceived: (assess_after_message,),
}
