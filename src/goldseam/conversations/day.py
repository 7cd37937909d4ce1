"""A person's day in the inbox: what waits, what was promised, what comes back, what they mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from goldseam.conversations.models import Conversation, Outcome, Status
from goldseam.conversations.thread_tables import Survey

if TYPE_CHECKING:
    from goldseam.people.models import Agent

EACH = 6
_MENDED = (Outcome.SATISFIED, Outcome.ACCEPTED)
_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)
_GOOD_SCORE = 4


@dataclass(frozen=True, slots=True)
class Part:
    """The first rows, and how many there are."""

    rows: list[Conversation]
    count: int


def waiting(shop_id: int, agent: Agent) -> Part:
    """The person's open conversations in which a customer waits, by the clock that runs out first."""
    mine = _mine(shop_id, agent).filter(status=Status.OPEN, waiting_since__isnull=False)
    return _part(mine.order_by(F("sla_due_at").asc(nulls_last=True), "priority", "waiting_since", "id"))


def promised(shop_id: int, agent: Agent) -> Part:
    """The person's conversations with a promise still open, by its due moment."""
    return _part(_mine(shop_id, agent).filter(promise_due_at__isnull=False).order_by("promise_due_at", "id"))


def coming_back(shop_id: int, agent: Agent) -> Part:
    """The person's snoozed conversations that come back today or tomorrow, by time."""
    limit = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    asleep = _mine(shop_id, agent).filter(status=Status.SNOOZED, snoozed_until__lt=limit)
    return _part(asleep.order_by("snoozed_until", "id"))


def mended(shop_id: int, agent: Agent, now: datetime) -> Part:
    """What the person closed in the last seven days with a customer who was content, newest first."""
    closed = _mine(shop_id, agent).filter(
        status=Status.CLOSED, closed_at__gte=now - _WEEK, outcome__in=_MENDED
    )
    return _part(closed.order_by("-closed_at", "-id"))


def kind_words(shop_id: int, agent: Agent, now: datetime) -> list[Survey]:
    """What content customers wrote when they were asked, of the last thirty days, newest first."""
    answered = Survey.objects.filter(
        conversation__shop_id=shop_id,
        conversation__assignee=agent,
        answered_at__gte=now - _MONTH,
        score__gte=_GOOD_SCORE,
    ).exclude(comment="")
    return list(answered.select_related("conversation__customer").order_by("-answered_at", "-id")[:3])


def usual_issues(shop_id: int, agent: Agent, now: datetime) -> list[str]:
    """The issues that the person met most often in the last thirty days, the most frequent first."""
    recent = _mine(shop_id, agent).filter(last_message_at__gte=now - _MONTH).exclude(issue="")
    counted = recent.values("issue").annotate(times=Count("id")).order_by("-times", "issue")
    return [row["issue"] for row in counted[:3]]


def corrected(shop_id: int, agent: Agent, now: datetime) -> list[Conversation]:
    """The person's conversations of the last thirty days whose issue or priority people set right."""
    wrong = Q(issue_corrected=True) | Q(priority_corrected=True)
    rows = _mine(shop_id, agent).filter(wrong, last_message_at__gte=now - _MONTH)
    return list(_slim(rows).order_by("-last_message_at", "-id")[:3])


def _mine(shop_id: int, agent: Agent) -> QuerySet[Conversation]:
    return Conversation.objects.filter(shop_id=shop_id, assignee=agent)


def _slim(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    return rows.select_related("customer").defer("search")


def _part(rows: QuerySet[Conversation]) -> Part:
    first = list(_slim(rows)[: EACH + 1])
    return Part(first[:EACH], len(first) if len(first) <= EACH else rows.count())
