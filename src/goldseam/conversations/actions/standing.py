"""What higher rooms keep on a conversation's row, so that lists and lower rooms can see it without them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from goldseam.conversations import events, rows
from goldseam.conversations.models import BotState, Conversation
from goldseam.core import audit
from goldseam.core.events import emit


@transaction.atomic(savepoint=False)
def note_promises(conversation_id: int, due_at: datetime | None, broken: int) -> Conversation:
    """When the next open promise falls due, and how many are broken."""
    conversation = rows.locked(conversation_id)
    if (conversation.promise_due_at, conversation.promises_broken) != (due_at, broken):
        conversation.promise_due_at = due_at
        conversation.promises_broken = broken
        rows.save(conversation, "promise_due_at", "promises_broken")
    return conversation


@transaction.atomic(savepoint=False)
def set_lock(conversation_id: int, at: datetime | None) -> Conversation:
    """Keep machines (the bot, macros, canned replies) from answering since `at`; None lets them again."""
    conversation = rows.locked(conversation_id)
    if (conversation.locked_at is None) != (at is None):
        conversation.locked_at = at
        rows.save(conversation, "locked_at")
    return conversation


@transaction.atomic(savepoint=False)
def let_bot_serve(conversation_id: int) -> Conversation:
    """The bot answers here by itself: nobody is looked for until it gives over."""
    conversation = rows.locked(conversation_id)
    if conversation.bot != BotState.SERVING:
        conversation.bot = BotState.SERVING
        rows.save(conversation, "bot")
    return conversation


@transaction.atomic(savepoint=False)
def want_person(conversation_id: int, reason: str) -> Conversation:
    """The bot gives over to the people, with a reason of the assess contract: from now on the customer waits
    for one of them, whatever the bot has said."""
    conversation = rows.locked(conversation_id)
    conversation.bot, conversation.handover = BotState.WANTED, reason
    conversation.waiting_since = conversation.waiting_since or timezone.now()
    rows.save(conversation, "bot", "handover", "waiting_since")
    after = {"reason": reason}
    audit.record(
        conversation.shop_id, "bot", "conversation.given_over", rows.subject(conversation), after=after
    )
    emit(events.PersonWanted(conversation.shop_id, conversation.pk))
    return conversation


@transaction.atomic(savepoint=False)
def release_from_bot(conversation_id: int) -> Conversation:
    """The bot has nothing more to do with it."""
    conversation = rows.locked(conversation_id)
    if conversation.bot:
        conversation.bot = ""
        rows.save(conversation, "bot")
    return conversation
