"""What a shop's own systems tell about customers, products and orders, as plain records.

A record names a row by `external_id` and carries any part of it. A field left out (`UNSET`) stays as it
is; `None` clears it. `items` replaces the list of items; `parcels` and `refunds` are merged by tracking
number and refund id (those not named stay), a parcel's `scans` replace its scans; `attributes` are
merged key by key, a key with `None` goes. `cleaned` checks a record and brings it into one canonical
form, so that equal facts are equal records.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from typing import Any, Final, TypeVar

from goldseam.commerce.models import OrderStatus, RefundStatus, ScanStatus
from goldseam.core.errors import DomainError


class Unset(Enum):
    """The type of the one value `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET
"""Not mentioned: leave it as it is."""

Text = str | Unset | None
Moment = datetime | Unset | None
Money = Decimal | Unset | None
Attributes = Mapping[str, Any] | Unset | None


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A buyer; `tier` is the shop's own word (vip, plus …), `language` a tag such as "zh-CN"."""

    external_id: str
    name: Text = UNSET
    phone: Text = UNSET
    email: Text = UNSET
    tier: Text = UNSET
    language: Text = UNSET
    attributes: Attributes = UNSET


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """Something sold; `external_id` is the SKU. A new product needs a title."""

    external_id: str
    title: Text = UNSET
    category: Text = UNSET
    price: Money = UNSET
    currency: Text = UNSET
    description: Text = UNSET
    attributes: Attributes = UNSET


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One line of an order; `price` per piece in the order's currency."""

    sku: str = ""
    title: str = ""
    quantity: int = 1
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ScanRecord:
    """One carrier event; `status` is a code of `ScanStatus` or empty."""

    at: datetime | None = None
    status: str = ""
    location: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ParcelRecord:
    """A shipment of an order."""

    tracking_no: str
    carrier: Text = UNSET
    scans: Sequence[ScanRecord] | Unset | None = UNSET


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """Money on its way back. A new refund needs an amount and a status (a code of `RefundStatus`)."""

    external_id: str
    amount: Money = UNSET
    currency: Text = UNSET
    status: Text = UNSET
    reason: Text = UNSET
    requested_at: Moment = UNSET
    completed_at: Moment = UNSET


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """A purchase. A new order needs a status (a code of `OrderStatus`); `customer` is the buyer's
    `external_id`, who may be unknown yet."""

    external_id: str
    customer: Text = UNSET
    status: Text = UNSET
    placed_at: Moment = UNSET
    promised_ship_by: Moment = UNSET
    promised_delivery_by: Moment = UNSET
    shipped_at: Moment = UNSET
    delivered_at: Moment = UNSET
    currency: Text = UNSET
    total: Money = UNSET
    payment_method: Text = UNSET
    address: Text = UNSET
    attributes: Attributes = UNSET
    items: Sequence[ItemRecord] | Unset | None = UNSET
    parcels: Sequence[ParcelRecord] | Unset | None = UNSET
    refunds: Sequence[RefundRecord] | Unset | None = UNSET


class BadRecord(DomainError):
    """A record that cannot be stored; `field` is the path of what is wrong, such as "items[0].price"."""

    code = "bad_record"

    def __init__(self, field: str, message: str, value: object = None) -> None:
        super().__init__(message, field=field)
        self.value = value


MAX_ATTRIBUTES = 200_000
"""Characters that one row's attributes may hold as JSON."""
_MAX_DEPTH = 40
_MAX_BITS = 200
MAX_LINES = 1_000
"""Items, parcels or refunds of one order, and scans of one parcel."""
_MAX_MONEY = Decimal("9999999999.99")
_CENT = Decimal("0.01")
_CURRENCY = re.compile(r"[A-Z]{3}")

Cleaner = Callable[[str, Any], Any]


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot hold: NUL goes, half a surrogate pair becomes U+FFFD."""
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _text(limit: int) -> Callable[[str, Any], str]:
    def clean(field: str, value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            raise BadRecord(field, "This must be text.", value)
        text = storable(value).strip()
        if len(text) > limit:
            raise BadRecord(field, f"This is longer than {limit} characters.", text[:80] + "…")
        return text

    return clean


def _identifier(field: str, value: Any) -> str:
    text = _text(120)(field, value)
    if not text:
        raise BadRecord(field, "This must not be empty.", value)
    return text


def _code(*allowed: str, empty: bool = False) -> Cleaner:
    def clean(field: str, value: Any) -> str:
        text = _text(120)(field, value)
        if text not in allowed and not (empty and not text):
            raise BadRecord(field, f"Unknown value {text!r}; allowed: {', '.join(allowed)}.", value)
        return text

    return clean


def _moment(field: str, value: Any) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise BadRecord(field, "This must be a moment with a time zone.", value)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise BadRecord(field, "This moment is out of range.", value) from None


def _money(field: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(str(value)) if isinstance(value, float | int) else Decimal(value)
        amount = amount.quantize(_CENT, ROUND_HALF_UP)
    except (InvalidOperation, TypeError, ValueError):
        raise BadRecord(field, "This must be an amount of money.", value) from None
    if amount.is_nan() or amount < 0:
        raise BadRecord(field, "An amount must be zero or more.", value)
    if amount > _MAX_MONEY:
        raise BadRecord(field, f"An amount must not be above {_MAX_MONEY}.", value)
    return amount


def _currency(field: str, value: Any) -> str | None:
    if value is None:
        return None
    text = _text(40)(field, value).upper()
    if not _CURRENCY.fullmatch(text):
        raise BadRecord(field, "A currency has three letters, such as CNY.", value)
    return text


def _attributes(field: str, value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise BadRecord(field, "Attributes must be an object.", value)
    plain = _plain(field, value, _MAX_DEPTH)
    if len(str(plain)) > MAX_ATTRIBUTES:
        raise BadRecord(field, f"Attributes are larger than {MAX_ATTRIBUTES} characters.")
    return plain  # type: ignore[no-any-return]


def _plain(field: str, value: Any, depth: int) -> Any:
    """JSON values only; numbers that JSON cannot hold and moments become text."""
    if depth == 0:
        raise BadRecord(field[:80], f"Attributes are nested deeper than {_MAX_DEPTH}.")
    if isinstance(value, Mapping):
        return {storable(str(key)): _plain(f"{field}.{key}", item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(f"{field}[{i}]", item, depth - 1) for i, item in enumerate(value)]
    return _plain_scalar(field[:80], value)


def _plain_scalar(field: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int):
        if value.bit_length() > _MAX_BITS:
            raise BadRecord(field, "This number is too long.")
        return value if value.bit_length() < 64 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise BadRecord(field, f"Attributes cannot hold a {type(value).__name__}.")


def _quantity(field: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadRecord(field, "A quantity must be a whole number.", value)
    if not 1 <= value <= 2_147_483_647:
        raise BadRecord(field, "A quantity must be 1 or more.", value)
    return value


def _lines(kind: type[Any]) -> Cleaner:
    def clean(field: str, value: Any) -> tuple[Any, ...] | None:
        if value is None:
            return None
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise BadRecord(field, "This must be a list.", value)
        if len(value) > MAX_LINES:
            raise BadRecord(field, f"This list is longer than {MAX_LINES}.")
        return tuple(_clean(line, kind, f"{field}[{i}].") for i, line in enumerate(value))

    return clean


_CLEANERS: dict[type, dict[str, Cleaner]] = {
    CustomerRecord: {
        "external_id": _identifier,
        "name": _text(200),
        "phone": _text(40),
        "email": _text(254),
        "tier": _text(40),
        "language": _text(10),
        "attributes": _attributes,
    },
    ProductRecord: {
        "external_id": _identifier,
        "title": _text(500),
        "category": _text(120),
        "price": _money,
        "currency": _currency,
        "description": _text(200_000),
        "attributes": _attributes,
    },
    ItemRecord: {"sku": _text(120), "title": _text(500), "quantity": _quantity, "price": _money},
    ScanRecord: {
        "at": _moment,
        "status": _code(*ScanStatus.values, empty=True),
        "location": _text(200),
        "text": _text(500),
    },
    ParcelRecord: {"tracking_no": _identifier, "carrier": _text(80), "scans": _lines(ScanRecord)},
    RefundRecord: {
        "external_id": _identifier,
        "amount": _money,
        "currency": _currency,
        "status": _code(*RefundStatus.values),
        "reason": _text(500),
        "requested_at": _moment,
        "completed_at": _moment,
    },
    OrderRecord: {
        "external_id": _identifier,
        "customer": _text(120),
        "status": _code(*OrderStatus.values),
        "placed_at": _moment,
        "promised_ship_by": _moment,
        "promised_delivery_by": _moment,
        "shipped_at": _moment,
        "delivered_at": _moment,
        "currency": _currency,
        "total": _money,
        "payment_method": _text(60),
        "address": _text(500),
        "attributes": _attributes,
        "items": _lines(ItemRecord),
        "parcels": _lines(ParcelRecord),
        "refunds": _lines(RefundRecord),
    },
}

R = TypeVar("R", CustomerRecord, ProductRecord, OrderRecord)


def cleaned(record: R) -> R:
    """The record in canonical form; raises `BadRecord` naming the first field that is wrong."""
    return _clean(record, type(record), "")  # type: ignore[no-any-return]


def _clean(record: Any, kind: type[Any], prefix: str) -> Any:
    if not isinstance(record, kind):
        raise BadRecord(prefix.rstrip("."), f"This must be a {kind.__name__}.", record)
    values: dict[str, Any] = {}
    for name, clean in _CLEANERS[kind].items():
        value = getattr(record, name)
        values[name] = value if value is UNSET else clean(prefix + name, value)
    return kind(**values)


def told(record: Any) -> dict[str, Any]:
    """The fields that a record mentions, by name."""
    return {
        field.name: value
        for field in dataclasses.fields(record)
        if (value := getattr(record, field.name)) is not UNSET
    }
