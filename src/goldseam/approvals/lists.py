"""Requests as the pages list them: what waits for whom, what was decided, what similar ones got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from goldseam.approvals.authority import Ceiling, Spent, obstacle, rank
from goldseam.approvals.circle import Circle, Seat, circle_of
from goldseam.approvals.models import ApprovalRequest, ApprovalSettings, State
from goldseam.approvals.packs import Packs
from goldseam.approvals.queries import UNUSED
from goldseam.approvals.routing import Terms, asked_of, spent_by, terms_of
from goldseam.core.paging import decode_cursor, encode_cursor
from goldseam.engine.reply.authority import WORDING
from goldseam.workshop.load_terms import load_terms

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop

PAGE = 30
MOST_PENDING = 500
_SIMILAR = 50
_SHOWN = 5
SMALL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Chance:
    """What a person may do with a pending request: from which seat, how much at most, what stands in the
    way of granting it ("" for nothing), and whether their word would be the last."""

    seat: Seat
    most: Ceiling
    spent: Spent
    problem: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One request in a list. `asked`: it waits for the reader; `chance` is None when the reader cannot decide
    it; `small`: it may be decided in a batch (words must be read); `waits_for`: names of those who are
    asked."""

    request: ApprovalRequest
    asked: bool = False
    chance: Chance | None = None
    small: bool = False
    waits_for: tuple[str, ...] = ()


class Desk:
    """All that waits in a shop, seen by one person: a fixed number of queries."""

    def __init__(self, shop: Shop, agent: Agent, now: datetime | None = None) -> None:
        self.shop, self.agent = shop, agent
        self.now = now or timezone.now()
        self.circle = circle_of(shop.pk, self.now)
        self._packs = Packs(shop.pk)
        self._spent: dict[tuple[int, str], Spent] = {}
        own = ApprovalSettings.objects.filter(shop=shop).values_list("small_amount", flat=True).first()
        self._small = SMALL if own is None else own

    def rows(self, requests: Sequence[ApprovalRequest]) -> list[Row]:
        """The requests as this person sees them."""
        return [self.row(request) for request in requests]

    def row(self, request: ApprovalRequest) -> Row:
        """One request as this person sees it."""
        if not request.is_pending:
            return Row(request)
        terms = terms_of(request, self._packs)
        asked = asked_of(request, self.circle, terms)
        chance = self._chance(request, terms)
        comparable = request.currency == self.shop.currency and request.amount <= self._small
        one_look = chance is not None and chance.is_last and not chance.problem
        small = one_look and comparable and not request.is_wording
        names = tuple(self.circle.persons[i].name for i in asked)
        return Row(request, self.agent.pk in asked, chance, small, names)

    def _chance(self, request: ApprovalRequest, terms: Terms) -> Chance | None:
        seats = self.circle.seats_of(self.agent.pk, request.requester_id, request.levels[request.step])
        if not seats:
            return None
        found = [self._from_seat(request, terms, seat) for seat in seats]
        return min(found, key=lambda c: (not (c.is_last and not c.problem), not c.is_last))

    def _from_seat(self, request: ApprovalRequest, terms: Terms, seat: Seat) -> Chance:
        is_last = rank(seat.principal.role) >= rank(request.levels[-1])
        most = terms.ceiling_of(seat)
        key = (seat.principal.agent_id, request.currency)
        if key not in self._spent:
            self._spent[key] = spent_by(self.shop, *key, self.now)
        spent = self._spent[key]
        return Chance(seat, most, spent, obstacle(request.amount, most, spent), is_last)


def pending_in(shop_id: int) -> list[ApprovalRequest]:
    """All that waits in a shop, the most urgent first."""
    rows = _listed().filter(shop_id=shop_id, state=State.PENDING)
    return list(rows.order_by("conversation__priority", "due_at", "id")[:MOST_PENDING])


def waiting_for(shop: Shop, agent: Agent) -> int:
    """How many requests wait for this person's word, and how many grants for their reply."""
    granted = (
        ApprovalRequest.objects.filter(UNUSED, shop=shop, requester=agent)
        .exclude(conversation__status="closed")
        .count()
    )
    pending = list(
        ApprovalRequest.objects.select_related("shop").filter(shop=shop, state=State.PENDING)[:MOST_PENDING]
    )
    return granted + (_asked_of(shop.pk, agent.pk, pending) if pending else 0)


