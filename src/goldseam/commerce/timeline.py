"""Orders prepared for a screen: what was promised against what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone, translation
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from goldseam.commerce.models import Order, OrderStatus, Parcel, Scan, ScanStatus

_STALLED = timedelta(hours=24)
_ENDED = (OrderStatus.CANCELLED, OrderStatus.REFUNDED, OrderStatus.COMPLETED, OrderStatus.DELIVERED)
_ARRIVED = (ScanStatus.DELIVERED, ScanStatus.RETURNED, ScanStatus.LOST)
_TO_SHIP = (OrderStatus.PAID, OrderStatus.PROCESSING)
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
    """An order for the context pane; `meant` is the one that the conversation is about. `telling` says to the
    customer, in their language, where it stands; empty when nothing can be said for certain."""

    order: Order
    meant: bool
    steps: list[Step]
    parcels: list[ParcelView]
    telling: str = ""


def order_views(
    orders: Iterable[Order], meant: str, now: datetime, language: str = "zh-hans"
) -> list[OrderView]:
    """The orders, the meant one (by primary key) first; `language` is the customer's."""
    views = []
    for order in orders:
        parcels = [_parcel(parcel, order, now) for parcel in order.parcels.all()]
        telling = telling_of(order, parcels, language)
        views.append(OrderView(order, str(order.pk) == meant, steps_of(order, now), parcels, telling))
    return sorted(views, key=lambda view: not view.meant)


def telling_of(order: Order, parcels: Iterable[ParcelView], language: str) -> str:
    """Where the order stands, as a sentence to the customer made of nothing but what the scans say."""
    with translation.override(language):
        for view in parcels:
            scan = view.scans[0] if view.scans else None
            if scan is None or scan.at is None:
                continue
            return _(
                "Your parcel %(number)s (%(carrier)s) was last scanned on %(at)s: %(what)s %(place)s. We keep"
                " an eye on it for you."
            ) % {
                "number": view.parcel.tracking_no,
                "carrier": view.parcel.carrier,
                "at": date_format(timezone.localtime(scan.at), "m-d H:i"),
                "what": scan.get_status_display() if scan.status else scan.text,
                "place": scan.location,
            }
        if order.shipped_at is None and order.promised_ship_by is not None and order.status in _TO_SHIP:
            return _("Your order %(number)s has not been shipped yet; it was promised for %(at)s.") % {
                "number": order.external_id,
                "at": date_format(timezone.localtime(order.promised_ship_by), "m-d H:i"),
            }
    return ""


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
