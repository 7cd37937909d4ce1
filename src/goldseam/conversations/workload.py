"""Reads for whoever distributes work: who holds how much, what waits, what nobody took notice of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet

from goldseam.conversations.models import Conversation, Message, Status

HARD = Q(priority__lte="P1") | Q(intensity__gte=2)
"""Urgent, or strongly felt: what counts against a person's capacity for hard conversations."""


class Held(NamedTuple):
    """How many open conversations somebody holds, and how many of them are hard."""

    open: int
    hard: int


def open_load(shop_id: int) -> dict[int, Held]:
    """What everybody holds, by person."""
    rows = Conversation.objects.filter(shop_id=shop_id, status=Status.OPEN, assignee__isnull=False)
    counted = rows.values("assignee_id").annotate(open=Count("id"), hard=Count("id", filter=HARD))
    return {row["assignee_id"]: Held(row["open"], row["hard"]) for row in counted.order_by("assignee_id")}


def unowned(shop_id: int, limit: int) -> list[int]:
    """Ids of open conversations without an owner in which the customer waits, most urgent first."""
    rows = Conversation.objects.filter(
        shop_id=shop_id, status=Status.OPEN, assignee=None, waiting_since__isnull=False
    )
    return list(rows.order_by("priority", "waiting_since", "id").values_list("pk", flat=True)[:limit])


def held_by(shop_id: int, agent_id: int) -> list[int]:
    """Ids of the open conversations that a person holds."""
    rows = Conversation.objects.filter(shop_id=shop_id, status=Status.OPEN, assignee_id=agent_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def signals_in(conversation_ids: Iterable[int]) -> dict[int, set[str]]:
    """The danger signs marked in what was said, by conversation."""
    found: dict[int, set[str]] = {}
    rows = Message.objects.filter(conversation__in=conversation_ids).exclude(marks=[])
    for conversation_id, marks in rows.values_list("conversation_id", "marks"):
        found.setdefault(conversation_id, set()).update(code for _, _, code in marks)
    return found


def last_owner(conversation: Conversation, since: datetime) -> int | None:
    """Who held this customer's latest other conversation since then."""
    if conversation.customer_id is None:
        return None
    rows = Conversation.objects.filter(
        customer_id=conversation.customer_id, assignee__isnull=False, last_message_at__gte=since
    ).exclude(pk=conversation.pk)
    return rows.order_by("-last_message_at").values_list("assignee_id", flat=True).first()


def unacknowledged(since: datetime, before: datetime, limit: int = 2000) -> list[Conversation]:
    """Open conversations of any shop whose alert, raised between the two moments, nobody has seen."""
    rows = Conversation.objects.defer("search").filter(
        status=Status.OPEN, acknowledged_by=None, alerted_at__gte=since, alerted_at__lte=before
    )
    return list(rows.order_by("alerted_at")[:limit])


SORTS = {
    "urgency": ("priority", "-risk_score", "id"),
    "age": (F("alerted_at").asc(nulls_last=True), "id"),
    "risk": ("-risk_score", "id"),
    "owner": (F("assignee__name").asc(nulls_first=True), "priority", "id"),
}


def open_risks(shop_id: int, sort: str = "urgency", limit: int = 100) -> list[Conversation]:
    """Open conversations that are urgent or at high risk."""
    rows: QuerySet[Conversation] = Conversation.objects.filter(
        Q(priority__lte="P1") | Q(risk_level__in=["high", "critical"]), shop_id=shop_id, status=Status.OPEN
    )
    order = SORTS.get(sort, SORTS["urgency"])
    kept = rows.select_related("customer", "assignee", "acknowledged_by").defer("search")
    return list(kept.order_by(*order)[:limit])
