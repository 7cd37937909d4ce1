"""A request's way: which levels must agree, who can take the next step, and what stands in a grantor's
way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Sum

from goldseam.approvals.authority import FREE, LEVELS, NOTHING, Ceiling, Purse, Spent, ceiling, obstacle, rank
from goldseam.approvals.models import ApprovalRequest
from goldseam.approvals.packs import Packs, rule_for
from goldseam.approvals.steps import StepRow, reaching, row_for, rows_of
from goldseam.ledger.queries import granted_sum, whole

if TYPE_CHECKING:
    from goldseam.approvals.circle import Circle, Person, Seat
    from goldseam.engine.decide.policy import PolicyPack, Rule
    from goldseam.people.models import Shop


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a request is weighed: the pack in force now, the rule that allows the remedy or forbids it but
    for exceptions (None: none speaks of it), and the shop's currency. `words_from`: the lowest role that
    may approve words (None: money or a remedy is asked for)."""

    pack: PolicyPack
    rule: Rule | None
    home: str
    currency: str
    words_from: str | None = None

    @property
    def exception_from(self) -> str | None:
        """The lowest role that is asked for an exception from the rule; None: it forbids nothing, or without
        exception."""
        role = self.rule.exception_from if self.rule is not None else None
        return role if role is None else max(role, LEVELS[0], key=rank)

    def ceiling_of(self, seat: Seat) -> Ceiling:
        """What may be granted from this seat."""
        return self.of_person(seat.principal).at_most(seat.up_to)

    def of_person(self, person: Person) -> Ceiling:
        """What a person may grant by their own authority."""
        if self.words_from is not None:
            return FREE if rank(person.role) >= rank(self.words_from) else NOTHING
        return ceiling(self.pack, self.rule, Purse(person.role, person.personal, self.home, self.currency))


def terms_of(request: ApprovalRequest, packs: Packs | None = None) -> Terms:
    """The terms under the pack that is in force now; a rule that is gone from it says nothing any more."""
    pack = (packs or Packs(request.shop_id)).pack_for(request.base, request.currency)
    rule = rule_for(pack, request.policy, request.remedy)
    words_from = request.words.get("from", LEVELS[-1]) if request.is_wording else None
    return Terms(pack, rule, request.shop.currency, request.currency, words_from)


@dataclass(frozen=True, slots=True)
class Way:
    """The levels that must agree, and how long each is waited for. Without levels nobody in the shop could
    grant it."""

    levels: tuple[str, ...]
    wait_minutes: int


def way_for(
    request: ApprovalRequest, amount: Decimal, rows: Sequence[StepRow], circle: Circle, terms: Terms
) -> Way:
    """The table's levels, the last one raised to the lowest role in which somebody can grant the amount."""
    row = _row_of(request, amount, rows)
    last = max(row.levels, key=rank, default=LEVELS[0])
    before = [level for level in row.levels if rank(level) < rank(last)]
    for level in LEVELS[LEVELS.index(last) :]:
        if any(
            p.role == level and not obstacle(amount, terms.of_person(p), Spent())
            for p in circle.able(request.requester_id, level)
        ):
            return Way(reaching(before, level), row.wait_minutes)
    return Way((), row.wait_minutes)


def wait_of(request: ApprovalRequest) -> int:
    """How many minutes each level of a request is waited for."""
    return _row_of(request, request.amount, rows_of(request.shop_id)).wait_minutes


def _row_of(request: ApprovalRequest, amount: Decimal, rows: Sequence[StepRow]) -> StepRow:
    """The row for an amount; one in a foreign currency weighs more than any, since nothing says its worth
    (but nothing is nothing everywhere)."""
    weight = amount if not amount or request.currency == request.shop.currency else Decimal("Infinity")
    return row_for(rows, request.issue, request.remedy, weight)


def asked_of(request: ApprovalRequest, circle: Circle, terms: Terms) -> tuple[int, ...]:
    """The ids of those who are asked for the present step: of its role, and of those up to the one it was
    passed on to. Supporters of a step that is not the last need no authority over the amount; whoever says
    the last word does, and so does their deputy."""
    last = rank(request.levels[-1])
    able = circle.able(request.requester_id, request.levels[request.step])
    fit = {
        p.agent_id: Decimal(0) if rank(p.role) < last else request.amount
        for p in able
        if rank(p.role) < last or not obstacle(request.amount, terms.of_person(p), Spent())
    }
    first, called = request.levels[request.step], request.called
    roles = [level for level in LEVELS if rank(first) <= rank(level) <= rank(called)]
    found = (i for role in roles for i in circle.asked(role, request.requester_id, fit))
    return tuple(dict.fromkeys(found))


def spent_by(shop: Shop, grantor_id: int, currency: str, now: datetime) -> Spent:
    """What a person's authority has given today and this month (of the shop's time zone), as the ledger
    has it: approvals and own promises, but not what a rule gives without limit."""
    day = now.astimezone(ZoneInfo(shop.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    month = day.replace(day=1)
    rights = ApprovalRequest.objects.filter(
        shop=shop, grantor_id=grantor_id, without_limit=True, decided_at__gte=month
    )
    keys = [ledger_key(pk) for pk in rights.values_list("pk", flat=True)]
    return Spent(
        _given(shop.pk, grantor_id, currency, day, keys), _given(shop.pk, grantor_id, currency, month, keys)
    )


def ledger_key(request_id: int) -> str:
    """The key of a request's entry in the ledger."""
    return f"approval-{request_id}"


def _given(shop_id: int, grantor_id: int, currency: str, since: datetime, rights: list[str]) -> Decimal:
    total = granted_sum(shop_id, grantor_id, since, currency)
    if not rights:
        return total
    free = whole().filter(
        shop_id=shop_id,
        key__in=rights,
        granter_id=grantor_id,
        currency=currency,
        at__gte=since,
        reversal=None,
    )
    return total - (free.aggregate(total=Sum("granted"))["total"] or Decimal(0))
