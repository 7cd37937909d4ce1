"""Facts of orders and customer as plain numbers, for the trees that learn a shop's own outcomes.

A fact that is not known is absent from the answer, never a zero; trees know a way for that.
"""

from __future__ import annotations

from datetime import datetime

from goldseam.engine.facts import ORDER_STATUSES, Conversation, Customer, Order
from goldseam.engine.text.order_bins import arrived_at, days_between, shipped_at

NAMES = (
    "late",
    "took",
    "of_promise",
    "handling",
    "transit",
    "ship_late",
    "promised",
    "ship_promised",
    "since",
    "age",
    "overdue",
    "arrived",
    "status",
    "pieces",
    "lines",
    "most_alike",
    "goods",
    "total",
    "extra",
    "extra_share",
    "dearest",
    "weekday",
    "hour",
    "scans",
    "parcel_silent",
    "orders",
    "late_orders",
    "orders_365d",
    "spend_365d",
    "contacts_30d",
    "complaints_365d",
    "refunds_365d",
)


def fact_numbers(conversation: Conversation) -> dict[str, float]:
    """Known numbers by their names (`NAMES`): of the latest order (durations in days, money in its
    currency), of all orders together and of the customer."""
    found: dict[str, float | None] = {}
    if conversation.orders:
        latest = max(conversation.orders, key=_placed)
        found |= _times(latest, conversation.now) | _contents(latest) | _parcel(latest, conversation.now)
        lateness = [_late(order, conversation.now) for order in conversation.orders]
        found["orders"] = float(len(conversation.orders))
        found["late_orders"] = float(sum(late is not None and late > 0 for late in lateness))
    if conversation.customer:
        found |= _customer(conversation.customer)
    return {name: float(value) for name, value in found.items() if value is not None}


def _placed(order: Order) -> float:
    return order.placed_at.timestamp() if order.placed_at else 0.0


def _end(order: Order, now: datetime | None) -> datetime | None:
    """When waiting ended: with the parcel's arrival, else not yet."""
    return arrived_at(order) or now


def _late(order: Order, now: datetime | None) -> float | None:
    return days_between(_end(order, now), order.promised_delivery_by)


def _times(order: Order, now: datetime | None) -> dict[str, float | None]:
    arrived, shipped = arrived_at(order), shipped_at(order)
    took = days_between(_end(order, now), order.placed_at)
    promised = days_between(order.promised_delivery_by, order.placed_at)
    return {
        "late": _late(order, now),
        "took": took,
        "of_promise": took / promised if took is not None and promised and promised > 0 else None,
        "handling": days_between(shipped, order.placed_at),
        "transit": days_between(arrived, shipped),
        "ship_late": days_between(shipped or now, order.promised_ship_by),
        "promised": promised,
        "ship_promised": days_between(order.promised_ship_by, order.placed_at),
        "since": days_between(now, arrived),
        "age": days_between(now, order.placed_at),
        "overdue": days_between(now, order.promised_delivery_by),
        "weekday": float(order.placed_at.weekday()) if order.placed_at else None,
        "hour": float(order.placed_at.hour) if order.placed_at else None,
    }


def _contents(order: Order) -> dict[str, float | None]:
    prices = [item.price for item in order.items if item.price is not None]
    goods = sum((item.price or 0.0) * item.quantity for item in order.items) if prices else None
    extra = order.total - goods if order.total is not None and goods is not None else None
    return {
        "arrived": float(arrived_at(order) is not None),
        "status": float(ORDER_STATUSES.index(order.status)) if order.status else None,
        "pieces": float(sum(item.quantity for item in order.items)),
        "lines": float(len({item.sku for item in order.items})),
        "most_alike": float(max((item.quantity for item in order.items), default=0)),
        "goods": goods,
        "total": order.total,
        "extra": extra,
        "extra_share": extra / order.total if extra is not None and order.total else None,
        "dearest": max(prices, default=None),
    }


def _parcel(order: Order, now: datetime | None) -> dict[str, float | None]:
    """How often the parcel was seen and how long not (only while it is on its way)."""
    if order.shipment is None:
        return {}
    seen = [scan.at for scan in order.shipment.events if scan.at is not None]
    silent = days_between(now, seen[-1]) if seen and arrived_at(order) is None else None
    return {"scans": float(len(order.shipment.events)), "parcel_silent": silent}


def _customer(customer: Customer) -> dict[str, float | None]:
    counts = {
        "orders_365d": customer.orders_365d,
        "contacts_30d": customer.contacts_30d,
        "complaints_365d": customer.complaints_365d,
        "refunds_365d": customer.refunds_365d,
    }
    return {
        "spend_365d": customer.spend_365d,
        **{name: None if count is None else float(count) for name, count in counts.items()},
    }
