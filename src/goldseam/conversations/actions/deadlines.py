"""What higher rooms write onto conversations about their clocks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from goldseam.conversations.models import Conversation
from goldseam.core.live import announce


@transaction.atomic
def set_deadline(
    shop_id: int, conversation_id: int, *, due_at: datetime | None, kind: str, state: str
) -> bool:
    """Show on the conversation when its next clock runs out; says whether that changed anything."""
    row = Conversation.objects.filter(pk=conversation_id, shop_id=shop_id)
    same = Q(sla_due_at=due_at) if due_at else Q(sla_due_at__isnull=True)
    changed = row.exclude(pk__in=row.filter(same, sla_kind=kind, sla_state=state))
    if not changed.update(sla_due_at=due_at, sla_kind=kind, sla_state=state):
        return False
    announce(shop_id, f"conversation-{conversation_id}", "inbox")
    return True
