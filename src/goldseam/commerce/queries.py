"""Reads from the mirror of the shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet, Sum

from goldseam.commerce.models import Customer, Order, Refund
from goldseam.core.errors import NotFound

if TYPE_CHECKING:
    from goldseam.people.models import Agent


def access_order(agent: Agent, order_id: int) -> Order:
    """The gate: the order if it belongs to a shop of this person, else "not found"."""
    order = Order.objects.filter(pk=order_id, shop__memberships__agent=agent).first()
    if order is None:
        raise NotFound("There is no such order.")
    return order


def access_customer(agent: Agent, customer_id: int) -> Customer:
    """The gate: the customer if they belong to a shop of this person, else "not found"."""
    customer = Customer.objects.filter(pk=customer_id, shop__memberships__agent=agent).first()
    if customer is None:
        raise NotFound("There is no such customer.")
    return customer


def recent_orders(customer_id: int, limit: int = 20) -> QuerySet[Order]:
    """A customer's latest orders with items, parcels, scans and refunds: a fixed number of queries."""
    return (
        Order.objects.filter(customer_id=customer_id)
        .prefetch_related("items", "parcels__scans", "refunds")
        .order_by("-placed_at", "-id")[:limit]
    )


def order_by_number(shop_id: int, external_id: str) -> Order | None:
    """The shop's order with this number."""
    return Order.objects.filter(shop_id=shop_id, external_id=external_id).first()


@dataclass(frozen=True, slots=True)
class Purchases:
    """What a customer bought and got back within 365 days; `spend` in the shop's currency."""

    orders: int
    spend: Decimal | None
    refunds: int


def purchases_of(customer_id: int, now: datetime) -> Purchases:
    """A customer's figures over the year before `now`."""
    since = now - timedelta(days=365)
    row = Order.objects.filter(customer_id=customer_id, placed_at__gte=since, placed_at__lte=now).aggregate(
        orders=Count("id"), spend=Sum("total")
    )
    refunds = Refund.objects.filter(order__customer_id=customer_id, requested_at__gte=since).count()
    return Purchases(orders=row["orders"], spend=row["spend"], refunds=refunds)
