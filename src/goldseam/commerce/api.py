"""Customers, products and orders come in by push.

PUT is idempotent by the id in the path. A field left out stays as it is, null clears it; `items` replaces
the order's items, `parcels` and `refunds` are merged by their numbers, a parcel's `scans` replace its scans.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from ninja import Field, Router, Schema

from goldseam.commerce import actions, queries
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
from goldseam.core.api import ERRORS, ApiRequest, needs

router = Router(tags=["commerce"])

ExternalId = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/]+$")]
Money = Annotated[Decimal, Field(ge=0, le=Decimal("9999999999.99"))]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class CustomerIn(Schema):
    """A buyer."""

    name: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=40)
    email: str | None = Field(None, max_length=254)
    tier: str | None = Field(None, max_length=40)
    language: str | None = Field(None, max_length=10)
    attributes: dict[str, Any] | None = None


class ProductIn(Schema):
    """Something the shop sells; the path's id is the SKU. A new one needs a title."""

    title: str | None = Field(None, max_length=500)
    category: str | None = Field(None, max_length=120)
    price: Money | None = None
    currency: Currency | None = None
    description: str | None = None
    attributes: dict[str, Any] | None = None


class ItemIn(Schema):
    """One order line; `price` per piece."""

    sku: str = Field("", max_length=120)
    title: str = Field("", max_length=500)
    quantity: int = Field(1, ge=1, le=2_147_483_647)
    price: Money | None = None


class ScanIn(Schema):
    """One carrier event."""

    at: datetime | None = None
    status: ScanStatus | None = None
    location: str = Field("", max_length=200)
    text: str = Field("", max_length=500)


class ParcelIn(Schema):
    """A shipment with its scans in order of time."""

    tracking_no: ExternalId
    carrier: str | None = Field(None, max_length=80)
    scans: list[ScanIn] | None = Field(None, max_length=1000)


class RefundIn(Schema):
    """Money on its way back. A new one needs an amount and a status."""

    id: ExternalId
    amount: Money | None = None
    currency: Currency | None = None
    status: RefundStatus | None = None
    reason: str | None = Field(None, max_length=500)
    requested_at: datetime | None = None
    completed_at: datetime | None = None


class OrderIn(Schema):
    """A purchase. A new one needs a status; `customer` is the buyer's id."""

    customer: ExternalId | None = None
    status: OrderStatus | None = None
    placed_at: datetime | None = None
    promised_ship_by: datetime | None = None
    promised_delivery_by: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    currency: Currency | None = None
    total: Money | None = None
    payment_method: str | None = Field(None, max_length=60)
    address: str | None = Field(None, max_length=500)
    attributes: dict[str, Any] | None = None
    items: list[ItemIn] | None = Field(None, max_length=1000)
    parcels: list[ParcelIn] | None = Field(None, max_length=1000)
    refunds: list[RefundIn] | None = Field(None, max_length=1000)


_R = TypeVar("_R", CustomerRecord, ProductRecord, OrderRecord)


class WrittenOut(Schema):
    """What the push did."""

    id: str
    result: str = Field(description="created, changed or unchanged")


class OrderOut(Schema):
    """An order as the mirror knows it."""

    id: str
    customer: str | None
    status: str
    placed_at: datetime | None
    promised_ship_by: datetime | None
    promised_delivery_by: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    currency: str
    total: Decimal | None
    payment_method: str
    address: str
    attributes: dict[str, Any]
    items: list[dict[str, Any]]
    parcels: list[dict[str, Any]]
    refunds: list[dict[str, Any]]


@router.put("/customers/{external_id}", response={200: WrittenOut, **ERRORS}, operation_id="put_customer")
@needs("customers:write")
def put_customer(request: ApiRequest, external_id: ExternalId, body: CustomerIn) -> Any:
    """Store what the shop knows of a buyer."""
    record = CustomerRecord(external_id, **_given(body))
    return _write(request, record)


@router.put("/products/{external_id}", response={200: WrittenOut, **ERRORS}, operation_id="put_product")
@needs("products:write")
def put_product(request: ApiRequest, external_id: ExternalId, body: ProductIn) -> Any:
    """Store a product."""
    record = ProductRecord(external_id, **_given(body))
    return _write(request, record)


@router.put("/orders/{external_id}", response={200: WrittenOut, **ERRORS}, operation_id="put_order")
@needs("orders:write")
def put_order(request: ApiRequest, external_id: ExternalId, body: OrderIn) -> Any:
    """Store an order with its items, parcels, scans and refunds."""
    given = _given(body)
    _each(given, "items", lambda line: ItemRecord(**line))
    _each(given, "parcels", _parcel)
    _each(given, "refunds", lambda line: RefundRecord(line.pop("id"), **line))
    record = OrderRecord(external_id, **given)
    return _write(request, record)


@router.get("/orders/{external_id}", response={200: OrderOut, **ERRORS}, operation_id="get_order")
@needs("orders:read")
def get_order(request: ApiRequest, external_id: ExternalId) -> Any:
    """One order of the shop."""
    return queries.order_json(queries.find_order(request.auth.shop_id, external_id))


def _given(body: Schema) -> dict[str, Any]:
    """The fields that the caller mentioned."""
    return body.model_dump(exclude_unset=True)


def _each(given: dict[str, Any], name: str, make: Any) -> None:
    if given.get(name) is not None:
        given[name] = tuple(make(line) for line in given[name])


def _parcel(line: dict[str, Any]) -> ParcelRecord:
    if line.get("scans") is not None:
        line["scans"] = tuple(
            ScanRecord(**{**scan, "status": scan.get("status") or ""}) for scan in line["scans"]
        )
    return ParcelRecord(**line)


def _write(request: ApiRequest, record: _R) -> dict[str, str]:
    result = actions.upsert_one(request.auth.shop, record, actor=f"token-{request.auth.pk}")
    return {"id": record.external_id, "result": result}
