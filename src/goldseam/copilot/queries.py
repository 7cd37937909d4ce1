"""Reads of what the copilot decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.copilot.engine import draft_for_remedy
from goldseam.copilot.facts import gather
from goldseam.copilot.models import Decision
from goldseam.core.errors import NotFound

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation


def latest_decision(conversation_id: int) -> Decision | None:
    """The newest assessment of a conversation, or None before the first."""
    return Decision.objects.filter(conversation_id=conversation_id).order_by("-id").first()


def draft_with(conversation: Conversation, remedy: str) -> str:
    """A draft that carries out this remedy, on the present facts; "not found" when the policy does not
    offer it (any more)."""
    text = draft_for_remedy(gather(conversation, timezone.now()), remedy)
    if text is None:
        raise NotFound(gettext_noop("This remedy is not offered any more; look at the panel again."))
    return text
