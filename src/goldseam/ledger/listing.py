"""The ledger as a list: what is asked for, a page of entries, and their sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_noop

from goldseam.core.errors import DomainError
from goldseam.core.paging import BrokenCursor, decode_cursor, encode_cursor
from goldseam.ledger.models import Account, Entry, Line
from goldseam.ledger.queries import ZERO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from goldseam.people.models import Shop

PAGE = 50
MOST_GROUPS = 200
MOST_EXPORTED = 100_000
GROUPS = ("agent", "team", "issue", "liable_party", "remedy", "month", "conversation")
_COLUMN = {
    "agent": "agent__name",
    "team": "team__name",
    "conversation": "conversation__external_id",
}
_NAMED = {
    "shop": ("timezone", "currency"),
    "conversation": ("external_id",),
    "order": ("external_id",),
    "agent": ("name", "email"),
    "approver": ("name", "email"),
    "team": ("name",),
    "reversal": ("key",),
}


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """What is asked for; empty means everything. Days are the shop's, `until` is included. `conversation` is
    the shop's own id of one."""

    state: str = ""
    agent: int | None = None
    team: int | None = None
    issue: str = ""
    liable_party: str = ""
    remedy: str = ""
    currency: str = ""
    conversation: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> LedgerQuery:
        """From an address; a day that is none is the caller's error, an unknown code finds nothing."""
        return cls(
            state=_word(given, "state", 10),
            agent=_number(given, "agent"),
            team=_number(given, "team"),
            issue=_word(given, "issue", 40),
            liable_party=_word(given, "liable_party", 20),
            remedy=_word(given, "remedy", 30),
            currency=_word(given, "currency", 3).upper(),
            conversation=_word(given, "conversation", 120),
            since=_day(given, "since"),
            until=_day(given, "until"),
        )

    def as_params(self) -> dict[str, str]:
        """The address's part that asks for the same."""
        columns = {name: getattr(self, name) for name in self.__slots__}
        return {name: str(value) for name, value in columns.items() if value not in ("", None)}

    def rows(self, shop: Shop) -> QuerySet[Entry]:
        """The entries, unordered."""
        exact = {
            name: getattr(self, name)
            for name in ("state", "issue", "liable_party", "remedy", "currency")
            if getattr(self, name)
        }
        rows = Entry.objects.filter(shop=shop, **exact)
        if self.agent is not None:
            rows = rows.filter(Q(agent_id=self.agent) | Q(approver_id=self.agent))
        if self.team is not None:
            rows = rows.filter(team_id=self.team)
        if self.conversation:
            rows = rows.filter(conversation__external_id=self.conversation)
        zone = ZoneInfo(shop.timezone)
        if self.since is not None:
            rows = rows.filter(at__gte=datetime.combine(self.since, time(), zone))
        if self.until is not None:
            rows = rows.filter(at__lt=datetime.combine(self.until + timedelta(days=1), time(), zone))
        return rows


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Entries, newest first, and the cursor of the next page (None on the last)."""

    entries: list[Entry]
    following: str | None


def page(shop: Shop, query: LedgerQuery, after: str | None = None, size: int = PAGE) -> LedgerPage:
    """One page, found by key: the hundredth costs what the first does."""
    rows = query.rows(shop).order_by("-at", "-id")
    if after:
        moment, number = decode_cursor(after, str, int)
        at = parse_datetime(moment)
        if at is None:
            raise BrokenCursor
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=number))
    # First which entries, by the index alone; then what is shown of those few.
    wanted = list(rows.values_list("pk", flat=True)[: size + 1])
    entries = list(_listed(Entry.objects.filter(pk__in=wanted)).order_by("-at", "-id"))
    last = entries[size - 1] if len(entries) > size else None
    following = encode_cursor([last.at.isoformat(), last.pk]) if last else None
    return LedgerPage(entries[:size], following)


def exported(shop: Shop, query: LedgerQuery) -> Iterator[Entry]:
    """Every entry that is asked for, oldest first, a few at a time; the latest `MOST_EXPORTED` at most."""
    newest = query.rows(shop).order_by("-at", "-id").values_list("pk", flat=True)[:MOST_EXPORTED]
    return _listed(Entry.objects.filter(pk__in=newest)).order_by("at", "id").iterator(chunk_size=500)


def _listed(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """The entries with the names that a list, a file and a program show: of a conversation, order or person
    these alone, for the rest of such a row weighs more than the entry."""
    own = (column.name for column in Entry._meta.concrete_fields)
    named = (f"{kind}__{name}" for kind, names in _NAMED.items() for name in names)
    return rows.select_related(*_NAMED).only(*own, *named)


@dataclass(frozen=True, slots=True)
class Sums:
    """What was promised, approved, paid and refused in one currency (entries that were taken back do not
    count), what it cost, and what is still owed."""

    currency: str
    promised: Decimal = ZERO
    approved: Decimal = ZERO
    paid: Decimal = ZERO
    refused: Decimal = ZERO
    goodwill: Decimal = ZERO
    owed: Decimal = ZERO
    entries: int = 0
    name: str = ""
    value: str = ""


_ADDED = ("promised", "approved", "paid", "refused", "goodwill", "owed", "entries")


@dataclass(frozen=True, slots=True)
class Summed:
    """The sums of everything that is asked for, by currency, and the same by person, team, issue …, the
    costliest first; a group's `name` and `value` are empty for none."""

    totals: list[Sums]
    groups: list[Sums]


