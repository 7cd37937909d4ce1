"""The inbox's reads: views, their counts, pages by keyset, search, alerts, what is unread.

Written for a shop with hundreds of thousands of conversations: every list walks an index in its own order
and stops after a page, and counts stop at a bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from goldseam.commerce.queries import orders_by_words
from goldseam.conversations import ordering
from goldseam.conversations.models import Conversation, Message, ReadMark, Status
from goldseam.conversations.queries import search_filter
from goldseam.core.errors import NotFound

if TYPE_CHECKING:
    from goldseam.people.models import Agent

PAGE = 30
MOST_ROWS = 150
THREAD = 60
LONGEST_THREAD = 5000
COUNT_CAP = 100
"""Counting stops here; a page shows 99+."""

VIEWS = ("needs", "mine", "unassigned", "risk", "promises", "snoozed", "closed", "open")
NOT_COUNTED = ("closed", "open")
_URGENT = "P1"
"""This priority and the more urgent: all that is at high risk, and all that is about safety."""
_FEW = 1000
_COLUMNS_NOT_LISTED = ("search",)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a view lists: disjoint parts, each of which one index serves in the order."""

    parts: tuple[QuerySet[Conversation], ...]
    order: ordering.Order

    def rows(self, after: str | None, limit: int) -> list[Conversation]:
        """The first rows after the cursor, with what a row shows."""
        beyond = self.order.after(after) if after else Q()
        parts = [_listed(part.filter(beyond)).order_by(*self.order.names())[:limit] for part in self.parts]
        if len(parts) == 1:
            return list(parts[0])
        return list(parts[0].union(*parts[1:], all=True).order_by(*self.order.names())[:limit])

    def ids(self, limit: int) -> list[int]:
        """The ids of what is listed, at most so many."""
        found: list[int] = []
        for part in self.parts:
            found += part.order_by(*self.order.names()).values_list("pk", flat=True)[: limit - len(found)]
        return found


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Conversations in the view's order, which of them hold something unread, and the next page's cursor."""

    rows: list[Conversation]
    unread: frozenset[int]
    following: str | None


def inbox_page(
    shop_id: int,
    agent: Agent,
    *,
    view: str = "",
    listing: Listing | None = None,
    words: str = "",
    after: str | None = None,
    size: int = PAGE,
) -> InboxPage:
    """`size` rows of a view (by name, or what a saved one lists), or (with `words`) of everything in the shop
    that matches, newest first."""
    if words.strip():
        listing = search_listing(shop_id, words)
    listing = listing or view_listing(shop_id, agent, view)
    rows = listing.rows(after, size + 1)
    page = rows[:size]
    following = listing.order.cursor(page[-1]) if len(rows) > size else None
    return InboxPage(page, unread_of(agent, page), following)


def view_counts(shop_id: int, agent: Agent) -> dict[str, int]:
    """How many conversations each of the fixed views holds, at most COUNT_CAP; one statement."""
    return bounded_counts(
        {view: view_listing(shop_id, agent, view).parts for view in VIEWS if view not in NOT_COUNTED}
    )


def bounded_counts(views: Mapping[str, Sequence[QuerySet[Conversation]]]) -> dict[str, int]:
    """How many rows the parts of each view hold together, at most COUNT_CAP; one statement for all."""
    pieces: list[str] = []
    params: list[Any] = []
    counts = dict.fromkeys(views, 0)
    for name, parts in views.items():
        for part in parts:
            try:
                sql, values = part.order_by().values("pk")[:COUNT_CAP].query.sql_with_params()
            except EmptyResultSet:  # known to match nothing
                continue
            pieces.append(f"SELECT %s, count(*) FROM ({sql}) AS part_{len(pieces)}")  # noqa: S608  the ORM's own SQL
            params.extend([name, *values])
    if pieces:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(pieces), params)
            for name, number in cursor.fetchall():
                counts[name] = min(COUNT_CAP, counts[name] + number)
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


def view_listing(shop_id: int, agent: Agent, view: str) -> Listing:
    """A fixed view."""
    rows = Conversation.objects.filter(shop_id=shop_id)
    opened = rows.filter(status=Status.OPEN)
    waiting = opened.filter(waiting_since__isnull=False)
    listings = {
        "needs": Listing((waiting.filter(assignee=agent), waiting.filter(assignee=None)), ordering.URGENCY),
        "mine": Listing((opened.filter(assignee=agent),), ordering.URGENCY),
        "unassigned": Listing((opened.filter(assignee=None),), ordering.URGENCY),
        "risk": Listing((opened.filter(priority__lte=_URGENT),), ordering.URGENCY),
        "promises": Listing((rows.filter(promise_due_at__isnull=False),), ordering.PROMISED),
        "snoozed": Listing((rows.filter(status=Status.SNOOZED),), ordering.ASLEEP),
        "closed": Listing((rows.filter(status=Status.CLOSED),), ordering.DONE),
        "open": Listing((opened,), ordering.URGENCY),
    }
    if view not in listings:
        raise NotFound(gettext_noop("There is no such view."))
    return listings[view]


def search_listing(shop_id: int, words: str) -> Listing:
    """Everything in the shop that holds all the words, or is of the order or customer they name."""
    found = search_filter(words)
    orders, customers = orders_by_words(shop_id, words)
    if orders:
        found |= Q(order__in=orders)
    if customers:
        found |= Q(customer__in=customers)
    if not found:
        return Listing((Conversation.objects.none(),), ordering.LATEST)
    matches = Conversation.objects.filter(found, shop_id=shop_id)
    few = list(matches.values_list("pk", flat=True)[:_FEW])
    if len(few) < _FEW:  # all of them, through the word index; the planner cannot know how rare a word is
        matches = Conversation.objects.filter(pk__in=few)
    return Listing((matches,), ordering.LATEST)


def _listed(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    return rows.select_related("customer", "order", "assignee").defer(*_COLUMNS_NOT_LISTED)


def newest_of_issue(shop_id: int, issue: str, limit: int) -> list[int]:
    """Ids of the newest conversations about an issue, for rooms and commands with ids of their own."""
    rows = Conversation.objects.filter(shop_id=shop_id, issue=issue).order_by("-created_at", "-pk")
    return list(rows.values_list("pk", flat=True)[:limit])
