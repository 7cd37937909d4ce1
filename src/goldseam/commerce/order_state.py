"""The stored state of orders with everything that hangs on them, and how a record changes it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import orjson

from goldseam.commerce.models import Order, OrderItem, Parcel, Refund, Scan
from goldseam.commerce.records import (
    UNSET,
    BadRecord,
    ItemRecord,
    OrderRecord,
    ParcelRecord,
    RefundRecord,
    ScanRecord,
    told,
)
from goldseam.commerce.row_state import difference, merge_columns

if TYPE_CHECKING:
    from goldseam.people.models import Shop

EMPTY: dict[str, Any] = {
    "customer": "",
    "status": "",
    "placed_at": None,
    "promised_ship_by": None,
    "promised_delivery_by": None,
    "shipped_at": None,
    "delivered_at": None,
    "currency": "CNY",
    "total": None,
    "payment_method": "",
    "address": "",
    "attributes": {},
}
"""An order's own columns with their empty values; `customer` holds the buyer's external id."""
EMPTY_REFUND: dict[str, Any] = {
    "amount": None,
    "currency": "CNY",
    "status": "",
    "reason": "",
    "requested_at": None,
    "completed_at": None,
}


@dataclasses.dataclass(slots=True)
class ParcelState:
    """A parcel as it is or shall be."""

    carrier: str = ""
    scans: tuple[ScanRecord, ...] = ()


@dataclasses.dataclass(slots=True)
class Lines:
    """What hangs on an order: items in order, parcels by number, refunds by id."""

    items: tuple[ItemRecord, ...] = ()
    parcels: dict[str, ParcelState] = dataclasses.field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)


class OrderState:
    """One order as it is stored and as it shall be.

    `fingerprint` is the digest of the record that changed the order last. Such a record again cannot
    change anything, so an order whose record bears it is not even read completely."""

    def __init__(self, external_id: str, currency: str) -> None:
        self.external_id = external_id
        self.currency = currency
        self.pk = 0
        self.customer_id: int | None = None
        self.stored: dict[str, Any] | None = None
        self.stored_lines = Lines()
        self.values: dict[str, Any] = EMPTY | {"currency": currency}
        self.lines = Lines()
        self.fingerprint = ""
        self.is_known = False
        self.is_dirty = False

    def merge(self, record: Any) -> str:
        """Take over what an order's record tells; says "created", "changed" or "unchanged"."""
        digest = fingerprint(record)
        if digest == self.fingerprint:
            return "unchanged"
        news = told(record)
        values = merge_columns(self.values, news, EMPTY | {"currency": self.currency})
        if not values["status"]:
            reason = "This order is not known yet, and a new one needs a status."
            raise BadRecord("status", reason, self.external_id)
        lines = self._merged_lines(news, values["currency"])
        result = "unchanged" if self.is_known else "created"
        if self.is_known and (values != self.values or lines != self.lines):
            result = "changed"
        self.is_known, self.values, self.lines = True, values, lines
        if result != "unchanged":
            self.is_dirty, self.fingerprint = True, digest
        return result

    def difference(self) -> tuple[dict[str, Any] | None, dict[str, Any]]:
        """Columns before and after where they differ; of items, parcels and refunds their new number."""
        before, after = difference(self.stored, self.values)
        for name in ("items", "parcels", "refunds"):
            if getattr(self.lines, name) != getattr(self.stored_lines, name):
                after[name] = len(getattr(self.lines, name))
                if before is not None:
                    before[name] = len(getattr(self.stored_lines, name))
        return before, after

    def _merged_lines(self, news: dict[str, Any], currency: str) -> Lines:
        items = news.get("items", self.lines.items) or ()
        return Lines(
            items=tuple(items),
            parcels=_merged_parcels(self.lines.parcels, news.get("parcels", ())),
            refunds=_merged_refunds(self.lines.refunds, news.get("refunds", ()), currency),
        )


def _merged_parcels(
    present: dict[str, ParcelState], news: Sequence[ParcelRecord] | None
) -> dict[str, ParcelState]:
    if news is None:
        return {}
    merged = dict(present)
    for record in news:
        old = merged.get(record.tracking_no, ParcelState())
        merged[record.tracking_no] = ParcelState(
            carrier=old.carrier if record.carrier is UNSET else str(record.carrier),
            scans=old.scans if record.scans is UNSET else tuple(record.scans or ()),
        )
    return merged


