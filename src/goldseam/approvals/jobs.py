"""The room's clock."""

from __future__ import annotations

from django.utils import timezone

from goldseam.approvals import actions, queries
from goldseam.core.jobs import every


@every("* * * * *", "approvals.escalate")
def escalate(timestamp: int) -> None:
    """Pass on every request that nobody answered in time."""
    now = timezone.now()
    for request_id in queries.due_requests(now):
        actions.escalate(request_id, now)
