"""The inbox's reads: views, their counts, pages by keyset, search, alerts, what is unread.

Written for a shop with hundreds of thousands of conversations: every list walks an index in its own order
and stops after a page, and counts stop at a bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from goldseam.commerce.queries import orders_by_words
from goldseam.conversations.models import Conversation, Message, ReadMark, Status
from goldseam.conversations.queries import search_filter
from goldseam.core.errors import NotFound
from goldseam.core.paging import BrokenCursor, decode_cursor, encode_cursor

if TYPE_CHECKING:
    from goldseam.people.models import Agent

PAGE = 30
MOST_ROWS = 150
THREAD = 100
LONGEST_THREAD = 5000
COUNT_CAP = 100
"""Counting stops here; a page shows 99+."""

VIEWS = ("needs", "mine", "unassigned", "risk", "snoozed", "closed", "open")
_FAR = datetime.max.replace(tzinfo=UTC)
_URGENT = "P1"
"""This priority and the more urgent: all that is at high risk, and all that is about safety."""
_FEW = 1000
_COLUMNS_NOT_LISTED = ("search",)


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Conversations in the view's order, which of them hold something unread, and the next page's cursor."""

    rows: list[Conversation]
    unread: frozenset[int]
    following: str | None


def inbox_page(
    shop_id: int, agent: Agent, *, view: str, words: str = "", after: str | None = None, size: int = PAGE
) -> InboxPage:
    """`size` rows of a view, or (with `words`) of everything in the shop that matches, newest first."""
    if words.strip():
        rows = _search(shop_id, words, after, size + 1)
    else:
        rows = _view_rows(shop_id, agent, view, after, size + 1)
    page = rows[:size]
    following = None
    if len(rows) > size:
        last = page[-1]
        following = encode_cursor(_search_key(last) if words.strip() else _view_key(view, last))
    return InboxPage(page, unread_of(agent, page), following)


def view_counts(shop_id: int, agent: Agent) -> dict[str, int]:
    """How many conversations each view holds, at most COUNT_CAP; one statement."""
    parts: list[str] = []
    params: list[Any] = []
    for view in VIEWS:
        if view in ("closed", "open"):
            continue
        for piece in _pieces(shop_id, agent, view):
            sql, values = piece.order_by().values("pk")[:COUNT_CAP].query.sql_with_params()
            parts.append(f"SELECT '{view}', count(*) FROM ({sql}) AS part_{len(parts)}")  # noqa: S608  the ORM's own SQL
            params.extend(values)
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        for view, number in cursor.fetchall():
            counts[view] = min(COUNT_CAP, counts.get(view, 0) + number)
    return counts


def unread_of(agent: Agent, rows: Iterable[Conversation]) -> frozenset[int]:
    """Ids of those conversations in which the last word is newer than what the person has seen."""
    wanted = list(rows)
    marks = dict(
        ReadMark.objects.filter(agent=agent, conversation__in=[row.pk for row in wanted]).values_list(
            "conversation_id", "seen_at"
        )
    )
    return frozenset(
        row.pk
        for row in wanted
        if row.status != Status.CLOSED and (row.pk not in marks or marks[row.pk] < row.last_message_at)
    )


def pending_alerts(shop_id: int, limit: int = 20) -> list[Conversation]:
    """Open P0 and P1 conversations whose alert nobody has acknowledged, most urgent first."""
    return list(
        Conversation.objects.select_related("customer")
        .defer(*_COLUMNS_NOT_LISTED)
        .filter(
            shop_id=shop_id,
            status=Status.OPEN,
            acknowledged_by=None,
            alerted_at__isnull=False,
        )
        .order_by("priority", "-alerted_at")[:limit]
    )


def latest_messages(conversation_id: int, size: int) -> tuple[list[Message], bool]:
    """The end of a thread in order of time, and whether there is something before it."""
    rows = Message.objects.filter(conversation_id=conversation_id).select_related("author")
    found = list(rows.order_by("-at", "-id")[: size + 1])
    return found[:size][::-1], len(found) > size


def former_conversations(conversation: Conversation, limit: int = 8) -> list[Conversation]:
    """The same customer's other conversations, newest first."""
    if conversation.customer_id is None:
        return []
    return list(
        Conversation.objects.select_related("assignee")
        .defer(*_COLUMNS_NOT_LISTED)
        .filter(customer_id=conversation.customer_id)
        .exclude(pk=conversation.pk)
        .order_by("-created_at")[:limit]
    )


