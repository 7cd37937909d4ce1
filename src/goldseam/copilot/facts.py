"""The one place where rows become engine facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.core.cache import cache

from goldseam.commerce import queries as commerce
from goldseam.conversations import queries as conversations
from goldseam.engine import facts
from goldseam.promises import queries as promises

if TYPE_CHECKING:
    from goldseam.commerce.models import Customer, Order, Parcel
    from goldseam.conversations.models import Conversation, Message
    from goldseam.promises.models import Promise

_MAX_MESSAGES = 200
_RECORDS_SECONDS = 300


def gather(
    conversation: Conversation,
    now: datetime,
    said: Sequence[Message] | None = None,
    bought: Sequence[Order] | None = None,
) -> facts.Conversation:
    """Everything the engine may know of this conversation at `now`, in a fixed number of queries; `said` and
    `bought` are what `latest_words` and `latest_orders` gave, where the caller has them already."""
    customer = conversation.customer
    return _conversation(
        conversation,
        now,
        latest_words(conversation.pk) if said is None else said,
        latest_orders(conversation) if bought is None else bought,
        _customer(customer, conversation, now) if customer else None,
        promises.facts_of([conversation.pk])[conversation.pk],
    )


def gather_many(moments: Sequence[tuple[Conversation, datetime]]) -> list[facts.Conversation]:
    """What `gather` gives, for many conversations in a fixed number of queries."""
    buyers = {conversation.customer_id for conversation, _ in moments if conversation.customer_id}
    messages = conversations.spoken_of_many([conversation.pk for conversation, _ in moments])
    orders = commerce.recent_orders_of_many(buyers)
    bought = commerce.histories_of(buyers)
    contacts = conversations.contact_histories_of(buyers)
    promised = promises.facts_of([conversation.pk for conversation, _ in moments])
    gathered = []
    for conversation, now in moments:
        customer = conversation.customer
        known = None
        if customer is not None:
            others = contacts[customer.pk].until(now, without=conversation.pk)
            known = _customer_facts(customer, bought[customer.pk].until(now), others)
        theirs = orders.get(conversation.customer_id or 0, ())
        said, given = messages[conversation.pk], promised[conversation.pk]
        gathered.append(_conversation(conversation, now, said, theirs, known, given))
    return gathered


def _conversation(
    conversation: Conversation,
    now: datetime,
    messages: Iterable[Message],
    orders: Iterable[Order],
    known: facts.Customer | None,
    promised: Iterable[Promise],
) -> facts.Conversation:
    customer = conversation.customer
    return facts.Conversation(
        id=str(conversation.external_id),
        messages=tuple(
            facts.Message(role=m.role, text=m.text, at=m.at) for m in list(messages)[-_MAX_MESSAGES:]
        ),
        now=now.astimezone(ZoneInfo(conversation.shop.timezone)),
        locale=(customer.language if customer and customer.language else conversation.shop.language),
        customer=known,
        orders=tuple(order_facts(order) for order in orders),
        remedy_records=remedy_records(conversation.shop_id),
        promises=tuple(
            facts.Promise(kind=p.kind, text=p.words, due=p.due_at, state=p.state)
            for p in promised
            if p.made_at <= now
        ),
    )


def latest_words(conversation_id: int) -> list[Message]:
    """The messages that `gather` hands to the engine, in its order."""
    return conversations.latest_spoken(conversation_id, _MAX_MESSAGES)


def latest_orders(conversation: Conversation) -> list[Order]:
    """The customer's orders that `gather` hands to the engine, in its order."""
    customer = conversation.customer_id
    return list(commerce.orders_with_parcels(customer)) if customer is not None else []


def order_facts(order: Order) -> facts.Order:
    """One order with its first parcel's scans."""
    parcels = list(order.parcels.all())
    return facts.Order(
        id=order.external_id,
        status=order.status,
        placed_at=order.placed_at,
        promised_ship_by=order.promised_ship_by,
        promised_delivery_by=order.promised_delivery_by,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        currency=order.currency,
        total=_number(order.total),
        payment_method=order.payment_method,
        items=tuple(
            facts.Item(sku=i.sku, title=i.title, quantity=i.quantity, price=_number(i.price))
            for i in order.items.all()
        ),
        shipment=_shipment(parcels[0]) if parcels else None,
    )


def remedy_records(shop_id: int) -> tuple[facts.RemedyRecord, ...]:
    """What worked in the shop's closed conversations, by issue and remedy; a few minutes old at most,
    because counting a year of conversations for every message would cost more than the assessment."""
    return cache.get_or_set(  # type: ignore[return-value]
        _records_key(shop_id), lambda: _count_remedies(shop_id), _RECORDS_SECONDS
    )


def forget_remedy_records(shop_id: int) -> None:
    """Count anew at the next assessment: much history came in at once."""
    cache.delete(_records_key(shop_id))


def _records_key(shop_id: int) -> str:
    return f"remedy-records-{shop_id}"


def _count_remedies(shop_id: int) -> tuple[facts.RemedyRecord, ...]:
    return tuple(
        facts.RemedyRecord(issue=r.issue, remedy=r.remedy, tried=r.tried, worked=r.worked)
        for r in conversations.remedy_outcomes(shop_id)
    )


def _customer(customer: Customer, conversation: Conversation, now: datetime) -> facts.Customer:
    bought = commerce.purchases_of(customer.pk, now)
    contacts = conversations.contacts_of(customer.pk, now, without=conversation.pk)
    return _customer_facts(customer, bought, contacts)


def _customer_facts(
    customer: Customer, bought: commerce.Purchases, contacts: conversations.Contacts
) -> facts.Customer:
    return facts.Customer(
        id=customer.external_id,
        tier=customer.tier,
        orders_365d=bought.orders,
        spend_365d=_number(bought.spend),
        contacts_30d=contacts.month + 1,
        complaints_365d=contacts.complaints,
        refunds_365d=bought.refunds,
    )


def _shipment(parcel: Parcel) -> facts.Shipment:
    return facts.Shipment(
        carrier=parcel.carrier,
        tracking_no=parcel.tracking_no,
        events=tuple(
            facts.Scan(at=s.at, status=s.status, location=s.location, text=s.text) for s in parcel.scans.all()
        ),
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
