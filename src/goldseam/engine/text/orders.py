"""Which of the customer's orders is meant.

Every clue the words give is a test on the orders' facts and adds points; a number decides alone, the
other clues must agree or leave one order clearly ahead. Otherwise the answer is "unclear" with the
candidates, so that the reply asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from goldseam.engine.facts import Conversation, Order
from goldseam.engine.reading import OrderMeant
from goldseam.engine.text.days import DaySpan
from goldseam.engine.text.entities import Found
from goldseam.engine.text.marks import Marked

_NUMBER, _TAIL, _TITLE, _GOODS, _PRICE, _DATE, _STATE, _RANK = 100.0, 40.0, 9.0, 7.0, 8.0, 6.0, 5.0, 7.0
_CLEAR_LEAD = 2.5
_PLAUSIBLE = 3.0
_FADE = 0.35
_MAX_CANDIDATES = 5
_OPEN = ("pending_payment", "paid", "processing", "shipped", "refunding")
_BEFORE_SHIPPING = ("pending_payment", "paid", "processing")
_ARRIVED = ("delivered", "completed", "refunding", "refunded")

_PIECES = re.compile(r"[a-z0-9]+|[^\x00-\x7f]{1,60}")
_SERVICE_KINDS = ("state", "rank", "request", "answer")
Goods = Mapping[str, tuple[str, ...]]
StateTest = Callable[[Order], bool]
STATES: dict[str, StateTest] = {
    "not_arrived": lambda order: order.status in ("paid", "processing", "shipped") and not order.delivered_at,
    "not_shipped": lambda order: order.status in _BEFORE_SHIPPING and not order.shipped_at,
    "arrived": lambda order: order.status in _ARRIVED or order.delivered_at is not None,
    "cancelled": lambda order: order.status == "cancelled",
    "refunding": lambda order: order.status in ("refunding", "refunded"),
    "unpaid": lambda order: order.status == "pending_payment",
}
# Where an order can stand when a customer speaks of this issue.
FITS: dict[str, tuple[str, ...]] = {
    "logistics.not_shipped": ("paid", "processing"),
    "logistics.delay": ("shipped",),
    "logistics.lost": ("shipped",),
    "logistics.tracking": ("shipped", "paid", "processing"),
    "logistics.courier_service": ("shipped", "delivered"),
    "logistics.false_delivery": ("delivered", "completed"),
    "logistics.damaged": ("delivered", "completed"),
    "order.cancel": _BEFORE_SHIPPING,
    "order.change": _BEFORE_SHIPPING,
    "refund.progress": ("refunding", "refunded"),
    "payment.issue": ("pending_payment", "paid"),
    **dict.fromkeys(
        (
            "product.defect",
            "product.not_as_described",
            "product.wrong_item",
            "product.missing",
            "product.size_fit",
            "product.expired",
            "product.safety",
            "product.counterfeit",
            "product.how_to",
            "refund.return",
            "refund.exchange",
            "warranty.repair",
        ),
        ("delivered", "completed"),
    ),
}


@dataclass(frozen=True, slots=True)
class Clues:
    """One message's clues: entities, finds, n-grams, and the other side's folded words before it."""

    found: Found
    marked: Marked
    grams: set[str]
    before: str


def order_meant(conversation: Conversation, clues: list[Clues], issue: str, goods: Goods) -> OrderMeant:
    """Decide, or name the candidates (latest first)."""
    orders = conversation.orders
    if not orders:
        return OrderMeant(None)
    scores, reasons = _points(orders, clues, goods)
    best = max(range(len(orders)), key=lambda place: scores[place])
    others = [score for place, score in enumerate(scores) if place != best]
    if scores[best] >= _PLAUSIBLE and (not others or scores[best] - max(others) >= _CLEAR_LEAD):
        return OrderMeant(orders[best].id, (), reasons[best])
    if _foreign_number(orders, clues):
        return OrderMeant(None, _latest(orders), "unknown_number")
    if len(orders) == 1:
        return OrderMeant(orders[0].id, (), "only_order")
    return _by_situation(orders, scores, issue)


def _points(orders: tuple[Order, ...], clues: list[Clues], goods: Goods) -> tuple[list[float], list[str]]:
    """Points and strongest reason of each order; earlier messages count less each step that
    a later one also had something to say."""
    scores = [0.0] * len(orders)
    reasons = [(0.0, "")] * len(orders)
    fade = 1.0
    titles = [_title(order) for order in orders]
    grams = [_grams(title) for title in titles]
    for clue in reversed(clues):
        spoke = False
        for place, points, why in _clue_points(orders, titles, grams, clue, goods):
            scores[place] += points * fade
            spoke = spoke or points > 0
            if points * fade > reasons[place][0]:
                reasons[place] = (points * fade, why)
        if spoke:
            fade *= _FADE
    return scores, [why for _, why in reasons]


def _clue_points(
    orders: tuple[Order, ...], titles: list[str], grams: list[frozenset[str]], clue: Clues, goods: Goods
) -> Iterable[tuple[int, float, str]]:
    yield from _numbers(orders, clue.found)
    yield from _answers(orders, clue)
    yield from _titles(grams, clue)
    yield from _goods(titles, clue.marked, goods)
    yield from _prices(orders, clue.found)
    yield from _dates(orders, clue)
    yield from _states(orders, clue.marked)
    yield from _ranks(orders, clue.marked)


def _numbers(orders: tuple[Order, ...], found: Found) -> Iterable[tuple[int, float, str]]:
    if not (found.order_ids or found.tracking_nos or found.skus or found.tails):
        return
    for place, order in enumerate(orders):
        tracking = order.shipment.tracking_no if order.shipment else ""
        if order.id in found.order_ids:
            yield place, _NUMBER, "order_number"
        elif tracking and tracking in found.tracking_nos:
            yield place, _NUMBER, "tracking_number"
        elif any(item.sku in found.skus for item in order.items):
            yield place, _TITLE * 2, "sku"
        for tail, cued in found.tails:
            ends = order.id.lower().endswith(tail) or (tracking and tracking.lower().endswith(tail))
            if ends and (cued or len(tail) >= 4):
                yield place, _TAIL, "last_digits"


def _answers(orders: tuple[Order, ...], clue: Clues) -> Iterable[tuple[int, float, str]]:
    """A short answer to an agent who named orders: "yes", "the second one"."""
    if not clue.before or len(clue.marked.folded) > 24:
        return
    named = sorted((clue.before.find(order.id.lower()), place) for place, order in enumerate(orders))
    named = [(at, place) for at, place in named if at >= 0]
    if not named:
        return
    for hit in clue.marked.hits:
        if hit.phrase.kind != "answer":
            continue
        if hit.phrase.code == "yes" and len(named) == 1:
            yield named[0][1], _TAIL, "confirmed"
        elif hit.phrase.code == "no" and len(named) == 1:
            yield named[0][1], -_TAIL, "denied"
        elif hit.phrase.code.isdigit() and int(hit.phrase.code) <= len(named):
            yield named[int(hit.phrase.code) - 1][1], _TAIL, "confirmed"
        elif hit.phrase.code == "last" and len(named) > 1:
            yield named[-1][1], _TAIL, "confirmed"


def _title(order: Order) -> str:
    return " ".join(item.title.lower() for item in order.items)


def _titles(titles: list[frozenset[str]], clue: Clues) -> Iterable[tuple[int, float, str]]:
    """Words of one title alone in the message; the longer the stretch, the surer."""
    if all(clue.grams.isdisjoint(title) for title in titles):
        return
    grams = clue.grams - _service_grams(clue.marked)
    shared = [title & grams for title in titles]
    for place, words in enumerate(shared):
        elsewhere: set[str] = set().union(*(other for at, other in enumerate(shared) if at != place))
        own = words - elsewhere
        if own:
            longest = max(len(word) for word in own)
            weight = 1.0 if min(own)[0] == " " else min(1.6, 0.5 + 0.25 * longest)
            yield place, _TITLE * weight, "item_words"


@lru_cache(maxsize=4096)
def _grams(title: str) -> frozenset[str]:
    """Chinese 2- to 4-grams and, marked with a blank as in `ngrams`, Latin words of a title."""
    grams: set[str] = set()
    for word in _PIECES.findall(title[:200]):
        if word.isascii():
            if len(word) >= 4 and not word.isdigit():
                grams.add(" " + word)
        else:
            for size in (2, 3, 4):
                grams.update([word[i : i + size] for i in range(len(word) - size + 1)])
    return frozenset(grams)


def _service_grams(marked: Marked) -> set[str]:
    """Stretches of words of service ("refund under way"), which are no words of a title."""
    grams: set[str] = set()
    for hit in marked.hits:
        if hit.phrase.kind in _SERVICE_KINDS:
            word = marked.folded[hit.start : hit.end]
            grams.update(word[i : i + size] for size in (2, 3) for i in range(len(word) - size + 1))
    return grams


def _goods(titles: list[str], marked: Marked, goods: Goods) -> Iterable[tuple[int, float, str]]:
    """The same thing under another name: the message says "pot", the title "wok"."""
    rows = _outermost(marked, "goods")
    if not rows:
        return
    fits = [any(word in title for row in rows for word in goods[row]) for title in titles]
    if any(fits) and not all(fits):
        for place, fit in enumerate(fits):
            if fit:
                yield place, _GOODS / (1 if sum(fits) == 1 else 1.4), "item_words"


def _outermost(marked: Marked, kind: str) -> list[str]:
    """Codes of the finds of a kind; a longer find hides a shorter one within it ("not arrived" hides
    "arrived", "rice cooker" hides "rice")."""
    hits = [hit for hit in marked.hits if hit.phrase.kind == kind]
    hits.sort(key=lambda hit: (hit.start, -hit.end))
    codes: dict[str, None] = {}
    reached = -1
    for hit in hits:
        if hit.end > reached:
            codes[hit.phrase.code] = None
            reached = hit.end
    return list(codes)


def _prices(orders: tuple[Order, ...], found: Found) -> Iterable[tuple[int, float, str]]:
    for amount in found.amounts:
        fits = [_costs(order, amount.value) for order in orders]
        if amount.value >= 1 and any(fits) and not all(fits):
            for place, fit in enumerate(fits):
                if fit:
                    yield place, _PRICE, "price"


def _costs(order: Order, value: float) -> bool:
    prices = [order.total, *(item.price for item in order.items)]
    prices += [item.price * item.quantity for item in order.items if item.price is not None]
    return any(price is not None and abs(price - value) <= max(0.011, 0.012 * price) for price in prices)


def _dates(orders: tuple[Order, ...], clue: Clues) -> Iterable[tuple[int, float, str]]:
    """Days of ordering, or of arrival when the message speaks of arriving."""
    arrival = any(hit.phrase.kind == "state" and hit.phrase.code == "arrived" for hit in clue.marked.hits)
    for span in clue.found.days:
        near = clue.marked.folded[span.end : span.end + 10]
        placed = [_within(order.placed_at, span) for order in orders]
        delivered = [_within(order.delivered_at, span) for order in orders]
        bought = clue.marked.folded[span.start : span.end + 12] and _speaks_of_buying(clue.marked, span)
        fits = delivered if arrival and not bought and any(delivered) else placed
        if near and any(fits) and not all(fits):
            for place, fit in enumerate(fits):
                if fit:
                    yield place, _DATE, "date"


def _speaks_of_buying(marked: Marked, span: DaySpan) -> bool:
    return any(
        hit.phrase.kind == "answer" and hit.phrase.code == "bought" and abs(hit.start - span.end) <= 12
        for hit in marked.hits
    )


def _within(moment: datetime | None, span: DaySpan) -> bool:
    if moment is None:
        return False
    day: date = moment.date()
    return span.first <= day <= span.last


def _states(orders: tuple[Order, ...], marked: Marked) -> Iterable[tuple[int, float, str]]:
    for code in _outermost(marked, "state"):
        fits = [STATES[code](order) for order in orders]
        if any(fits) and not all(fits):
            for place, fit in enumerate(fits):
                if fit:
                    yield place, _STATE, "state"


def _ranks(orders: tuple[Order, ...], marked: Marked) -> Iterable[tuple[int, float, str]]:
    for code in {hit.phrase.code for hit in marked.hits if hit.phrase.kind == "rank"}:
        place = _ranked(orders, code)
        if place is not None:
            yield place, _RANK, "order_of_time" if code in ("newest", "oldest") else "price"


def _ranked(orders: tuple[Order, ...], code: str) -> int | None:
    if code in ("newest", "oldest"):
        dated = [(order.placed_at, place) for place, order in enumerate(orders) if order.placed_at]
        if len(dated) < len(orders):
            return None
        return (max(dated) if code == "newest" else min(dated))[1]
    if code in ("dearest", "cheapest"):
        priced = [(order.total, place) for place, order in enumerate(orders) if order.total is not None]
        if len(priced) < len(orders):
            return None
        return (max(priced) if code == "dearest" else min(priced))[1]
    return None


def _foreign_number(orders: tuple[Order, ...], clues: list[Clues]) -> bool:
    """Whether the customer gave an order number that is none of the known ones."""
    known = {order.id for order in orders}
    return any(number not in known for clue in clues for number in clue.found.order_ids)


def _by_situation(orders: tuple[Order, ...], scores: list[float], issue: str) -> OrderMeant:
    """Several orders and no clear clue: the only one whose state fits the issue, else ask."""
    top = max(scores)
    contenders = [order for order, score in zip(orders, scores, strict=True) if score >= top - _CLEAR_LEAD]
    if len(contenders) == 1 and top > 0:
        return OrderMeant(contenders[0].id, (), "clues")
    fitting = [order for order in contenders if order.status in FITS.get(issue, _OPEN)]
    if len(fitting) == 1:
        return OrderMeant(fitting[0].id, (), "only_fitting_order")
    return OrderMeant(None, _latest(tuple(fitting or contenders)), "unclear")


def _latest(orders: tuple[Order, ...]) -> tuple[str, ...]:
    def moment(order: Order) -> float:
        return order.placed_at.timestamp() if order.placed_at else 0.0

    return tuple(order.id for order in sorted(orders, key=moment, reverse=True)[:_MAX_CANDIDATES])