def summed(shop: Shop, query: LedgerQuery, group: str) -> Summed:
    """Three queries: entries by state, what they cost, and what is left of the debts that they opened. The
    groups share out all entries, so the totals are their sums."""
    found = _groups(shop, query, group if group in GROUPS else "issue")
    found.sort(key=lambda row: (row.currency, -row.goodwill, -row.approved, -row.promised, row.name))
    return Summed(_added(found), found[:MOST_GROUPS])


def totals(shop: Shop, query: LedgerQuery) -> list[Sums]:
    """Only the sums of everything, by currency."""
    return summed(shop, query, "issue").totals


def _added(groups: list[Sums]) -> list[Sums]:
    found: dict[str, Sums] = {}
    for row in sorted(groups, key=lambda row: row.currency):
        known = found.get(row.currency, Sums(row.currency))
        sums = {name: getattr(known, name) + getattr(row, name) for name in _ADDED}
        found[row.currency] = Sums(row.currency, **sums)
    return list(found.values())


def _groups(shop: Shop, query: LedgerQuery, group: str) -> list[Sums]:
    rows = query.rows(shop)
    counted = Q(reverses=None, reversal=None)
    place = _place(group, "", shop)
    entries = (
        rows.annotate(**place)
        .values(*place, "currency")
        .annotate(
            count=Count("id", filter=counted),
            **{
                f"sum_{state}": Sum("amount", filter=counted & Q(state=state))
                for state in ("promised", "approved", "paid", "refused")
            },
        )
        .order_by()
    )
    chosen = rows if query.as_params() else None
    cost = _by_account(Account.GOODWILL, "entry", chosen, group, shop)
    debts = _by_account(Account.PAYABLE, "item", chosen, group, shop)
    return [
        Sums(
            row["currency"],
            promised=row["sum_promised"] or ZERO,
            approved=row["sum_approved"] or ZERO,
            paid=row["sum_paid"] or ZERO,
            refused=row["sum_refused"] or ZERO,
            goodwill=cost.get((row["value"], row["currency"]), ZERO),
            owed=ZERO - debts.get((row["value"], row["currency"]), ZERO),
            entries=row["count"],
            name=_name(row["name"]),
            value=_name(row["value"]),
        )
        for row in entries
    ]


def _by_account(
    account: str, through: str, rows: QuerySet[Entry] | None, group: str, shop: Shop
) -> dict[tuple[Any, str], Decimal]:
    """An account's lines of the entries (None: of all), or (through "item") of what they opened, by group and
    currency."""
    place = _place(group, f"{through}__", shop)
    lines = Line.objects.filter(shop=shop, account=account)
    if rows is not None:
        lines = lines.filter(**{f"{through}__in": rows.values("pk")})
    sums = lines.annotate(**place).values(*place, "currency").annotate(total=Sum("amount")).order_by()
    return {(row["value"], row["currency"]): row["total"] for row in sums}


def _place(group: str, prefix: str, shop: Shop) -> dict[str, Any]:
    if group == "month":
        month = TruncMonth(f"{prefix}at", tzinfo=ZoneInfo(shop.timezone))
        return {"value": month, "name": month}
    return {"value": F(f"{prefix}{group}"), "name": F(f"{prefix}{_COLUMN.get(group, group)}")}


def _name(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m}"
    return "" if value is None else str(value)


def _word(given: Mapping[str, str], name: str, most: int) -> str:
    return str(given.get(name) or "").replace("\x00", "").strip()[:most]


def _number(given: Mapping[str, str], name: str) -> int | None:
    text = str(given.get(name) or "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = str(given.get(name) or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DomainError(gettext_noop("A day is written like 2026-05-31."), field=name) from error
