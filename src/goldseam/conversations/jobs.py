"""The room's work by the clock."""

from __future__ import annotations

from django.utils import timezone

from goldseam.conversations import actions, queries
from goldseam.core.jobs import every, job


@every("* * * * *", "conversations.wake")
def wake(timestamp: int) -> int:
    """Bring back every conversation whose snooze has run out; returns how many."""
    now, woken = timezone.now(), 0
    while due := queries.due_snoozes(now):
        woken += sum(actions.wake(conversation_id, now) for conversation_id in due)
    return woken


@job("conversations.send_held")
def send_held(held: int) -> None:
    """Send a reply that was held back, unless its writer took it back."""
    actions.release(held)


@every("* * * * *", "conversations.send_late")
def send_late(timestamp: int) -> int:
    """Send held replies whose job was lost; returns how many were late."""
    late = actions.overdue(timezone.now())
    for held in late:
        actions.release(held)
    return len(late)


@every("41 * * * *", "conversations.sweep_files")
def sweep_files(timestamp: int) -> int:
    """Forget files that were never sent, and remove contents that no conversation names any more; returns how
    many contents."""
    actions.forget_unsent(timezone.now())
    return actions.sweep_store()


@job("conversations.bulk")
def change_many(run: int) -> None:
    """Carry a change of many conversations to its end, batch by batch."""
    while actions.continue_bulk(run):
        pass


@every("23 3 * * *", "conversations.forget_views")
def forget_views(timestamp: int) -> int:
    """Remove saved views that were deleted long ago; returns how many rows."""
    return actions.forget_deleted_views()
