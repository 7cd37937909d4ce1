"""Reads of what the copilot decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.copilot.engine import draft_for_remedy
from goldseam.copilot.facts import gather
from goldseam.copilot.models import Correction, Decision
from goldseam.core.errors import NotFound

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent


def latest_decision(conversation_id: int) -> Decision | None:
    """The newest assessment of a conversation, or None before the first."""
    return Decision.objects.filter(conversation_id=conversation_id).order_by("-id").first()


def verdicts_on(decision: Decision, agent: Agent) -> dict[str, str]:
    """What a person said about the parts of a decision: part → "good" or "bad"."""
    said = Correction.objects.filter(decision=decision, agent=agent).exclude(part="issue")
    return dict(said.values_list("part", "after"))


def draft_with(conversation: Conversation, remedy: str) -> str:
    """A draft that carries out this remedy, on the present facts; "not found" when the policy does not
    offer it (any more)."""
    text = draft_for_remedy(gather(conversation, timezone.now()), remedy, conversation.shop_id)
    if text is None:
        raise NotFound(
            gettext_noop(
                "Facts or policy have changed: this remedy is not offered any more. The panel is renewed."
            )
        )
    return text
