"""What higher rooms keep on a conversation's row, so that lists and lower rooms can see it without them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from goldseam.conversations import rows
from goldseam.conversations.models import Conversation


@transaction.atomic
def note_promises(conversation_id: int, due_at: datetime | None, broken: int) -> Conversation:
    """When the next open promise falls due, and how many are broken."""
    conversation = rows.locked(conversation_id)
    if (conversation.promise_due_at, conversation.promises_broken) != (due_at, broken):
        conversation.promise_due_at = due_at
        conversation.promises_broken = broken
        rows.save(conversation, "promise_due_at", "promises_broken")
    return conversation


@transaction.atomic
def set_lock(conversation_id: int, at: datetime | None) -> Conversation:
    """Keep machines (the bot, macros, canned replies) from answering since `at`; None lets them again."""
    conversation = rows.locked(conversation_id)
    if (conversation.locked_at is None) != (at is None):
        conversation.locked_at = at
        rows.save(conversation, "locked_at")
    return conversation
