"""The room's work by the clock."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from goldseam.core.jobs import every, job
from goldseam.sla import moves, queries


@every("* * * * *", "sla.remind")
def remind(timestamp: int) -> int:
    """Warn of what is nearly due and tell of what was missed; returns how many."""
    return remind_at(timezone.now())


def remind_at(now: datetime) -> int:
    """The same for a given moment."""
    told = 0
    for due in (queries.to_miss, queries.to_warn):
        while waiting := set(due(now)):
            told += sum(moves.remind(conversation_id, now) for conversation_id in sorted(waiting))
    return told


@job("sla.reckon")
def reckon(shop_id: int) -> None:
    """After another table or calendar: every clock of the shop that lives, anew."""
    times = queries.times_of(shop_id)
    for conversation_id in queries.live_conversations(shop_id):
        moves.reckon(conversation_id, times=times)
