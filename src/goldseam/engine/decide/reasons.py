"""Why a remedy is proposed, in the customer's own facts."""

from __future__ import annotations

from goldseam.engine.decide.parcel import OrderFacts
from goldseam.engine.decide.policy import Rule
from goldseam.engine.decide.situation import Situation
from goldseam.engine.decide.texts import quote

_MOST = 5
_PARCEL = frozenset(
    {"expedite", "lookup", "reship", "refund_only", "coupon", "carrier_claim", "partial_refund", "gift"}
)
_AFTER_DELIVERY = frozenset(
    {"return_refund", "exchange", "replace", "repair", "troubleshoot", "schedule_service"}
)
_BEFORE_SHIPPING = frozenset({"cancel_order", "change_order"})
_AMENDS = frozenset({"coupon", "gift", "partial_refund", "escalate_supervisor"})
_ESCALATE = frozenset({"escalate_crisis", "escalate_safety"})
_ALARMS = frozenset({"self_harm", "threat_to_staff", "injury"})


def reasons(
    view: Situation, code: str, rule: Rule, order: OrderFacts, history: tuple[int, int]
) -> tuple[str, ...]:
    """At most five facts that speak for the remedy, the strongest first, without repetition."""
    say = view.texts.say
    found: list[str] = []
    asked = view.asked(code)
    if asked is not None:
        found.append(say("asked", words=quote(asked)))
    if code in _ESCALATE:
        found += [say("words", words=quote(s.evidence)) for s in view.reading.signals if s.code in _ALARMS]
    if code in _PARCEL:
        found += parcel_reasons(view, order)
    if code in _AFTER_DELIVERY or code in _BEFORE_SHIPPING:
        found += _state_reasons(view, order)
    if code in _AMENDS:
        found += _customer_reasons(view)
    tried, worked = history
    if tried:
        found.append(say("worked", worked=worked, tried=tried))
    found.append(rule.words.get(view.texts.language) or rule.words.get("en", rule.id))
    if not order.order and code not in ("explain", "lookup", *_ESCALATE):
        found.append(say("order_to_confirm"))
    return tuple(dict.fromkeys(found))[:_MOST]


def parcel_reasons(view: Situation, order: OrderFacts) -> list[str]:
    """What scans and promises say about the parcel."""
    say, span = view.texts.say, view.texts.span
    found: list[str] = []
    if order.carrier_lost:
        found.append(say("scan_lost"))
    if order.carrier_damaged:
        found.append(say("scan_damaged"))
    if order.delivery_disputed:
        found.append(say("disputed"))
    if order.stalled_hours is not None and order.stalled_hours >= 24:
        found.append(say("stalled", span=span(order.stalled_hours)))
    if order.late_delivery_hours:
        key = "delivered_late" if order.delivered else "delivery_overdue"
        found.append(say(key, span=span(order.late_delivery_hours)))
    if order.late_ship_hours:
        key = "shipped_late" if order.shipped else "not_shipped_late"
        found.append(say(key, span=span(order.late_ship_hours)))
    return found


def _state_reasons(view: Situation, order: OrderFacts) -> list[str]:
    if order.order is None:
        return []
    found = [view.texts.say("state", state=view.texts.name("order_state", order.state))]
    if order.days_since_delivered is not None:
        hours = order.days_since_delivered * 24
        found = [view.texts.say("delivered_since", span=view.texts.span(max(1.0, hours)))]
    return found


def _customer_reasons(view: Situation) -> list[str]:
    customer, say = view.conversation.customer, view.texts.say
    if customer is None:
        return []
    found: list[str] = []
    if (customer.contacts_30d or 0) > 1:
        found.append(say("contacts", n=customer.contacts_30d))
    if customer.orders_365d and customer.orders_365d >= 5:
        found.append(say("loyal", n=customer.orders_365d))
    if customer.tier and customer.tier.lower() not in ("normal", "standard", "regular", "none", "basic"):
        found.append(say("tier", tier=customer.tier))
    return found
