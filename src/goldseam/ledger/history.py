"""Many old entries at once, as an import or the demo shop brings them: the same rules of booking as
`actions.post`, in a handful of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from goldseam.core import audit
from goldseam.ledger.booking import Booking, Open, book
from goldseam.ledger.models import Entry, Line
from goldseam.people.queries import people_of_teams, teams_of


@dataclass(frozen=True, slots=True)
class OldEntry:
    """An entry as `actions.post` takes it, with its moment."""

    key: str
    at: datetime
    state: str
    amount: Decimal
    currency: str
    remedy: str
    conversation_id: int
    order_id: int | None = None
    agent_id: int | None = None
    approver_id: int | None = None
    issue: str = ""
    liable_party: str = "unclear"
    source: str = ""


@transaction.atomic
def write_history(shop_id: int, rows: Iterable[OldEntry], *, actor: str) -> int:
    """Write entries on conversations that have none yet, in order of time; keys that exist already are left
    alone. Returns how many are new. What cannot be booked (more cancelled than is open) is a ValueError."""
    known = set(Entry.objects.filter(shop_id=shop_id).values_list("key", flat=True))
    fresh = sorted((row for row in rows if row.key not in known), key=lambda row: row.at)
    teams = _teams(shop_id)
    bookings = _bookings(fresh)
    entries = Entry.objects.bulk_create(
        [
            _entry(shop_id, row, booking, teams.get(row.agent_id or 0))
            for row, booking in zip(fresh, bookings, strict=True)
        ],
        batch_size=500,
    )
    Line.objects.bulk_create(_lines(entries, bookings), batch_size=1000)
    if entries:
        with connection.cursor() as cursor:  # sums must not be planned for a small table
            cursor.execute("ANALYZE ledger_entry, ledger_line")
        audit.record(shop_id, actor, "ledger.history", f"shop-{shop_id}", after={"entries": len(entries)})
    return len(entries)


def _bookings(rows: Sequence[OldEntry]) -> list[Booking]:
    """Every row's lines; an item is −1 minus the index of the row that opened it, as long as it has no
    number."""
    opened: dict[tuple[int, str], list[Open]] = {}
    found = []
    for index, row in enumerate(rows):
        items = opened.setdefault((row.conversation_id, row.currency), [])
        booking = book(row.state, row.remedy, row.amount, items)
        if booking is None:
            raise ValueError(f"{row.key}: there is not so much open that it could be cancelled")
        for part in booking.parts:
            if part.item:
                place = next(
                    i
                    for i, item in enumerate(items)
                    if (item.item, item.account) == (part.item, part.account)
                )
                items[place] = replace(items[place], left=items[place].left - part.amount)
            elif part.item == 0:
                items.append(Open(-1 - index, part.account, row.remedy, -part.amount))
        items[:] = [item for item in items if item.left > 0]
        found.append(booking)
    return found


def _entry(shop_id: int, row: OldEntry, booking: Booking, team_id: int | None) -> Entry:
    columns = {name: getattr(row, name) for name in row.__slots__}
    return Entry(
        home_id=row.conversation_id,
        shop_id=shop_id,
        team_id=team_id,
        granter_id=(row.approver_id or row.agent_id) if booking.granted else None,
        granted=booking.granted,
        moved=booking.moved,
        **columns,
    )


def _lines(entries: Sequence[Entry], bookings: Sequence[Booking]) -> Iterable[Line]:
    for entry, booking in zip(entries, bookings, strict=True):
        for part in booking.parts:
            item = entry if part.item == 0 else entries[-1 - part.item] if part.item is not None else None
            yield Line(
                entry=entry,
                account=part.account,
                amount=part.amount,
                currency=entry.currency,
                item=item,
                shop_id=entry.shop_id,
                at=entry.at,
                team_id=entry.team_id,
            )


def _teams(shop_id: int) -> dict[int, int]:
    """The first team of each person."""
    members = people_of_teams(shop_id, teams_of(shop_id).values_list("pk", flat=True))
    found: dict[int, int] = {}
    for team in sorted(members):
        for person in members[team]:
            found.setdefault(person, team)
    return found
