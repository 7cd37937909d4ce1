"""Facts of orders and customer as named bins, for models that learn a shop's own outcomes."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from datetime import datetime

from goldseam.engine.facts import Conversation, Customer, Order

_LATE = (-30, -20, -15, -10, -7, -5, -3, -2, -1, 0, 1, 2, 3, 5, 7, 10, 14, 21, 30)
_SPAN = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 25, 30, 40, 60)
_COUNTS = (1, 2, 3, 5, 8, 13)
_AT_SHOP = ("", "created")
_WORD = re.compile(r"[^\W_]+")
_MOST_ORDERS = 6


def fact_bins(conversation: Conversation) -> set[str]:
    """Bins such as "late:3" (days after the promise) of the latest orders and of the customer."""
    bins: set[str] = set()
    orders = sorted(
        conversation.orders, key=lambda order: order.placed_at.timestamp() if order.placed_at else 0.0
    )
    for order in orders[-_MOST_ORDERS:]:
        bins |= _order(order, conversation.now)
    if conversation.orders:
        bins.add(f"orders:{min(len(conversation.orders), 6)}")
    if conversation.customer:
        bins |= _customer(conversation.customer)
    return bins


def days_between(later: datetime | None, earlier: datetime | None) -> float | None:
    """Days from one moment to another; None when one of them is not known."""
    if later is None or earlier is None or (later.tzinfo is None) != (earlier.tzinfo is None):
        return None
    return (later - earlier).total_seconds() / 86_400


def shipped_at(order: Order) -> datetime | None:
    """When the parcel left the shop: as the order says, else at the first scan that shows it moving."""
    if order.shipped_at is not None or order.shipment is None:
        return order.shipped_at
    return next(
        (scan.at for scan in order.shipment.events if scan.at is not None and scan.status not in _AT_SHOP),
        None,
    )


def arrived_at(order: Order) -> datetime | None:
    """When the parcel arrived: as the order says, else at the scan of its delivery."""
    if order.delivered_at is not None or order.shipment is None:
        return order.delivered_at
    return next((scan.at for scan in order.shipment.events if scan.status == "delivered"), None)


def _bin(name: str, value: float | None, edges: tuple[int, ...]) -> list[str]:
    """The bin of a value, and every edge it passes, so that neighbouring bins share weight."""
    if value is None:
        return []
    place = bisect_right(edges, value)
    return [f"{name}:{place}", *[f"{name}>={edge}" for edge in edges[:place]]]


def _order(order: Order, now: datetime | None) -> set[str]:
    arrived, shipped = arrived_at(order), shipped_at(order)
    end = arrived or (now if order.status not in ("cancelled", "refunded") else None)
    late = days_between(end, order.promised_delivery_by)
    total = (
        order.total if order.total is not None else sum((i.price or 0.0) * i.quantity for i in order.items)
    )
    bins = {f"status:{order.status}", f"paid_by:{order.payment_method}", f"currency:{order.currency}"}
    state = "arrived" if arrived else "open"
    bins.add(state)
    bins.update(_bin(f"late_{state}", late, _LATE))
    bins.update(_bin(f"took_{state}", days_between(end, order.placed_at), _SPAN))
    bins.update(_bin("promised", days_between(order.promised_delivery_by, order.placed_at), _SPAN))
    bins.update(_bin("handling", days_between(shipped, order.placed_at), _SPAN))
    bins.update(_bin("ship_late", days_between(shipped or now, order.promised_ship_by), _LATE))
    bins.update(_bin("transit", days_between(arrived, shipped), _SPAN))
    pieces = sum(item.quantity for item in order.items)
    bins.update(_bin("pieces", float(pieces), _COUNTS))
    bins.update(_bin("lines", float(len({item.sku for item in order.items})), _COUNTS))
    bins.add(f"worth:{round(2 * math.log2(1 + max(0.0, total)))}")
    if late is not None:
        tardy = "early" if late < -1 else "due" if late < 1 else "late"
        bins.add(f"{state}&{tardy}&pieces:{min(pieces, 4)}")
    bins |= _goods(order)
    return bins | _parcel(order)


def _goods(order: Order) -> set[str]:
    bins = {f"sku:{item.sku}" for item in order.items[:10]}
    for item in order.items[:10]:
        words = _WORD.findall(item.title.lower())[:12]
        bins.update(f"title:{word}" for word in words)
        bins.add(f"price:{round(math.log2(1 + max(0.0, item.price or 0.0)))}")
    return bins


def _parcel(order: Order) -> set[str]:
    if order.shipment is None:
        return {"no_parcel"}
    bins = {f"carrier:{order.shipment.carrier}", f"scans:{min(len(order.shipment.events), 12)}"}
    bins.update(f"scan:{scan.status}" for scan in order.shipment.events[-8:])
    return bins


def _customer(customer: Customer) -> set[str]:
    bins = {f"tier:{customer.tier}"}
    for name in ("orders_365d", "contacts_30d", "complaints_365d", "refunds_365d"):
        value: int | None = getattr(customer, name)
        if value is not None:
            bins.update(_bin(name, float(value), _COUNTS))
    if customer.spend_365d is not None:
        bins.add(f"spend:{round(math.log2(1 + max(0.0, customer.spend_365d)))}")
    return bins
