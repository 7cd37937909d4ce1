"""What a mapping may fill: the entities, their fields and what each field needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from goldseam.commerce import actions
from goldseam.commerce.models import OrderStatus, RefundStatus, ScanStatus
from goldseam.commerce.records import (
    CustomerRecord,
    ItemRecord,
    OrderRecord,
    ParcelRecord,
    ProductRecord,
    RefundRecord,
    ScanRecord,
)

if TYPE_CHECKING:
    from goldseam.people.models import Shop

FieldKind = Literal["text", "money", "moment", "integer", "code", "object"]


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """What a field needs; a "code" is one of `choices`."""

    kind: FieldKind = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """An entity or a part of one: its fields, the lists that hang on it, how a record is made of them.

    A list's element that fills no field at all is left out; `required` must be mapped."""

    name: str
    fields: Mapping[str, FieldSchema]
    build: Callable[..., Any]
    required: frozenset[str] = frozenset()
    lists: Mapping[str, Schema] = field(default_factory=dict)


class Store(Protocol):
    """Writes a batch of an entity's records in one transaction."""

    def __call__(self, shop: Shop, records: Sequence[Any], *, actor: str) -> actions.Outcome: ...


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that can be imported: its schema, how it is stored, and how many fit in one batch."""

    schema: Schema
    store: Store
    batch: int = 500


_TEXT = FieldSchema()
_MONEY = FieldSchema("money")
_MOMENT = FieldSchema("moment")
_OBJECT = FieldSchema("object")


def texts(*names: str) -> dict[str, FieldSchema]:
    """Fields of plain text."""
    return dict.fromkeys(names, _TEXT)


CUSTOMER = Schema(
    name="customer",
    fields={**texts("external_id", "name", "phone", "email", "tier", "language"), "attributes": _OBJECT},
    build=CustomerRecord,
    required=frozenset({"external_id"}),
)
PRODUCT = Schema(
    name="product",
    fields={
        **texts("external_id", "title", "category", "currency", "description"),
        "price": _MONEY,
        "attributes": _OBJECT,
    },
    build=ProductRecord,
    required=frozenset({"external_id"}),
)
_ITEM = Schema(
    name="items",
    fields={**texts("sku", "title"), "quantity": FieldSchema("integer"), "price": _MONEY},
    build=ItemRecord,
)
_SCAN = Schema(
    name="scans",
    fields={
        **texts("location", "text"),
        "at": _MOMENT,
        "status": FieldSchema("code", tuple(ScanStatus.values)),
    },
    build=ScanRecord,
)
_PARCEL = Schema(
    name="parcels",
    fields=texts("tracking_no", "carrier"),
    build=ParcelRecord,
    required=frozenset({"tracking_no"}),
    lists={"scans": _SCAN},
)
_REFUND = Schema(
    name="refunds",
    fields={
        **texts("external_id", "currency", "reason"),
        "amount": _MONEY,
        "status": FieldSchema("code", tuple(RefundStatus.values)),
        "requested_at": _MOMENT,
        "completed_at": _MOMENT,
    },
    build=RefundRecord,
    required=frozenset({"external_id"}),
)
ORDER = Schema(
    name="order",
    fields={
        **texts("external_id", "customer", "currency", "payment_method", "address"),
        "status": FieldSchema("code", tuple(OrderStatus.values)),
        **dict.fromkeys(
            ("placed_at", "promised_ship_by", "promised_delivery_by", "shipped_at", "delivered_at"), _MOMENT
        ),
        "total": _MONEY,
        "attributes": _OBJECT,
    },
    build=OrderRecord,
    required=frozenset({"external_id"}),
    lists={"items": _ITEM, "parcels": _PARCEL, "refunds": _REFUND},
)

COMMERCE: dict[str, Entity] = {
    "customer": Entity(CUSTOMER, actions.upsert_customers),
    "product": Entity(PRODUCT, actions.upsert_products),
    "order": Entity(ORDER, actions.upsert_orders),
}
