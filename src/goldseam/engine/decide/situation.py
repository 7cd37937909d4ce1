"""One view on everything that a decision may look at: words, order, parcel, customer, course of the talk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goldseam.engine.decide.parcel import OrderFacts, order_facts
from goldseam.engine.decide.policy import PolicyPack
from goldseam.engine.decide.tables import DecidingTables
from goldseam.engine.decide.talk import TalkFacts, talk_facts
from goldseam.engine.decide.texts import Texts
from goldseam.engine.facts import Conversation, Order
from goldseam.engine.reading import Reading


@dataclass(frozen=True, slots=True)
class Situation:
    """All facts of one conversation. `now` is the conversation's own, else its last message's moment."""

    conversation: Conversation
    reading: Reading
    now: datetime | None
    order: OrderFacts
    candidates: tuple[OrderFacts, ...]
    talk: TalkFacts
    pack: PolicyPack
    texts: Texts

    @property
    def issue(self) -> str:
        """The primary issue's code."""
        return self.reading.issue.code

    def signal(self, code: str) -> str | None:
        """The customer's words behind a signal, or None when it was not raised."""
        return next((s.evidence for s in self.reading.signals if s.code == code), None)

    def asked(self, remedy: str) -> str | None:
        """The words with which the customer asks for a remedy, or None."""
        return next((r.evidence for r in self.reading.requests if r.remedy == remedy), None)


def situation(conversation: Conversation, reading: Reading, tables: DecidingTables) -> Situation:
    """Gather the facts once, for every part of the decision."""
    now = conversation.now or _last_moment(conversation)
    meant = _order(conversation, reading.order.id)
    disputed = "logistics.false_delivery" in (reading.issue.code, *reading.issue.secondary)
    unclear = meant is None and bool(conversation.orders)
    wanted = reading.order.candidates or tuple(o.id for o in conversation.orders)
    candidates: tuple[OrderFacts, ...] = ()
    if unclear:
        orders = [o for o in conversation.orders if o.id in wanted] or list(conversation.orders)
        candidates = tuple(
            order_facts(o, now, tables.scans, disputed=disputed, unclear=False) for o in orders[:20]
        )
    return Situation(
        conversation=conversation,
        reading=reading,
        now=now,
        order=order_facts(meant, now, tables.scans, disputed=disputed, unclear=unclear),
        candidates=candidates,
        talk=talk_facts(conversation, now, tables.customer_acts, tables.agent_acts),
        pack=tables.pack_for(conversation, reading.language),
        texts=tables.texts_for(reading.language, conversation.locale),
    )


def policy_facts(view: Situation, order: OrderFacts, risk_score: float, party: str) -> dict[str, Any]:
    """The facts a policy rule may ask about; None where not known."""
    customer = view.conversation.customer
    reading = view.reading
    return {
        "issue": reading.issue.code,
        "secondary": reading.issue.secondary,
        "issue_confidence": reading.issue.confidence,
        "language": reading.language,
        "emotion": reading.emotion.label,
        "intensity": reading.emotion.intensity,
        "signals": [s.code for s in reading.signals],
        "requests": frozenset(r.remedy for r in reading.requests),
        "risk_score": risk_score,
        "party": party,
        "order_known": order.order is not None,
        "order_state": order.state,
        "shipped": order.shipped,
        "delivered": order.delivered,
        "delivery_disputed": order.delivery_disputed,
        "carrier_lost": order.carrier_lost,
        "carrier_damaged": order.carrier_damaged,
        "returned_to_sender": order.returned_to_sender,
        "ship_promise_broken": order.ship_promise_broken,
        "delivery_promise_broken": order.delivery_promise_broken,
        "has_shipment": order.order is not None and order.order.shipment is not None,
        "stalled_hours": order.stalled_hours,
        "late_ship_hours": order.late_ship_hours,
        "late_delivery_hours": order.late_delivery_hours,
        "days_since_placed": order.days_since_placed,
        "days_since_delivered": order.days_since_delivered,
        "order_total": order.order.total if order.order else None,
        "currency": order.order.currency if order.order else None,
        "payment_method": order.order.payment_method if order.order else "",
        "product_class": product_classes(order.order, view.pack),
        "tier": customer.tier if customer else "",
        "contacts_30d": customer.contacts_30d if customer else None,
        "complaints_365d": customer.complaints_365d if customer else None,
        "refunds_365d": customer.refunds_365d if customer else None,
        "orders_365d": customer.orders_365d if customer else None,
    }


def product_classes(order: Order | None, pack: PolicyPack) -> frozenset[str]:
    """The classes of goods in an order, by words in the item titles; none when there is no order."""
    if order is None:
        return frozenset()
    titles = " ".join([item.title for item in order.items]).lower()
    return frozenset([name for name, words in pack.product_classes if words.search(titles)])


def _order(conversation: Conversation, order_id: str | None) -> Order | None:
    if order_id is None:
        return None
    return next((o for o in conversation.orders if o.id == order_id), None)


def _last_moment(conversation: Conversation) -> datetime | None:
    return next((m.at for m in reversed(conversation.messages) if m.at is not None), None)
