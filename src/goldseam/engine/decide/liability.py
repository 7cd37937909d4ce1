"""Who is answerable: a hypothesis from scans, promises and the issue, with its evidence.

Parties collect log-odds points; the confidence is the leader's share after exponentiation. Never the person
who answers the chat: staff conduct is the seller's as an organisation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from goldseam.engine.assessment import Liability
from goldseam.engine.decide.situation import Situation
from goldseam.engine.decide.tables import LiabilityWeights
from goldseam.engine.decide.texts import quote

PARTIES = ("seller", "warehouse", "carrier", "manufacturer", "platform", "buyer")
_STALLED_LONG, _STALLED_SHORT = 48.0, 24.0
_OLD_DAYS = 730.0
_TRANSPORT = frozenset({"logistics.damaged", "logistics.delay", "logistics.lost", "logistics.tracking"})
_GOODS = frozenset({"product.defect", "product.safety", "warranty.repair"})


@dataclass(frozen=True, slots=True)
class Clue:
    """One piece of evidence: its code in the weights and its words."""

    code: str
    words: str


def liability(view: Situation, weights: LiabilityWeights) -> Liability:
    """Weigh the issue and every clue."""
    points = dict.fromkeys(PARTIES, 0.0)
    for party, value in weights.issues.get(view.issue, {}).items():
        points[party] += value
    clues = [*_parcel_clues(view), *_promise_clues(view), *_other_clues(view)]
    for clue in clues:
        for party, value in weights.evidence[clue.code].items():
            points[party] += value
    best = max(PARTIES, key=lambda p: points[p])
    total = math.exp(weights.unclear) + sum(math.exp(v) for v in points.values())
    if points[best] <= weights.unclear:
        return Liability(
            "unclear", round(math.exp(weights.unclear) / total, 3), tuple(c.words for c in clues)
        )
    speaking = [c for c in clues if weights.evidence[c.code].get(best, 0.0) > 0]
    evidence = tuple(dict.fromkeys(c.words for c in speaking)) or (
        view.texts.say("liability_usual", issue=view.texts.name("issue", view.issue)),
    )
    return Liability(best, round(math.exp(points[best]) / total, 3), evidence)


def _parcel_clues(view: Situation) -> list[Clue]:
    order, say = view.order, view.texts.say
    where = order.last_scan.location or order.last_scan.text[:20] if order.last_scan else ""
    found: list[Clue] = []
    if order.carrier_lost:
        found.append(Clue("carrier_lost", say("scan_lost")))
    if order.carrier_damaged:
        found.append(Clue("carrier_damaged", say("scan_damaged")))
    if order.returned_to_sender:
        found.append(Clue("returned", say("scan_returned")))
    if order.failed_attempt and not order.delivered:
        found.append(Clue("failed_attempt", say("scan_failed_attempt")))
    if order.delivery_disputed:
        left = order.left_elsewhere
        words = say("disputed_left", place=quote(left.text or left.location)) if left else say("disputed")
        found.append(Clue("disputed_left_elsewhere" if left else "disputed", words))
    stalled = order.stalled_hours
    if stalled is not None and order.order is not None and stalled >= _STALLED_SHORT:
        key = "stalled_after" if where else "stalled"
        words = say(key, span=view.texts.span(stalled), where=where)
        found.append(Clue("stalled_long" if stalled >= _STALLED_LONG else "stalled_short", words))
    return found


def _promise_clues(view: Situation) -> list[Clue]:
    order, texts = view.order, view.texts
    found: list[Clue] = []
    if order.order is None:
        return found
    if order.late_ship_hours and not order.shipped:
        kinds = bool(order.order.shipment and order.order.shipment.tracking_no)
        words = texts.say("not_shipped_late", span=texts.span(order.late_ship_hours))
        found.append(Clue("label_without_pickup" if kinds else "not_shipped", words))
    elif order.late_ship_hours:
        found.append(Clue("shipped_late", texts.say("shipped_late", span=texts.span(order.late_ship_hours))))
    if order.late_delivery_hours and order.shipped and not order.ship_promise_broken:
        key = "delivered_late" if order.delivered else "delivery_overdue"
        found.append(Clue("late_in_transit", texts.say(key, span=texts.span(order.late_delivery_hours))))
    return found


def _other_clues(view: Situation) -> list[Clue]:
    found: list[Clue] = []
    own = next((t for t in view.talk.turns if t.customer and "own_choice" in t.acts), None)
    if own is not None:
        found.append(Clue("own_choice", view.texts.say("own_choice", words=quote(own.text))))
    booked = view.asked("schedule_service")
    if booked is not None and view.issue == "warranty.repair" and not _fault_told(view):
        found.append(Clue("booked_only", view.texts.say("booked_only", words=quote(booked))))
    age = view.order.days_since_delivered
    if age is not None and view.issue in _GOODS and age > _OLD_DAYS:
        found.append(Clue("old_goods", view.texts.say("old_goods", span=view.texts.span(age * 24))))
    if view.issue == "logistics.damaged" and view.order.delivered and not view.order.carrier_damaged:
        found.append(Clue("damage_unreported", view.texts.say("damage_unreported")))
    return found


def _fault_told(view: Situation) -> bool:
    """Whether the customer speaks of a fault beside the visit: wants a repair or complains of the goods."""
    told = (view.issue, *view.reading.issue.secondary)
    return view.asked("repair") is not None or any(code.startswith("product.") for code in told)