def _merged_refunds(
    present: dict[str, dict[str, Any]], news: Sequence[RefundRecord] | None, currency: str
) -> dict[str, dict[str, Any]]:
    if news is None:
        return {}
    merged = dict(present)
    for i, record in enumerate(news):
        empty = EMPTY_REFUND | {"currency": currency}
        values = merge_columns(merged.get(record.external_id, empty), told(record), empty)
        for name in ("amount", "status"):
            if not values[name] and values[name] != 0:
                raise BadRecord(f"refunds[{i}].{name}", f"A refund needs its {name}.")
        merged[record.external_id] = values
    return merged


def fingerprint(record: OrderRecord) -> str:
    """The SHA-256 of the canonical record."""
    return hashlib.sha256(
        orjson.dumps(_digestible(record), option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    ).hexdigest()


def _digestible(record: Any) -> dict[str, Any]:
    values = told(record)
    for name in ("items", "parcels", "refunds", "scans"):
        if values.get(name):
            values[name] = [_digestible(line) for line in values[name]]
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def load_orders(shop: Shop, records: Sequence[OrderRecord]) -> dict[str, OrderState]:
    """The present states of the orders that the records name, by id. What hangs on an order is read
    only where a record differs from the last one that changed it."""
    wanted: dict[str, list[OrderRecord]] = {}
    for record in records:
        wanted.setdefault(record.external_id, []).append(record)
    states = {key: OrderState(key, shop.currency) for key in wanted}
    columns = [name for name in EMPTY if name != "customer"]
    rows = Order.objects.filter(shop=shop, external_id__in=wanted).values_list(
        "pk", "external_id", "fingerprint", "customer_id", "customer__external_id", *columns
    )
    open_states: dict[int, OrderState] = {}
    for pk, key, digest, customer_id, customer, *values in rows:
        state = states[key]
        state.pk, state.customer_id, state.fingerprint, state.is_known = pk, customer_id, digest, True
        state.stored = {"customer": customer or "", **dict(zip(columns, values, strict=True))}
        state.values = dict(state.stored)
        if any(fingerprint(record) != digest for record in wanted[key]):
            open_states[pk] = state
    if open_states:
        _load_lines(open_states)
    return states


def _load_lines(states: dict[int, OrderState]) -> None:
    lines = {pk: state.stored_lines for pk, state in states.items()}
    for pk, *item in (
        OrderItem.objects.filter(order__in=lines)
        .values_list("order_id", "sku", "title", "quantity", "price")
        .order_by("order_id", "position")
    ):
        lines[pk].items += (ItemRecord(*cast("tuple[Any, ...]", item)),)
    parcels: dict[int, ParcelState] = {}
    for parcel_id, pk, number, carrier in (
        Parcel.objects.filter(order__in=lines)
        .values_list("pk", "order_id", "tracking_no", "carrier")
        .order_by("pk")
    ):
        parcels[parcel_id] = lines[pk].parcels[number] = ParcelState(carrier)
    scans: dict[int, list[ScanRecord]] = {}
    for parcel_id, *scan in (
        Scan.objects.filter(parcel__in=parcels)
        .values_list("parcel_id", "at", "status", "location", "text")
        .order_by("parcel_id", "position")
    ):
        scans.setdefault(parcel_id, []).append(ScanRecord(*cast("tuple[Any, ...]", scan)))
    for parcel_id, found in scans.items():
        parcels[parcel_id].scans = tuple(found)
    for pk, key, *refund in (
        Refund.objects.filter(order__in=lines)
        .values_list("order_id", "external_id", *EMPTY_REFUND)
        .order_by("pk")
    ):
        lines[pk].refunds[key] = dict(zip(EMPTY_REFUND, refund, strict=True))
    for state in states.values():
        state.lines = dataclasses.replace(state.stored_lines)


def changed(states: Iterable[OrderState], part: str) -> list[OrderState]:
    """The states whose items, parcels or refunds differ from what is stored."""
    return [state for state in states if getattr(state.lines, part) != getattr(state.stored_lines, part)]
