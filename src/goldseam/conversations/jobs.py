"""The room's work by the clock."""

from __future__ import annotations

from django.utils import timezone

from goldseam.conversations import actions, queries
from goldseam.core.jobs import every


@every("* * * * *", "conversations.wake")
def wake(timestamp: int) -> int:
    """Bring back every conversation whose snooze has run out; returns how many."""
    now, woken = timezone.now(), 0
    while due := queries.due_snoozes(now):
        woken += sum(actions.wake(conversation_id, now) for conversation_id in due)
    return woken
