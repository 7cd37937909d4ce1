"""What higher rooms write onto conversations: their clocks, and lines of the thread."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from goldseam.conversations import rows
from goldseam.conversations.models import Conversation
from goldseam.core.live import announce


@transaction.atomic
def set_deadline(
    shop_id: int, conversation_id: int, *, due_at: datetime | None, kind: str, state: str
) -> bool:
    """Show on the conversation when its next clock runs out; says whether that changed anything."""
    mine = Conversation.objects.filter(pk=conversation_id, shop_id=shop_id)
    same = Q(sla_due_at=due_at) if due_at else Q(sla_due_at__isnull=True)
    changed = mine.exclude(pk__in=mine.filter(same, sla_kind=kind, sla_state=state))
    if not changed.update(sla_due_at=due_at, sla_kind=kind, sla_state=state):
        return False
    announce(shop_id, f"conversation-{conversation_id}", "inbox")
    return True


@transaction.atomic
def tell_of(conversation_id: int, event: str, details: dict[str, Any], text: str) -> None:
    """A line in the thread, for colleagues only, about what happened to the conversation."""
    conversation = rows.locked(conversation_id)
    rows.tell_thread(conversation, event, details, text)
    announce(conversation.shop_id, rows.subject(conversation))
