"""The room's work by the clock."""

from __future__ import annotations

from django.utils import timezone

from goldseam.core.jobs import every
from goldseam.promises.actions import LONGEST_NOTICE, watch
from goldseam.promises.queries import due_within


@every("* * * * *", "promises.watch")
def watch_promises(timestamp: int) -> dict[str, int]:
    """Remind of what falls due before long and let break what was not kept; returns how many of each."""
    now = timezone.now()
    counts: dict[str, int] = {}
    for promise in due_within(now, LONGEST_NOTICE):
        done = watch(promise, now)
        counts[done or "waiting"] = counts.get(done or "waiting", 0) + 1
    return counts