def _pieces(shop_id: int, agent: Agent, view: str) -> list[QuerySet[Conversation]]:
    """A view as disjoint parts, each of which one index serves in the view's order."""
    rows = Conversation.objects.filter(shop_id=shop_id)
    opened = rows.filter(status=Status.OPEN)
    pieces = {
        "needs": [
            opened.filter(assignee=agent, waiting_since__isnull=False),
            opened.filter(assignee=None, waiting_since__isnull=False),
        ],
        "mine": [opened.filter(assignee=agent)],
        "unassigned": [opened.filter(assignee=None)],
        "risk": [opened.filter(priority__lte=_URGENT)],
        "snoozed": [rows.filter(status=Status.SNOOZED)],
        "closed": [rows.filter(status=Status.CLOSED)],
        "open": [opened],
    }
    if view not in pieces:
        raise NotFound(gettext_noop("There is no such view."))
    return pieces[view]


_ORDER = {"snoozed": ("snoozed_until", "id"), "closed": ("-closed_at", "-id")}
_BY_URGENCY = ("priority", "waiting_since", "id")


def _view_rows(shop_id: int, agent: Agent, view: str, after: str | None, limit: int) -> list[Conversation]:
    """The first rows after the cursor; two ordered parts are merged into one order."""
    key = _read_key(view, after)
    parts = []
    for piece in _pieces(shop_id, agent, view):
        rows = _listed(piece).order_by(*_ORDER.get(view, _BY_URGENCY))
        if key is not None:
            rows = rows.filter(_beyond(view, key))
        parts.append(list(rows[:limit]))
    if len(parts) == 1:
        return parts[0]
    return list(merge(*parts, key=_urgency))[:limit]


def _search(shop_id: int, words: str, after: str | None, limit: int) -> list[Conversation]:
    found = search_filter(words)
    orders, customers = orders_by_words(shop_id, words)
    if orders:
        found |= Q(order__in=orders)
    if customers:
        found |= Q(customer__in=customers)
    if not found:
        return []
    matches = Conversation.objects.filter(found, shop_id=shop_id)
    few = list(matches.values_list("pk", flat=True)[:_FEW])
    if len(few) < _FEW:  # all of them, through the word index; the planner cannot know how rare a word is
        matches = Conversation.objects.filter(pk__in=few)
    rows = _listed(matches).order_by("-last_message_at", "-id")
    if after:
        at, number = decode_cursor(after, str, int)
        moment = _moment(at)
        rows = rows.filter(Q(last_message_at__lt=moment) | Q(last_message_at=moment, id__lt=number))
    return list(rows[:limit])


def _listed(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    return rows.select_related("customer", "order", "assignee").defer(*_COLUMNS_NOT_LISTED)


def _urgency(row: Conversation) -> tuple[str, datetime, int]:
    return row.priority, row.waiting_since or _FAR, row.pk


def _view_key(view: str, row: Conversation) -> list[Any]:
    moment = {"snoozed": row.snoozed_until, "closed": row.closed_at}.get(view, row.waiting_since)
    return [row.priority, moment.isoformat() if moment else "", row.pk]


def _search_key(row: Conversation) -> list[Any]:
    return [row.last_message_at.isoformat(), row.pk]


def _read_key(view: str, after: str | None) -> tuple[str, datetime | None, int] | None:
    if not after:
        return None
    priority, at, number = decode_cursor(after, str, str, int)
    if view in _ORDER and not at:
        raise BrokenCursor
    return priority, _moment(at) if at else None, number


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BrokenCursor from error
    if moment.tzinfo is None:
        raise BrokenCursor
    return moment


def _beyond(view: str, key: tuple[str, datetime | None, int]) -> Q:
    """Rows that come after the key in the view's order; the first condition bounds the index walk."""
    priority, moment, number = key
    if view == "snoozed":
        return Q(snoozed_until__gte=moment) & (Q(snoozed_until__gt=moment) | Q(id__gt=number))
    if view == "closed":
        return Q(closed_at__lte=moment) & (Q(closed_at__lt=moment) | Q(id__lt=number))
    if moment is None:
        later = Q(waiting_since=None, id__gt=number)
    else:
        later = Q(waiting_since__gt=moment) | Q(waiting_since=moment, id__gt=number) | Q(waiting_since=None)
    return Q(priority__gte=priority) & (Q(priority__gt=priority) | later)
