"""Solved conversations that are like an open one: what helped there may help here."""

from __future__ import annotations

from django.contrib.postgres.search import SearchRank
from django.db.models import F, Value

from goldseam.conversations.models import Conversation, Message, MessageRole, Outcome, Status
from goldseam.core.search import TermQuery
from goldseam.core.text import tokens

_LOOKED_AT = 200
_WORDS = 5
_TERMS = 80
_BY_LENGTH = Value(1)
"""So that a long thread, which has every word somewhere, is not the likest of all."""


def solved_alike(conversation: Conversation, limit: int = 3) -> list[Conversation]:
    """Those of the shop's latest solved conversations with others about the same issue in which most of the
    customer's words occur."""
    if not conversation.issue:
        return []
    solved = Conversation.objects.filter(
        shop_id=conversation.shop_id,
        issue=conversation.issue,
        status=Status.CLOSED,
        outcome__in=(Outcome.SATISFIED, Outcome.ACCEPTED),
        merged_into=None,
    ).exclude(pk=conversation.pk)
    if conversation.customer_id is not None:
        solved = solved.exclude(customer=conversation.customer_id)
    latest = solved.order_by("-closed_at").values("pk")[:_LOOKED_AT]
    rows = Conversation.objects.filter(pk__in=latest).defer("search").order_by("-closed_at", "-pk")
    if terms := _terms(conversation):
        likeness = SearchRank(F("search"), TermQuery(terms, " | "), normalization=_BY_LENGTH)
        rows = rows.annotate(likeness=likeness).order_by("-likeness", "-closed_at", "-pk")
    return list(rows[:limit])


def _terms(conversation: Conversation) -> list[str]:
    said = Message.objects.filter(conversation=conversation, role=MessageRole.CUSTOMER).order_by("-at", "-id")
    texts = said.values_list("text", flat=True)[:_WORDS]
    return [term for term in tokens(" ".join(texts)) if len(term) > 1][:_TERMS]
