"""The writes of the mirror, as verbs: upsert customers, products and orders, one by one or in bulk.

All are idempotent by (shop, `external_id`): a record that tells nothing new writes nothing. One call is
one transaction and a fixed number of queries, whatever its size; a few hundred records per call suit.

Writers of one shop take turns (an advisory lock per shop and kind, held to the end of the transaction),
because a record may be partial and is merged with what is stored. A single record that tells
nothing new takes no lock, so repeated pushes do not queue behind an import.

Audit: a call with one record leaves one entry for its row, with the values before and after; a larger
call leaves one entry with the counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction

from goldseam.commerce import events
from goldseam.commerce.models import Customer, Product
from goldseam.commerce.order_state import OrderState, load_orders
from goldseam.commerce.order_write import ensure_rows_of_customers, write_orders
from goldseam.commerce.proving import TooManyTries as TooManyTries
from goldseam.commerce.proving import customer_of_token as customer_of_token
from goldseam.commerce.proving import proof_secret_made_at as proof_secret_made_at
from goldseam.commerce.proving import prove_order as prove_order
from goldseam.commerce.proving import rotate_proof_secret as rotate_proof_secret
from goldseam.commerce.proving import sign_customer as sign_customer
from goldseam.commerce.records import BadRecord, CustomerRecord, OrderRecord, ProductRecord, cleaned
from goldseam.commerce.row_state import RowState, load_rows, write_rows
from goldseam.core import audit
from goldseam.core.events import emit
from goldseam.core.locks import take_turns

if TYPE_CHECKING:
    from goldseam.people.models import Shop

S = TypeVar("S", RowState, OrderState)
R = TypeVar("R", CustomerRecord, ProductRecord, OrderRecord)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was left out: its place in the call, the field's path, why, and the value."""

    index: int
    field: str
    message: str
    value: object = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call did, in records; `refused` ones were left out, the others are stored."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: tuple[Refusal, ...] = ()


def upsert_customers(shop: Shop, records: Sequence[CustomerRecord], *, actor: str) -> Outcome:
    """Write what is new about customers."""

    def load(good: Iterable[CustomerRecord]) -> dict[str, RowState]:
        return load_rows(Customer, shop.pk, [record.external_id for record in good])

    def write(states: list[RowState]) -> None:
        write_rows(Customer, shop.pk, states)

    return _upsert(shop, "customer", records, load, write, actor)


def upsert_products(shop: Shop, records: Sequence[ProductRecord], *, actor: str) -> Outcome:
    """Write what is new about products; a new one without a currency gets the shop's."""

    def load(good: Iterable[ProductRecord]) -> dict[str, RowState]:
        return load_rows(Product, shop.pk, [r.external_id for r in good], currency=shop.currency)

    def write(states: list[RowState]) -> None:
        write_rows(Product, shop.pk, states)

    return _upsert(shop, "product", records, load, write, actor)


def upsert_orders(shop: Shop, records: Sequence[OrderRecord], *, actor: str) -> Outcome:
    """Write what is new about orders with their items, parcels, scans and refunds. A customer who is
    not known yet becomes a row with nothing but the id. Emits `OrderChanged` for one record's change,
    `OrdersChanged` for a larger call's."""

    def load(good: Iterable[OrderRecord]) -> dict[str, OrderState]:
        return load_orders(shop, list(good))

    def write(states: list[OrderState]) -> None:
        write_orders(shop, states)
        if len(records) == 1:
            state = states[0]
            emit(events.OrderChanged(shop.pk, state.pk, state.customer_id))
        else:
            emit(events.OrdersChanged(shop.pk, tuple(state.pk for state in states)))

    return _upsert(shop, "order", records, load, write, actor)


def ensure_customers(shop: Shop, external_ids: Sequence[str]) -> dict[str, int]:
    """The row ids of customers by external id; those not known yet become rows with nothing but the id."""
    with transaction.atomic():
        return ensure_rows_of_customers(shop.pk, external_ids)


def upsert_one(shop: Shop, record: R, *, actor: str) -> str:
    """One pushed record; says "created", "changed" or "unchanged", raises `BadRecord` when refused."""
    verb: dict[type, Callable[..., Outcome]] = {
        CustomerRecord: upsert_customers,
        ProductRecord: upsert_products,
        OrderRecord: upsert_orders,
    }
    outcome = verb[type(record)](shop, [record], actor=actor)
    for refusal in outcome.refused:
        raise BadRecord(refusal.field, refusal.message, refusal.value)
    return "created" if outcome.created else "changed" if outcome.changed else "unchanged"


def customer_for_message(shop: Shop, external_id: str, told: Mapping[str, str], *, actor: str) -> Customer:
    """The buyer who writes, made when new; `told` (name, phone, email) is stored where it says something."""
    given: dict[str, Any] = {name: value for name, value in told.items() if value}
    known = Customer.objects.filter(shop=shop, external_id=external_id).first()
    if known is not None and all(getattr(known, name) == value for name, value in given.items()):
        return known
    upsert_one(shop, CustomerRecord(external_id, **given), actor=actor)
    return Customer.objects.get(shop=shop, external_id=external_id.strip())


def _upsert(
    shop: Shop,
    kind: str,
    records: Sequence[R],
    load: Callable[[Iterable[R]], dict[str, S]],
    write: Callable[[list[S]], None],
    actor: str,
) -> Outcome:
    good, refused = _checked(records)
    if not good:
        return Outcome(refused=tuple(refused))
    with transaction.atomic():
        found = _merged(good, load) if len(good) == 1 else None
        if found is None or _dirty(found[1]):
            take_turns(f"{kind}s-{shop.pk}")
            found = _merged(good, load)
        dirty = _dirty(found[1])
        if dirty:
            write(dirty)
            _audit(shop, kind, len(records) == 1, dirty, found[0], actor)
        outcome = found[0]
    return replace(outcome, refused=_in_order(refused, outcome.refused))


def _in_order(*refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    return tuple(sorted(chain(*refusals), key=attrgetter("index")))


def _dirty(states: dict[str, S]) -> list[S]:
    return [state for state in states.values() if state.is_dirty]


def _checked(records: Sequence[R]) -> tuple[dict[int, R], list[Refusal]]:
    good: dict[int, R] = {}
    refused: list[Refusal] = []
    for index, record in enumerate(records):
        try:
            good[index] = cleaned(record)
        except BadRecord as error:
            refused.append(Refusal(index, error.field or "", error.message, error.value))
    return good, refused


def _merged(good: dict[int, R], load: Callable[[Iterable[R]], dict[str, S]]) -> tuple[Outcome, dict[str, S]]:
    """The records merged in order into the present states; nothing is written yet."""
    states = load(good.values())
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    refused: list[Refusal] = []
    for index, record in good.items():
        try:
            counts[states[record.external_id].merge(record)] += 1
        except BadRecord as error:
            refused.append(Refusal(index, error.field or "", error.message, error.value))
    return Outcome(**counts, refused=tuple(refused)), states


def _audit(
    shop: Shop, kind: str, alone: bool, dirty: Sequence[RowState | OrderState], outcome: Outcome, actor: str
) -> None:
    if alone:
        state = dirty[0]
        before, after = state.difference()
        verb = f"{kind}.changed" if before is not None else f"{kind}.created"
        audit.record(shop.pk, actor, verb, f"{kind}-{state.pk}", before=before, after=after)
        return
    counts: dict[str, Any] = {"created": outcome.created, "changed": outcome.changed}
    audit.record(shop.pk, actor, f"{kind}s.upserted", f"shop-{shop.pk}", after=counts)
