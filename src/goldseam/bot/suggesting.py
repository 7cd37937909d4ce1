"""What people do with the bot in a conversation: take its words, or take over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goldseam.bot import queries
from goldseam.bot.cases import taken_by_person
from goldseam.conversations import actions as inbox

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent


@transaction.atomic
def take_over(conversation: Conversation, agent: Agent) -> None:
    """The person owns the conversation; under its lock, so that the bot speaks before or not at all."""
    inbox.hold(conversation.pk)
    inbox.assign(conversation, agent, actor=f"agent-{agent.pk}")
    talk = queries.talk_of(conversation.pk)
    taken_by_person(talk.case if talk else None, timezone.now())


@transaction.atomic
def use_suggestion(conversation: Conversation, turn_id: int) -> None:
    """Count that a person found the words worth taking."""
    turn = queries.turn_of(conversation.pk, turn_id)
    if turn.used_at is None:
        turn.used_at = timezone.now()
        turn.save(update_fields=["used_at"])
