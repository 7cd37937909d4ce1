"""The ledger for programs: read it, and say that something was paid."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from goldseam.core.api import ERRORS, ApiRequest, needs
from goldseam.core.errors import NotFound
from goldseam.ledger import listing, queries, settling

router = Router(tags=["ledger"])


class EntryOut(Schema):
    """One entry. Ids are the shop's own, but for those of entries."""

    id: int
    key: str
    at: datetime
    state: str
    amount: str
    currency: str
    remedy: str
    conversation: str
    order: str | None
    issue: str
    liable_party: str
    agent: str | None
    approver: str | None
    source: str
    reverses: int | None


class EntriesOut(Schema):
    """A page of entries, newest first; `next` is the cursor of the following one."""

    items: list[EntryOut]
    next: str | None


class SumsOut(Schema):
    """Sums in one currency."""

    currency: str
    promised: str
    approved: str
    paid: str
    refused: str
    goodwill: str
    owed: str
    entries: int


class TotalsOut(Schema):
    """The sums of what was asked for, by currency."""

    items: list[SumsOut]


class PaymentIn(Schema):
    """A payment of what an entry opened. The same key is the same payment; without an amount all that is
    left."""

    key: str = Field(min_length=1, max_length=120, pattern=r"^[^\x00]+$")
    amount: Annotated[Decimal, Field(gt=0, le=Decimal("9999999999.99"), decimal_places=2)] | None = None
    note: str = Field("", max_length=120, pattern=r"^[^\x00]*$")


class Filters(Schema):
    """What to list; days are the shop's."""

    state: str = Field("", max_length=10)
    issue: str = Field("", max_length=40)
    liable_party: str = Field("", max_length=20)
    remedy: str = Field("", max_length=30)
    currency: str = Field("", max_length=3)
    conversation: str = Field("", max_length=120)
    since: str = Field("", max_length=10)
    until: str = Field("", max_length=10)


@router.get("/ledger/entries", response={200: EntriesOut, **ERRORS}, operation_id="list_ledger")
@needs("ledger:read")
def list_entries(
    request: ApiRequest,
    filters: Query[Filters],
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """The ledger, newest first."""
    query = listing.LedgerQuery.of(filters.model_dump())
    page = listing.page(request.auth.shop, query, after, limit)
    return {"items": [queries.entry_json(entry) for entry in page.entries], "next": page.following}


@router.get("/ledger/totals", response={200: TotalsOut, **ERRORS}, operation_id="sum_ledger")
@needs("ledger:read")
def sum_entries(request: ApiRequest, filters: Query[Filters]) -> Any:
    """What was promised, approved, paid and refused, what it cost and what is owed, by currency."""
    found = listing.totals(request.auth.shop, listing.LedgerQuery.of(filters.model_dump()))
    names = ("currency", "promised", "approved", "paid", "refused", "goodwill", "owed")
    return {
        "items": [
            {name: str(getattr(sums, name)) for name in names} | {"entries": sums.entries} for sums in found
        ]
    }


@router.post(
    "/ledger/entries/{entry_id}/payments", response={200: EntryOut, **ERRORS}, operation_id="pay_entry"
)
@needs("ledger:write")
def pay_entry(request: ApiRequest, entry_id: int, body: PaymentIn) -> Any:
    """Say that what an entry promised (or approved) was paid. Repeating a key changes nothing."""
    entry = queries.entry_of_shop(request.auth.shop_id, entry_id) if 0 < entry_id < 2**63 else None
    if entry is None:
        raise NotFound("There is no such entry.")
    paid = settling.pay(
        entry,
        key=f"api-{body.key}",
        agent=None,
        amount=body.amount,
        source=f"token-{request.auth.pk} {body.note}",
    )
    return queries.entry_json(queries.entry_of_shop(request.auth.shop_id, paid.pk) or paid)
