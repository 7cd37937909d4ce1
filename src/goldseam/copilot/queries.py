"""Reads of what the copilot decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations.queries import access_conversation, locked_by_crisis
from goldseam.copilot.engine import draft_for_remedy
from goldseam.copilot.facts import gather
from goldseam.copilot.models import CheckedReply, Correction, Crisis, Decision
from goldseam.core.errors import NotFound
from goldseam.core.unit import recall

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.engine.facts import Conversation as Facts
    from goldseam.people.models import Agent


def latest_decision(conversation_id: int) -> Decision | None:
    """The newest assessment of a conversation, or None before the first."""
    return Decision.objects.filter(conversation_id=conversation_id).order_by("-id").first()


def just_assessed(conversation_id: int) -> tuple[str, int]:
    """Under which key a unit of work remembers the assessment that was made in it."""
    return ("assessed", conversation_id)


def latest_assessment(conversation_id: int) -> tuple[Decision | None, Facts | None]:
    """The newest assessment, and the facts that it was made of where that was in this unit of work."""
    found: tuple[Decision, Facts] | None = recall(just_assessed(conversation_id))
    return found or (latest_decision(conversation_id), None)


def latest_findings(conversation_ids: Iterable[int]) -> dict[int, Decision]:
    """The newest assessments of many conversations, without the facts that they stand on."""
    rows = Decision.objects.filter(conversation__in=conversation_ids).defer("facts")
    newest = rows.order_by("conversation_id", "-id").distinct("conversation_id")
    return {decision.conversation_id: decision for decision in newest}


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


def doubtful_replies(conversation_id: int) -> list[CheckedReply]:
    """What another desk sent in a conversation though this shop's rules, limits or facts speak against it:
    the latest first, three at most."""
    rows = CheckedReply.objects.filter(message__conversation=conversation_id, taken_in=True)
    return list(rows.exclude(verdict="ok").order_by("-id")[:3])


def is_locked(conversation: Conversation) -> bool:
    """Whether a danger to people keeps machines from answering."""
    return locked_by_crisis(conversation.pk)


def latest_crisis(conversation_id: int) -> Crisis | None:
    """The open danger of a conversation, else the last one that was released."""
    rows = Crisis.objects.select_related("taken_by", "released_by").filter(conversation_id=conversation_id)
    return rows.order_by("-id").first()


def access_crisis(agent: Agent, crisis_id: int) -> Crisis:
    """The gate: the danger, if this person may see its conversation."""
    found = Crisis.objects.filter(pk=crisis_id).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such crisis."))
    access_conversation(agent, found.conversation_id)
    return found


def open_calls(shop_id: int, *, for_leads: bool) -> list[Crisis]:
    """Dangers that no lead has taken over, the oldest first; others see them when no lead has answered."""
    rows = Crisis.objects.select_related("conversation__customer")
    rows = rows.filter(shop_id=shop_id, released_at=None, taken_at=None)
    if not for_leads:
        rows = rows.filter(escalated_at__isnull=False)
    return list(rows.order_by("began_at")[:20])
