"""Reads of the inbox, and its gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from goldseam.conversations.models import Conversation, Message, Outcome, Status
from goldseam.core.errors import NotFound
from goldseam.core.search import TermQuery
from goldseam.core.text import query_tokens

if TYPE_CHECKING:
    from goldseam.people.models import Agent


def access_conversation(agent: Agent, conversation_id: int) -> Conversation:
    """The gate: the conversation if it belongs to a shop of this person, else "not found"."""
    conversation = (
        Conversation.objects.select_related("shop", "customer", "order", "assignee")
        .filter(pk=conversation_id, shop__memberships__agent=agent)
        .first()
    )
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


def conversation_by_id(conversation_id: int) -> Conversation:
    """For rooms and jobs that already hold an id of their own; not for requests of people."""
    return Conversation.objects.select_related("shop", "customer").get(pk=conversation_id)


def thread(conversation_id: int) -> QuerySet[Message]:
    """All messages and notes in order of time."""
    return Message.objects.filter(conversation_id=conversation_id).select_related("author")


def spoken(conversation_id: int) -> QuerySet[Message]:
    """What the customer could read: everything but the notes."""
    return Message.objects.filter(conversation_id=conversation_id, is_note=False).order_by("at", "id")


@dataclass(frozen=True, slots=True)
class RemedyOutcome:
    """How a remedy fared for an issue in closed conversations whose ending is known."""

    issue: str
    remedy: str
    tried: int
    worked: int


def remedy_outcomes(shop_id: int) -> list[RemedyOutcome]:
    """What worked in the shop, by issue and remedy."""
    rows = (
        Conversation.objects.filter(shop_id=shop_id, status=Status.CLOSED)
        .exclude(remedy="")
        .exclude(outcome__in=["", Outcome.UNKNOWN])
        .values("issue", "remedy")
        .annotate(
            tried=Count("id"),
            worked=Count("id", filter=Q(outcome__in=[Outcome.SATISFIED, Outcome.ACCEPTED])),
        )
        .order_by("issue", "remedy")
    )
    return [RemedyOutcome(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Contacts:
    """How often a customer wrote: other conversations within 30 days, high-risk ones within 365."""

    month: int
    complaints: int


def contacts_of(customer_id: int, now: datetime, *, without: int) -> Contacts:
    """A customer's conversations up to `now` beside the one with the id `without`."""
    high = Q(created_at__gte=now - timedelta(days=365), risk_level__in=["high", "critical"])
    row = (
        Conversation.objects.filter(customer_id=customer_id, created_at__lte=now)
        .exclude(pk=without)
        .aggregate(
            month=Count("id", filter=Q(created_at__gte=now - timedelta(days=30))),
            complaints=Count("id", filter=high),
        )
    )
    return Contacts(**row)


def search_filter(words: str) -> Q:
    """Conversations that hold all the words (Chinese by character pairs), an order number or a customer."""
    terms = query_tokens(words)
    if not terms:
        return Q()
    return Q(search=TermQuery(terms))


def due_snoozes(now: datetime, limit: int = 500) -> Sequence[int]:
    """Ids of conversations whose snooze has run out."""
    return list(
        Conversation.objects.filter(status=Status.SNOOZED, snoozed_until__lte=now)
        .order_by("snoozed_until")
        .values_list("pk", flat=True)[:limit]
    )
