"""What the language model cost and was good for, from the log of its calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Avg, Count, Q, Sum

from goldseam.core.models import LlmCall

_LATEST = 50


@dataclass(frozen=True, slots=True)
class Usage:
    """One task's calls since a moment. `latency_ms` is the mean of those that were answered."""

    task: str
    calls: int
    used: int
    refused: int
    failed: int
    good: int
    bad: int
    cost: Decimal
    latency_ms: int | None


def usage_since(shop_id: int, since: datetime) -> list[Usage]:
    """The shop's calls by task; what was not made for want of budget is not counted."""
    state = LlmCall.State
    rows = (
        LlmCall.objects.filter(shop_id=shop_id, at__gte=since)
        .exclude(state=state.NOT_MADE)
        .values("task")
        .annotate(
            calls=Count("pk"),
            used=Count("pk", filter=Q(state=state.USED)),
            refused=Count("pk", filter=Q(state=state.REFUSED)),
            failed=Count("pk", filter=Q(state=state.FAILED)),
            good=Count("pk", filter=Q(rating="good")),
            bad=Count("pk", filter=Q(rating="bad")),
            spent=Sum("cost"),
            mean=Avg("latency_ms", filter=Q(state__in=(state.USED, state.REFUSED))),
        )
        .order_by("task")
    )
    return [
        Usage(
            task=row["task"],
            calls=row["calls"],
            used=row["used"],
            refused=row["refused"],
            failed=row["failed"],
            good=row["good"],
            bad=row["bad"],
            cost=row["spent"],
            latency_ms=None if row["mean"] is None else round(row["mean"]),
        )
        for row in rows
    ]


def latest_calls(shop_id: int) -> list[LlmCall]:
    """The shop's newest calls."""
    return list(LlmCall.objects.filter(shop_id=shop_id).order_by("-pk")[:_LATEST])
