"""Assesses what came in from files, batch by batch, in the transaction that stores the batch: an
imported conversation is never seen without its triage, and an interrupted import leaves none behind."""

from __future__ import annotations

from django.utils import timezone

from goldseam.conversations.events import ConversationsImported
from goldseam.conversations.queries import conversations_by_ids
from goldseam.copilot.actions import assess
from goldseam.copilot.facts import forget_remedy_records


def assess_imported(event: ConversationsImported) -> None:
    """A closed conversation is assessed as of its last message, for its facts lie in the past; an open
    one as of now."""
    forget_remedy_records(event.shop_id)
    now = timezone.now()
    for conversation in conversations_by_ids(event.conversation_ids):
        moment = conversation.last_message_at if conversation.closed_at else now
        assess(conversation, now=min(moment, now))
