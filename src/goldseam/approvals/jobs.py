"""The room's clock."""

from __future__ import annotations

from django.utils import timezone

from goldseam.approvals import granted, queries, waits
from goldseam.core.jobs import every, job


@every("* * * * *", "approvals.escalate")
def escalate(timestamp: int) -> None:
    """Pass on every request that nobody answered in time, and tell those who are asked in the place of
    somebody who went away."""
    now = timezone.now()
    for request_id in queries.due_requests(now):
        waits.escalate(request_id, now)
    waits.call_newcomers(now)


@job("approvals.reckon")
def reckon(shop_id: int) -> None:
    """After another calendar: when each waiting request of the shop is passed on, anew."""
    for request_id in queries.waiting_requests(shop_id):
        waits.reckon(request_id)


@every("* * * * *", "approvals.expire")
def expire(timestamp: int) -> dict[str, int]:
    """Take back what was granted and not used in time, and tell of it a day before; returns how many."""
    now = timezone.now()
    done = [granted.pass_time(request_id, now) for request_id in queries.expiring_grants(now)]
    return {word: done.count(word) for word in ("expires", "expired")}
