"""How an entry becomes lines: the rules of the accounts, without a database.

    approved    goodwill +a            reserved −a      a grant stands ready
    promised    reserved +u            payable −u       as far as grants for this remedy stand ready
                goodwill +(a−u)        payable −(a−u)   the rest is given by the writer alone
    paid        payable +u             paid_out −u      debts first, then grants, the oldest first
                goodwill +(a−u)        paid_out −(a−u)  what nobody had promised is given by who pays
    cancelled   payable or reserved +a goodwill −a      what is open is taken back, debts first
    refused     nothing moves

So each amount is given once, whichever way it goes, and `goodwill` is what the shop's kindness costs. The
price of goods that come back (or never leave) stands in `returns` and weighs on no budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

PRICE_BACK = frozenset({"return_refund", "refund_only", "cancel_order"})
"""Remedies that give back the price itself."""

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Open:
    """A grant or debt that stands open: which entry opened it, in which account, for which remedy, and how
    much of it is left."""

    item: int
    account: str
    remedy: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """A line to be. `item` 0 means: the entry itself."""

    account: str
    amount: Decimal
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """The lines of an entry, and how much of it somebody gave anew by their authority."""

    parts: tuple[Part, ...]
    granted: Decimal

    @property
    def moved(self) -> Decimal:
        """The sum of the debits."""
        return sum((part.amount for part in self.parts if part.amount > 0), ZERO)


def cost_account(remedy: str) -> str:
    """Which account bears a remedy."""
    return "returns" if remedy in PRICE_BACK else "goodwill"


def book(state: str, remedy: str, amount: Decimal, opened: Sequence[Open]) -> Booking | None:
    """The lines of an entry on what stands open (oldest first, of the same conversation and currency). None:
    there is not enough to cancel."""
    if state == "refused" or amount == 0:
        return Booking((), ZERO)
    cost = cost_account(remedy)
    if state == "approved":
        return Booking((Part(cost, amount), Part("reserved", -amount, 0)), amount)
    same = [item for item in opened if item.remedy == remedy]
    if state == "promised":
        taken, rest = _take([item for item in same if item.account == "reserved"], amount)
        return Booking((*taken, *_new(cost, rest), Part("payable", -amount, 0)), rest)
    taken, rest = _take(_debts_first(same), amount)
    if state == "paid":
        return Booking((*taken, *_new(cost, rest), Part("paid_out", -amount)), rest)
    if rest:
        return None
    return Booking((*taken, Part(cost, -amount)), ZERO)


def _debts_first(opened: Iterable[Open]) -> list[Open]:
    return sorted(opened, key=lambda item: item.account != "payable")


def _new(cost: str, amount: Decimal) -> tuple[Part, ...]:
    return (Part(cost, amount),) if amount else ()


def _take(opened: Iterable[Open], amount: Decimal) -> tuple[tuple[Part, ...], Decimal]:
    """Settle the amount from what is open, and what is left of it."""
    parts = []
    for item in opened:
        part = min(amount, item.left)
        if part > 0:
            parts.append(Part(item.account, part, item.item))
            amount -= part
    return tuple(parts), amount
