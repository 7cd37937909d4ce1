"""What a shop's own closed conversations say about a remedy: does the customer end satisfied?

A logistic model over named circumstances, each alone and together with the remedy. Where few conversations
taught a remedy for an issue, its word counts little against the documented belief.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from goldseam.engine.decide.parcel import OrderFacts
from goldseam.engine.decide.situation import Situation
from goldseam.engine.decide.tables import RemedyModel

_DAY = 24.0
_MOST_TURNS = 6


def remedy_features(view: Situation, code: str, order: OrderFacts) -> list[str]:
    """The names of all that holds: `remedy`, `circumstance` and `remedy&circumstance`."""
    around = sorted({*_customer(view), *_order(order), f"issue:{view.issue}"})
    if view.asked(code) is not None:
        around.append("asked")
    return [code, *around, *[f"{code}&{name}" for name in around]]


def _customer(view: Situation) -> Iterator[str]:
    mood = view.reading.emotion
    yield f"mood:{mood.label}"
    yield f"intensity:{mood.intensity}"
    yield f"turns:{min(_MOST_TURNS, view.talk.customer_turns)}"
    yield from (f"signal:{signal.code}" for signal in view.reading.signals)
    customer = view.conversation.customer
    if customer is None:
        return
    yield f"tier:{customer.tier}"
    if (customer.contacts_30d or 0) > 1:
        yield "contacted_again"
    if (customer.complaints_365d or 0) > 0:
        yield "complained_before"
    if (customer.refunds_365d or 0) > 1:
        yield "refunded_before"


def _order(order: OrderFacts) -> Iterator[str]:
    yield f"state:{order.state}"
    if order.ship_promise_broken or order.delivery_promise_broken:
        yield "promise_broken"
    if order.presumed_lost or order.carrier_lost:
        yield "lost"
    if order.carrier_damaged:
        yield "damaged"
    if order.delivery_disputed:
        yield "disputed"
    late = max(order.late_ship_hours or 0.0, order.late_delivery_hours or 0.0) / _DAY
    yield f"days_late:{min(6, math.ceil(late)) if late > 0 else 0}"
    if order.days_since_delivered is not None:
        yield f"weeks_since_delivered:{min(5, max(0, int(order.days_since_delivered // 7)))}"
    if order.order is not None and order.order.total is not None:
        yield f"worth:{round(math.log2(1 + max(0.0, order.order.total)))}"


def learned_chance(view: Situation, code: str, order: OrderFacts, model: RemedyModel, belief: float) -> float:
    """The probability that the customer ends satisfied: the model's, and the belief's as far as this remedy
    for this issue was seldom tried (`model.prior_strength` conversations weigh as much as the belief)."""
    total = model.bias + math.fsum(
        model.weights.get(name, 0.0) for name in remedy_features(view, code, order)
    )
    told = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
    seen = model.seen.get(f"{view.issue}/{code}", 0)
    return (belief * model.prior_strength + told * seen) / (model.prior_strength + seen)
