"""What higher rooms write onto conversations: their clocks, and lines of the thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from goldseam.conversations import rows
from goldseam.conversations.models import Conversation
from goldseam.core.live import announce


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a conversation's next clock runs out, which clock, and how it stands."""

    due_at: datetime | None = None
    kind: str = ""
    state: str = ""


def set_deadlines(deadlines: Iterable[tuple[Conversation, Deadline]]) -> None:
    """Show the deadlines on held conversations of one shop; where nothing is new, nothing is written."""
    changed = []
    for row, deadline in deadlines:
        if (row.sla_due_at, row.sla_kind, row.sla_state) != astuple(deadline):
            row.sla_due_at, row.sla_kind, row.sla_state = astuple(deadline)
            changed.append(row)
    if changed:
        Conversation.objects.bulk_update(changed, ["sla_due_at", "sla_kind", "sla_state"])
        announce(changed[0].shop_id, "inbox", *map(rows.subject, changed))


@transaction.atomic(savepoint=False)
def tell_of(conversation_id: int, event: str, details: dict[str, Any], text: str) -> None:
    """A line in the thread, for colleagues only, about what happened to the conversation."""
    conversation = rows.locked(conversation_id)
    rows.tell_thread(conversation, event, details, text)
    announce(conversation.shop_id, rows.subject(conversation))
