"""What the order and its parcel tell: hours stalled, hours late, promises broken, what the scans report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from goldseam.engine.facts import Order, Scan

NOT_SHIPPED = frozenset({"pending_payment", "paid", "processing"})
ARRIVED = frozenset({"delivered", "completed"})
MONEY_BACK = frozenset({"cancelled", "refunding", "refunded"})
_LOST_AFTER_HOURS = 120.0
_HANDED_OVER = frozenset({"moving", "delivered", "lost", "returned", "failed_attempt"})


@dataclass(frozen=True, slots=True)
class ScanWords:
    """How scans are told apart: `by_status` for known status codes, `by_words` (kind → words) for prose, and
    the words that tell where a parcel was left, which stand in the text whatever the code says."""

    by_status: Mapping[str, frozenset[str]]
    by_words: tuple[tuple[str, tuple[str, ...]], ...]
    left_elsewhere: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order meant, seen from `now`. Hours and days are floats; None = not known or not applicable.

    `state` is the order's status, "none" without any order, "unclear" when it is not known which one."""

    order: Order | None
    state: str
    shipped: bool = False
    delivered: bool = False
    delivery_disputed: bool = False
    last_scan: Scan | None = None
    stalled_hours: float | None = None
    late_ship_hours: float | None = None
    late_delivery_hours: float | None = None
    days_since_placed: float | None = None
    days_since_delivered: float | None = None
    carrier_lost: bool = False
    carrier_damaged: bool = False
    returned_to_sender: bool = False
    failed_attempt: bool = False
    left_elsewhere: Scan | None = None

    @property
    def ship_promise_broken(self) -> bool:
        """Handed over after the promised moment, or still not although that has passed."""
        return (self.late_ship_hours or 0.0) > 0.0

    @property
    def delivery_promise_broken(self) -> bool:
        """Delivered after the promised moment, or still not although that has passed."""
        return (self.late_delivery_hours or 0.0) > 0.0

    @property
    def presumed_lost(self) -> bool:
        """No scan for so long that the parcel counts as lost although the carrier has not said so."""
        return (self.stalled_hours or 0.0) >= _LOST_AFTER_HOURS

    @property
    def overdue(self) -> bool:
        """A promise is broken and the parcel is still not there."""
        return not self.delivered and (self.ship_promise_broken or self.delivery_promise_broken)


def order_facts(
    order: Order | None, now: datetime | None, words: ScanWords, *, disputed: bool, unclear: bool
) -> OrderFacts:
    """Work out the facts of one order. `disputed`: the customer says it did not arrive."""
    if order is None:
        return OrderFacts(None, "unclear" if unclear else "none")
    scans = order.shipment.events if order.shipment else ()
    read = [(scan, scan_kinds(scan, words)) for scan in scans]
    kinds = frozenset().union(*(found for _, found in read))
    state = order.status or _derived_state(order, kinds)
    arrived = order.delivered_at is not None or "delivered" in kinds
    delivered = state in ARRIVED or (state == "shipped" and arrived)
    shipped = delivered or state == "shipped" or (state in MONEY_BACK and _was_handed_over(order, kinds))
    last_kinds = read[-1][1] if read else frozenset()
    delivered_at = order.delivered_at or _moment_of("delivered", read[::-1])
    handed_over = order.shipped_at or _moment_of("moving", read)
    live = state not in MONEY_BACK
    return OrderFacts(
        order=order,
        state=state,
        shipped=shipped,
        delivered=delivered,
        delivery_disputed=delivered and disputed,
        last_scan=scans[-1] if scans else None,
        stalled_hours=_stalled(order, scans, now) if shipped and not delivered and live else None,
        late_ship_hours=_late(order.promised_ship_by, handed_over, now, done=shipped)
        if live and state != "pending_payment"
        else None,
        late_delivery_hours=_late(order.promised_delivery_by, delivered_at, now, done=delivered)
        if live
        else None,
        days_since_placed=_days(order.placed_at, now),
        days_since_delivered=_days(delivered_at, now) if delivered else None,
        carrier_lost="lost" in last_kinds or ("lost" in kinds and not delivered),
        carrier_damaged="damaged" in kinds,
        returned_to_sender="returned" in last_kinds,
        failed_attempt="failed_attempt" in last_kinds,
        left_elsewhere=next((scan for scan, found in read[::-1] if "left_elsewhere" in found), None),
    )


def scan_kinds(scan: Scan, words: ScanWords) -> frozenset[str]:
    """The kinds a scan falls under: a known status code is the carrier's own word, else the words tell."""
    known = words.by_status.get(scan.status.strip().lower())
    text = scan.text.lower()
    if known is None:
        said = f"{scan.status.lower()} {text}"
        known = frozenset(kind for kind, marks in words.by_words if any(m in said for m in marks))
    if words.left_elsewhere.search(text):
        return known | {"left_elsewhere"}
    return known


def hours_between(earlier: datetime | None, later: datetime | None) -> float | None:
    """Hours from one moment to another; None when one is not known."""
    if earlier is None or later is None:
        return None
    return (later - earlier).total_seconds() / 3600


def _days(earlier: datetime | None, later: datetime | None) -> float | None:
    hours = hours_between(earlier, later)
    return None if hours is None else hours / 24


def _derived_state(order: Order, kinds: frozenset[str]) -> str:
    if order.delivered_at is not None or "delivered" in kinds:
        return "delivered"
    return "shipped" if _was_handed_over(order, kinds) else ""


def _was_handed_over(order: Order, kinds: frozenset[str]) -> bool:
    return order.shipped_at is not None or not kinds.isdisjoint(_HANDED_OVER)


def _moment_of(kind: str, read: list[tuple[Scan, frozenset[str]]]) -> datetime | None:
    return next((scan.at for scan, found in read if scan.at is not None and kind in found), None)


def _stalled(order: Order, scans: tuple[Scan, ...], now: datetime | None) -> float | None:
    times = [s.at for s in scans if s.at is not None]
    since = max(times) if times else order.shipped_at
    hours = hours_between(since, now)
    return None if hours is None else max(0.0, hours)


def _late(
    promised: datetime | None, actual: datetime | None, now: datetime | None, *, done: bool
) -> float | None:
    if done and actual is None:
        return None
    hours = hours_between(promised, actual if done else now)
    return None if hours is None else max(0.0, hours)
