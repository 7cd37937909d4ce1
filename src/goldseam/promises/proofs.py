"""Whether a promise was kept, read from what the shop's mirror and the conversation show.

Only what happened after the promise counts, but for shipping, which cannot happen twice. What no fact can
show (a repair, a pick-up from the customer's door, a changed address) is for people to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from goldseam.conversations.queries import StaffWords
from goldseam.promises.models import How, Kind, Promise
from goldseam.promises.words import speaks_of, tells_of_a_call

if TYPE_CHECKING:
    from goldseam.commerce.models import Order, Scan

_SAME_BREATH = timedelta(minutes=5)
_MONEY_BACK = "paid"


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a promise was kept, and since when."""

    how: How
    at: datetime


def proof_of(promise: Promise, said: Iterable[StaffWords], now: datetime) -> Proof | None:
    """The first sign that the promise was kept; None while there is none. `said` is what the shop's people
    wrote after it."""
    return _READERS[Kind(promise.kind)](promise, said, now)


def _shipped(promise: Promise, said: Iterable[StaffWords], now: datetime) -> Proof | None:
    order = promise.order
    return Proof(How.SHIPPED, order.shipped_at) if order and order.shipped_at else None


def _delivered(promise: Promise, said: Iterable[StaffWords], now: datetime) -> Proof | None:
    order = promise.order
    if order is None:
        return None
    moments = [scan.at for scan in _scans(order) if scan.status == "delivered"] + [order.delivered_at]
    after = sorted(at for at in moments if at is not None and at >= promise.made_at)
    return Proof(How.DELIVERED, after[0]) if after else None


def _refunded(promise: Promise, said: Iterable[StaffWords], now: datetime) -> Proof | None:
    """Money that went back after the promise, as much of it as was promised."""
    order = promise.order
    if order is None:
        return None
    paid = [
        refund.completed_at or now
        for refund in order.refunds.all()
        if refund.status == _MONEY_BACK
        and (promise.amount is None or refund.amount >= promise.amount)
        and (refund.completed_at is None or refund.completed_at >= promise.made_at)
    ]
    if paid:
        return Proof(How.REFUNDED, min(paid))
    if promise.kind == Kind.REFUND and promise.amount in (None, order.total) and order.status == "refunded":
        return Proof(How.REFUNDED, now)
    return None


def _sent_again(promise: Promise, said: Iterable[StaffWords], now: datetime) -> Proof | None:
    """A parcel whose first scan is younger than the promise."""
    order = promise.order
    if order is None:
        return None
    begun = [
        min(scan.at for scan in parcel.scans.all() if scan.at is not None)
        for parcel in order.parcels.all()
        if any(scan.at is not None for scan in parcel.scans.all())
    ]
    after = sorted(at for at in begun if at >= promise.made_at)
    return Proof(How.REPLACED, after[0]) if after else None


def _answered(promise: Promise, said: Iterable[StaffWords], now: datetime) -> Proof | None:
    """A call that a note tells of; where no call was promised, any later answer."""
    later = [words for words in said if words.at >= promise.made_at]
    for words in later:
        if words.is_note and tells_of_a_call(words.text):
            return Proof(How.CALLED, words.at)
    if speaks_of("call", promise.words):
        return None
    for words in later:
        if not words.is_note and words.at >= promise.made_at + _SAME_BREATH:
            return Proof(How.ANSWERED, words.at)
    return None


def _other(promise: Promise, said: Iterable[StaffWords], now: datetime) -> Proof | None:
    order = promise.order
    if order is not None and order.status == "cancelled" and speaks_of("cancel", promise.words):
        return Proof(How.CANCELLED, now)
    return None


def _by_hand(promise: Promise, said: Iterable[StaffWords], now: datetime) -> Proof | None:
    return None


def _scans(order: Order) -> Iterator[Scan]:
    for parcel in order.parcels.all():
        yield from parcel.scans.all()


_READERS: dict[Kind, Callable[[Promise, Iterable[StaffWords], datetime], Proof | None]] = {
    Kind.SHIP_BY: _shipped,
    Kind.DELIVER_BY: _delivered,
    Kind.REFUND: _refunded,
    Kind.COMPENSATION: _refunded,
    Kind.PRICE_MATCH: _refunded,
    Kind.REPLACE: _sent_again,
    Kind.RESHIP: _sent_again,
    Kind.PICKUP: _by_hand,
    Kind.REPAIR: _by_hand,
    Kind.CALL_BACK: _answered,
    Kind.OTHER: _other,
}
