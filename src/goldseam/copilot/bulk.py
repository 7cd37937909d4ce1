"""Assesses many conversations at once.

What comes in from files is assessed batch by batch in the transaction that stores the batch: an imported
conversation is never seen without its triage, and an interrupted import leaves none behind. When orders
change, the open conversations they concern are assessed anew.

It comes to the same as `assess` for one conversation after the other, in a few queries for all; only do
the conversations of one batch not see each other's risk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from goldseam.commerce.events import OrderChanged, OrdersChanged
from goldseam.commerce.queries import orders_by_number
from goldseam.conversations import actions as conversations
from goldseam.conversations.events import ConversationsImported
from goldseam.conversations.queries import conversations_by_ids, open_about, with_marks
from goldseam.copilot.actions import decide, marks_of, triage_of
from goldseam.copilot.engine import tables_of
from goldseam.copilot.facts import forget_remedy_records, gather_many, latest_words
from goldseam.copilot.models import Decision
from goldseam.promises.events import PromiseBroken, PromiseKept, PromiseWithdrawn

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation

_MAX_AFRESH = 200


def assess_imported(event: ConversationsImported) -> None:
    """A closed conversation is assessed as of its last message, for its facts lie in the past; an open
    one as of now."""
    forget_remedy_records(event.shop_id)
    now = timezone.now()
    moments = []
    for conversation in conversations_by_ids(event.conversation_ids):
        moment = conversation.last_message_at if conversation.closed_at else now
        moments.append((conversation, min(moment, now)))
    _assess(event.shop_id, moments)


def assess_after_orders(event: OrderChanged | OrdersChanged) -> None:
    """News of an order (a scan, a status, a refund) may change what its customer's open conversations
    need: they are assessed anew, at most a page of them for one event."""
    order_ids = event.order_ids if isinstance(event, OrdersChanged) else (event.order_id,)
    now = timezone.now()
    found = conversations_by_ids(open_about(order_ids, _MAX_AFRESH))
    moments = [(conversation, now) for conversation in found]
    if moments:
        _assess(event.shop_id, moments)


def assess_after_promise(event: PromiseBroken | PromiseKept | PromiseWithdrawn) -> None:
    """What became of a promise changes the risk of an open conversation."""
    now = timezone.now()
    moments = [
        (conversation, now)
        for conversation in conversations_by_ids([event.conversation_id])
        if conversation.closed_at is None and conversation.issue
    ]
    if moments:
        _assess(event.shop_id, moments)


def _assess(shop_id: int, moments: Sequence[tuple[Conversation, datetime]]) -> None:
    gathered = gather_many(moments)
    loaded = tables_of(shop_id)
    made = [decide(row, facts, at, loaded) for (row, at), facts in zip(moments, gathered, strict=True)]
    Decision.objects.bulk_create([decision for decision, _ in made])
    orders = orders_by_number(shop_id, [a.order.id for _, a in made if a.order.id is not None])
    triages = {}
    for decision, assessment in made:
        order_id, _ = orders.get(assessment.order.id or "", (None, None))
        triages[decision.conversation_id] = triage_of(assessment, order_id)
    conversations.record_triages(shop_id, triages)
    marked = with_marks(triages)
    for (conversation, _), (_, assessment) in zip(moments, made, strict=True):
        if assessment.signals or conversation.pk in marked:
            said = latest_words(conversation.pk)
            conversations.mark_signals(said, marks_of(said, assessment))
