"""Reads of promises, and their gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils.translation import gettext_noop

from goldseam.core.errors import NotFound
from goldseam.core.paging import decode_cursor, encode_cursor
from goldseam.people.queries import shops_of
from goldseam.promises.models import Promise, State

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent

_MOST = 50
_STILL_NEWS = timedelta(hours=24)


def promises_of(conversation_id: int) -> list[Promise]:
    """What was promised in a conversation: the open ones by due time, then the settled, newest first."""
    rows = list(
        Promise.objects.select_related("agent", "settled_by", "conversation__shop")
        .filter(conversation_id=conversation_id)
        .order_by("-id")[:_MOST]
    )
    waiting = sorted((p for p in rows if p.state == State.OPEN), key=lambda p: (p.due_at, p.pk))
    return waiting + [p for p in rows if p.state != State.OPEN]


def facts_of(conversation_ids: Iterable[int]) -> dict[int, list[Promise]]:
    """The promises of many conversations in one query, the oldest first."""
    found: dict[int, list[Promise]] = {pk: [] for pk in conversation_ids}
    for promise in Promise.objects.filter(conversation__in=found).order_by("id"):
        found[promise.conversation_id].append(promise)
    return found


def standing_of(conversation_id: int) -> list[Promise]:
    """What was promised in a conversation and not taken back."""
    return list(
        Promise.objects.filter(conversation_id=conversation_id).exclude(state=State.WITHDRAWN).order_by("id")
    )


@dataclass(frozen=True, slots=True)
class Gifts:
    """What was granted without anybody's approval: in a conversation, and by its writer today and this
    month."""

    case: Decimal
    day: Decimal
    month: Decimal


def gifts_of(conversation: Conversation, agent_id: int | None, currency: str, now: datetime) -> Gifts:
    """The gifts that count against a writer's authority (the bot's with None). A case is everybody's; days
    and months are those of the shop's time zone. What was withdrawn is not given."""
    local = now.astimezone(ZoneInfo(conversation.shop.timezone))
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    month = day.replace(day=1)
    own = Q(agent=agent_id) if agent_id is not None else Q(agent=None)
    given = Promise.objects.filter(shop_id=conversation.shop_id, currency=currency, gift__gt=0)
    row = given.exclude(state=State.WITHDRAWN).filter(
        Q(conversation=conversation) | (own & Q(made_at__gte=month))
    )
    sums = row.aggregate(
        case=Sum("gift", filter=Q(conversation=conversation)),
        day=Sum("gift", filter=own & Q(made_at__gte=day)),
        month=Sum("gift", filter=own & Q(made_at__gte=month)),
    )
    return Gifts(**{name: amount or Decimal(0) for name, amount in sums.items()})


def access_promise(agent: Agent, promise_id: int) -> Promise:
    """The gate: a promise of a shop of this person, else "not found"."""
    found = (
        Promise.objects.select_related("conversation__shop")
        .filter(pk=promise_id, shop__in=shops_of(agent))
        .first()
    )
    if found is None:
        raise NotFound(gettext_noop("There is no such promise."))
    return found


def promise_by_id(promise_id: int) -> Promise:
    """For rooms and jobs that already hold an id of their own; not for requests of people."""
    return Promise.objects.select_related("conversation").get(pk=promise_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a conversation's row keeps of its promises."""

    due_at: datetime | None
    broken: int


def standing_figures(conversation_id: int) -> Standing:
    """When the next open promise falls due, and how many are broken."""
    row = Promise.objects.filter(conversation_id=conversation_id).aggregate(
        due_at=Min("due_at", filter=Q(state=State.OPEN)), broken=Count("id", filter=Q(state=State.BROKEN))
    )
    return Standing(**row)


def open_promises(conversation_ids: Iterable[int]) -> list[Promise]:
    """The promises of these conversations that facts could still settle: open ones, and broken ones that may
    have been kept late."""
    return list(_with_facts().filter(conversation__in=conversation_ids, state__in=_UNSETTLED))


def unsettled_about(order_ids: Iterable[int]) -> list[int]:
    """Ids of the conversations with promises about these orders that facts could still settle."""
    rows = Promise.objects.filter(order__in=order_ids, state__in=_UNSETTLED)
    return list(rows.order_by("conversation_id").values_list("conversation_id", flat=True).distinct())


def due_within(now: datetime, ahead: timedelta, limit: int = 500) -> Sequence[Promise]:
    """Open promises that fall due before `now` + `ahead`, the most urgent first."""
    rows = Promise.objects.filter(state=State.OPEN, due_at__lte=now + ahead)
    return list(rows.order_by("due_at", "id")[:limit])


def reminders_for(agent: Agent, shop_id: int, now: datetime) -> list[Promise]:
    """What this person must see to: promises on their conversations (or their own, where nobody has the
    conversation) that fall due soon, and those that broke within a day."""
    mine = Q(conversation__assignee=agent) | Q(conversation__assignee=None, agent=agent)
    soon = Q(state=State.OPEN, reminded_at__isnull=False)
    news = Q(state=State.BROKEN, settled_at__gte=now - _STILL_NEWS, seen_at=None)
    rows = Promise.objects.select_related("conversation__customer").filter(mine, soon | news, shop_id=shop_id)
    return list(rows.order_by("due_at", "id")[:20])


def page_by_id(
    shop_id: int, *, state: str | None, conversation: str | None, after: str | None, limit: int
) -> tuple[list[Promise], str | None]:
    """A shop's promises, newest first, and the cursor of the next page."""
    rows = Promise.objects.select_related("conversation", "agent", "order").filter(shop_id=shop_id)
    if state:
        rows = rows.filter(state=state)
    if conversation:
        rows = rows.filter(conversation__external_id=conversation)
    if after:
        rows = rows.filter(pk__lt=decode_cursor(after, int)[0])
    page = list(rows.order_by("-id")[: limit + 1])
    following = encode_cursor([page[limit - 1].pk]) if len(page) > limit else None
    return page[:limit], following


def promise_json(promise: Promise) -> dict[str, Any]:
    """A promise as programs see it."""
    return {
        "id": promise.pk,
        "conversation": promise.conversation.external_id,
        "order": promise.order.external_id if promise.order else None,
        "message": promise.message_id,
        "span": [promise.start, promise.end],
        "words": promise.words,
        "kind": promise.kind,
        "amount": None if promise.amount is None else str(promise.amount),
        "currency": promise.currency,
        "policy": promise.policy,
        "by": promise.agent.email if promise.agent else None,
        "made_at": promise.made_at,
        "due_at": promise.due_at,
        "due_named": promise.named,
        "state": promise.state,
        "settled_at": promise.settled_at,
        "how": promise.how,
        "late": promise.late,
        "reason": promise.reason,
    }


_UNSETTLED = (State.OPEN, State.BROKEN)


def _with_facts() -> QuerySet[Promise]:
    return Promise.objects.select_related("order").prefetch_related("order__refunds", "order__parcels__scans")
