"""The room's work by the clock."""

from __future__ import annotations

from django.utils import timezone

from goldseam.core.jobs import every, job
from goldseam.sla import moves, queries


@every("* * * * *", "sla.remind")
def remind(timestamp: int) -> int:
    """Warn of what is nearly due and tell of what was missed; returns how many."""
    return moves.remind_due(timezone.now())


@job("sla.reckon")
def reckon(shop_id: int) -> None:
    """After another table or calendar: every clock of the shop that lives, anew."""
    times = queries.times_of(shop_id)
    for conversation_id in queries.live_conversations(shop_id):
        moves.reckon(conversation_id, times=times)
