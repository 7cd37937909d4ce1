"""Orders prepared for a screen: what was promised against what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldseam.commerce.models import Order, OrderStatus, Parcel, Scan, ScanStatus

_STALLED = timedelta(hours=24)
_ENDED = (OrderStatus.CANCELLED, OrderStatus.REFUNDED, OrderStatus.COMPLETED, OrderStatus.DELIVERED)
_ARRIVED = (ScanStatus.DELIVERED, ScanStatus.RETURNED, ScanStatus.LOST)
_UNPAID = (OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED, OrderStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class Step:
    """A promise and its fulfilment. `state`: kept, late (done, but late), broken (due and not done), due
    (still time), done (nothing was promised), open; `off` is by how much it is late."""

    name: str
    promised: datetime | None
    actual: datetime | None
    state: str
    off: timedelta | None


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel with its scans, newest first; `silent` is how long a moving parcel has had none."""

    parcel: Parcel
    scans: list[Scan]
    silent: timedelta | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order for the context pane; `meant` is the one that the conversation is about."""

    order: Order
    meant: bool
    steps: list[Step]
    parcels: list[ParcelView]


def order_views(orders: Iterable[Order], meant: str, now: datetime) -> list[OrderView]:
    """The orders, the meant one (by primary key) first."""
    views = [
        OrderView(
            order=order,
            meant=str(order.pk) == meant,
            steps=steps_of(order, now),
            parcels=[_parcel(parcel, order, now) for parcel in order.parcels.all()],
        )
        for order in orders
    ]
    return sorted(views, key=lambda view: not view.meant)


def steps_of(order: Order, now: datetime) -> list[Step]:
    """Placed, shipped, delivered: promised and actual."""
    alive = order.status not in _UNPAID
    return [
        Step("placed", None, order.placed_at, "done" if order.placed_at else "open", None),
        _step("shipped", order.promised_ship_by, order.shipped_at, alive, now),
        _step("delivered", order.promised_delivery_by, order.delivered_at, alive, now),
    ]


def _step(name: str, promised: datetime | None, actual: datetime | None, alive: bool, now: datetime) -> Step:
    if actual is not None:
        if promised is None:
            return Step(name, None, actual, "done", None)
        if actual > promised:
            return Step(name, promised, actual, "late", actual - promised)
        return Step(name, promised, actual, "kept", None)
    if promised is None or not alive:
        return Step(name, promised, None, "open", None)
    if now > promised:
        return Step(name, promised, None, "broken", now - promised)
    return Step(name, promised, None, "due", None)


def _parcel(parcel: Parcel, order: Order, now: datetime) -> ParcelView:
    scans = sorted(parcel.scans.all(), key=lambda scan: scan.position, reverse=True)
    times = [scan.at for scan in scans if scan.at is not None]
    silent = None
    moving = order.status not in _ENDED and order.delivered_at is None
    if times and moving and scans[0].status not in _ARRIVED and now - max(times) >= _STALLED:
        silent = now - max(times)
    return ParcelView(parcel, scans, silent)
