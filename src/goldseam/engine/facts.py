"""What the engine is told: one conversation with the facts around it, frozen.

The shapes follow the assess contract. Moments are timezone-aware datetimes, money is a float in the
order's currency, as the contract's JSON carries it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ROLES = ("customer", "agent", "bot", "system")
ORDER_STATUSES = (
    "pending_payment",
    "paid",
    "processing",
    "shipped",
    "delivered",
    "completed",
    "cancelled",
    "refunding",
    "refunded",
)


@dataclass(frozen=True, slots=True)
class Message:
    """One utterance; `at` is None when the source does not know it."""

    role: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """Who writes, with counts over the last 30 or 365 days; None means not known."""

    id: str
    tier: str = ""
    orders_365d: int | None = None
    spend_365d: float | None = None
    contacts_30d: int | None = None
    complaints_365d: int | None = None
    refunds_365d: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One order line; `price` is per piece."""

    sku: str
    title: str = ""
    quantity: int = 1
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """One carrier event. `status`: created, picked_up, in_transit, out_for_delivery, delivered,
    failed_attempt, exception, damaged, lost, returned, or what the source says."""

    at: datetime | None
    status: str = ""
    location: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel and its scans in order of time."""

    carrier: str = ""
    tracking_no: str = ""
    events: tuple[Scan, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the shop's mirror knows it; `status` is one of ORDER_STATUSES."""

    id: str
    status: str = ""
    placed_at: datetime | None = None
    promised_ship_by: datetime | None = None
    promised_delivery_by: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    currency: str = "CNY"
    total: float | None = None
    payment_method: str = ""
    items: tuple[Item, ...] = ()
    shipment: Shipment | None = None


@dataclass(frozen=True, slots=True)
class RemedyRecord:
    """How often a remedy was used, and how often the customer was content after it, in closed
    conversations of the same shop with this issue (and order status; "" = any)."""

    issue: str
    remedy: str
    tried: int
    worked: int
    order_status: str = ""


PROMISE_STATES = ("open", "kept", "broken", "withdrawn")


@dataclass(frozen=True, slots=True)
class Promise:
    """What the shop promised in this conversation, and what became of it; `state` is one of
    PROMISE_STATES."""

    kind: str
    text: str = ""
    due: datetime | None = None
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything one assessment may look at. `now` is when it is made, never the clock."""

    id: str
    messages: tuple[Message, ...]
    now: datetime | None = None
    locale: str = ""
    customer: Customer | None = None
    orders: tuple[Order, ...] = ()
    remedy_records: tuple[RemedyRecord, ...] = field(default=())
    promises: tuple[Promise, ...] = field(default=())