def _asked_of(shop_id: int, agent_id: int, pending: Sequence[ApprovalRequest]) -> int:
    circle, packs = circle_of(shop_id, timezone.now()), Packs(shop_id)
    return sum(agent_id in asked_of(r, circle, terms_of(r, packs)) for r in pending)


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the history is wanted; empty values want everything."""

    state: str = ""
    remedy: str = ""
    person: int | None = None
    days: int | None = None
    words: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """From a page's address; what makes no sense there is left out."""
        state, remedy = given.get("state", ""), given.get("remedy", "")
        person, days = given.get("person", ""), given.get("days", "")
        return cls(
            state=state if state in State.values else "",
            remedy=remedy if remedy in load_terms().remedies | {WORDING} else "",
            person=int(person) if person.isdecimal() and len(person) < 16 else None,
            days=int(days) if days in ("1", "7", "30", "90") else None,
            words=given.get("q", "")[:100].replace("\x00", "").strip(),
        )


def history(
    shop_id: int, agent: Agent, filters: Filters, *, only_own: bool, after: str | None
) -> tuple[list[ApprovalRequest], str | None]:
    """A shop's requests (or only this person's own), newest first, and the cursor of the next page."""
    rows = _listed().filter(shop_id=shop_id).order_by("-id")
    if only_own:
        rows = rows.filter(Q(requester=agent) | Q(decided_by=agent))
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.remedy:
        rows = rows.filter(remedy=filters.remedy)
    if filters.person is not None:
        rows = rows.filter(Q(requester_id=filters.person) | Q(decided_by_id=filters.person))
    if filters.days is not None:
        rows = rows.filter(created_at__gte=timezone.now() - timedelta(days=filters.days))
    if filters.words:
        rows = rows.filter(
            Q(conversation__customer__name__icontains=filters.words)
            | Q(conversation__external_id=filters.words)
            | Q(order__external_id=filters.words)
            | Q(reason__icontains=filters.words)
        )
    if after:
        rows = rows.filter(pk__lt=decode_cursor(after, int)[0])
    page = list(rows[: PAGE + 1])
    following = encode_cursor([page[PAGE - 1].pk]) if len(page) > PAGE else None
    return page[:PAGE], following


@dataclass(frozen=True, slots=True)
class Similar:
    """What requests for the same remedy on the same issue got: of `decided` so many were `approved`, for
    `typical` (the median) in the same currency; the latest are `shown`."""

    decided: int
    approved: int
    typical: Decimal | None
    shown: tuple[ApprovalRequest, ...]


def similar_to(request: ApprovalRequest) -> Similar:
    """The latest 50 decided requests that are like this one."""
    rows = _listed().filter(
        shop_id=request.shop_id,
        remedy=request.remedy,
        issue=request.issue,
        currency=request.currency,
        state__in=[State.APPROVED, State.REFUSED],
    )
    found = list(rows.exclude(pk=request.pk).order_by("-id")[:_SIMILAR])
    granted = [row.granted_amount for row in found if row.granted_amount is not None]
    typical = median(granted).quantize(Decimal("0.01")) if granted else None
    return Similar(len(found), len(granted), typical, tuple(found[:_SHOWN]))


def counts_of(shop_id: int, agent: Agent) -> dict[str, int]:
    """How many are open, and how many this person asked for that are not at an end."""
    row = ApprovalRequest.objects.filter(shop_id=shop_id).aggregate(
        open=Count("id", filter=Q(state=State.PENDING)),
        own=Count("id", filter=Q(requester=agent) & (Q(state=State.PENDING) | UNUSED)),
    )
    return {"open": row["open"], "own": row["own"]}


def _listed() -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.select_related(
        "shop", "conversation__customer", "order", "requester", "decided_by", "grantor"
    )


def people_of(circle: Circle) -> list[tuple[int, str]]:
    """Everybody of the shop, by name, to choose from."""
    return sorted(((p.agent_id, p.name) for p in circle.persons.values()), key=lambda pair: pair[1])
