"""What time does to a request that waits: it is passed on, who is asked for others that went away hears of
it, and its moment moves with the shop's calendar."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from django.db import transaction

from goldseam.approvals import events
from goldseam.approvals.circle import circle_of
from goldseam.approvals.models import Notice, Verb
from goldseam.approvals.packs import Packs
from goldseam.approvals.queries import pending_everywhere
from goldseam.approvals.routing import asked_of, terms_of, wait_of
from goldseam.approvals.steps import above
from goldseam.approvals.timing import answer_due
from goldseam.approvals.turns import held, note, record, tell
from goldseam.core.events import emit
from goldseam.core.jobs import DEFAULT, defer

if TYPE_CHECKING:
    from goldseam.sla.events import TimesChanged

_MOST_REMINDERS = 20
_BEGINS = (Verb.RAISED, Verb.ENDORSED, Verb.ESCALATED)
"""Turns after which somebody is waited for."""


@transaction.atomic
def escalate(request_id: int, now: datetime) -> bool:
    """Nobody answered in time: ask the next role too, or the same people again above the highest. Says
    whether it was due."""
    request = held(request_id)
    if not request.is_pending or request.due_at is None or request.due_at > now:
        return False
    circle, terms = circle_of(request.shop_id, now), terms_of(request)
    before = set(asked_of(request, circle, terms))
    higher = above(request.called)
    if higher is not None and circle.able(request.requester_id, higher):
        request.called = higher
    request.escalations += 1
    again = answer_due(request.shop_id, request.issue, wait_of(request), now)
    request.due_at = again if request.escalations < _MOST_REMINDERS else None
    request.save(update_fields=["called", "escalations", "due_at"])
    note(request, Verb.ESCALATED, None, words=request.called)
    record(request, "clock", "escalated", called=request.called)
    asked = set(asked_of(request, circle, terms))
    tell(request, asked - before or asked, Notice.Kind.ESCALATED, also=before)
    emit(events.RequestEscalated(request.shop_id, request.conversation_id, request.pk))
    return True


def call_newcomers(now: datetime) -> int:
    """Whoever is asked only now, because somebody else went away, is told of it; returns how many were."""
    told = 0
    for shop_id, requests in groupby(pending_everywhere(), key=lambda request: request.shop_id):
        circle, packs = circle_of(shop_id, now), Packs(shop_id)
        for request in requests:
            asked = asked_of(request, circle, terms_of(request, packs))
            newcomers = set(asked) - {notice.agent_id for notice in request.notices.all()}
            if newcomers:
                told += _call(request.pk, newcomers)
    return told


@transaction.atomic
def _call(request_id: int, newcomers: set[int]) -> int:
    request = held(request_id)
    if not request.is_pending:
        return 0
    tell(request, newcomers, Notice.Kind.ASKED)
    return len(newcomers)


def reckon_later(event: TimesChanged) -> None:
    """The calendar is another one: what waits is passed on by it, which a job reckons."""
    defer("approvals.reckon", DEFAULT, shop_id=event.shop_id)


@transaction.atomic
def reckon(request_id: int) -> None:
    """When a waiting request is passed on, by the calendar as it is now, from the moment at which the wait
    began."""
    request = held(request_id)
    if request.due_at is None:
        return
    began = request.turns.filter(verb__in=_BEGINS).latest("id").at
    due = answer_due(request.shop_id, request.issue, wait_of(request), began)
    if due != request.due_at:
        request.due_at = due
        request.save(update_fields=["due_at"])
        tell(request, (), None)
