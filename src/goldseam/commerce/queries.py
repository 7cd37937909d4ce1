"""Reads from the mirror of the shop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum, Window, prefetch_related_objects
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_noop

from goldseam.commerce.models import Customer, Order, OrderItem, Parcel, Refund, RefundStatus
from goldseam.core.errors import NotFound

if TYPE_CHECKING:
    from goldseam.people.models import Agent

_PARCELS = ("items", "parcels__scans")
_WHOLE = (*_PARCELS, "refunds")
"""What belongs to an order, for a fixed number of queries."""


def access_customer(agent: Agent, customer_id: int) -> Customer:
    """The gate: the customer if they belong to a shop of this person, else "not found"."""
    customer = Customer.objects.filter(pk=customer_id, shop__memberships__agent=agent).first()
    if customer is None:
        raise NotFound(gettext_noop("There is no such customer."))
    return customer


def latest_orders(customer_id: int, limit: int = 20) -> QuerySet[Order]:
    """A customer's latest orders alone: one query."""
    return Order.objects.filter(customer_id=customer_id).order_by("-placed_at", "-id")[:limit]


def orders_with_parcels(customer_id: int) -> QuerySet[Order]:
    """The same with items, parcels and scans, for whoever does not ask about refunds."""
    return latest_orders(customer_id).prefetch_related(*_PARCELS)


def recent_orders(customer_id: int, limit: int = 20) -> QuerySet[Order]:
    """A customer's latest orders with items, parcels, scans and refunds: a fixed number of queries."""
    return latest_orders(customer_id, limit).prefetch_related(*_WHOLE)


def order_of_customer(customer_id: int, order_id: int) -> Order:
    """This customer's order, else "not found"."""
    order = Order.objects.filter(pk=order_id, customer_id=customer_id).first()
    if order is None:
        raise NotFound(gettext_noop("There is no such order."))
    return order


def in_full(order: Order) -> Order:
    """The order with its items, parcels, scans and refunds: a fixed number of queries."""
    prefetch_related_objects([order], *_WHOLE)
    return order


def refunds_of(customer_id: int) -> list[Refund]:
    """A customer's refunds with their orders, the latest first."""
    rows = Refund.objects.select_related("order").filter(order__customer_id=customer_id)
    return list(rows.order_by("-requested_at", "-id")[:50])


def order_by_number(shop_id: int, external_id: str) -> Order | None:
    """The shop's order with this number."""
    return Order.objects.filter(shop_id=shop_id, external_id=external_id).first()


def latest_buyers(shop_id: int, limit: int) -> list[Customer]:
    """Those who ordered last, with a name, the latest first."""
    rows = Customer.objects.filter(shop_id=shop_id).exclude(name="")
    return list(
        rows.annotate(last=Max("orders__placed_at")).exclude(last=None).order_by("-last", "pk")[:limit]
    )


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


def find_order(shop_id: int, external_id: str) -> Order:
    """The shop's order with this number and all that hangs on it, for programs; else "not found"."""
    order = (
        Order.objects.select_related("customer")
        .prefetch_related(*_WHOLE)
        .filter(shop_id=shop_id, external_id=external_id)
        .first()
    )
    if order is None:
        raise NotFound(gettext_noop("There is no such order."))
    return order


def order_json(order: Order) -> dict[str, Any]:
    """An order as programs see it: ids are the shop's own."""
    columns = (
        "status placed_at promised_ship_by promised_delivery_by shipped_at delivered_at currency total"
        " payment_method address attributes"
    )
    return {
        "id": order.external_id,
        "customer": order.customer.external_id if order.customer else None,
        **{name: getattr(order, name) for name in columns.split()},
        "items": [_fields(item, "sku title quantity price") for item in order.items.all()],
        "parcels": [
            _fields(parcel, "tracking_no carrier")
            | {"scans": [_fields(scan, "at status location text") for scan in parcel.scans.all()]}
            for parcel in order.parcels.all()
        ],
        "refunds": [
            {"id": refund.external_id}
            | _fields(refund, "amount currency status reason requested_at completed_at")
            for refund in order.refunds.all()
        ],
    }


def _fields(row: Any, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}


def orders_by_words(shop_id: int, words: str) -> tuple[list[int], list[int]]:
    """What a search box's words name exactly: ids of orders with that number or tracking number, and of
    their customers and of customers with that number, phone or e-mail address."""
    word = words.strip()
    if not word:
        return [], []
    orders = list(
        Order.objects.filter(shop_id=shop_id)
        .filter(Q(external_id=word) | Q(pk__in=Parcel.objects.filter(tracking_no=word).values("order")))
        .values_list("pk", "customer_id")[:50]
    )
    customers = Customer.objects.filter(shop_id=shop_id).filter(
        Q(external_id=word) | Q(phone=word) | Q(email__iexact=word)
    )
    owners = {customer for _, customer in orders if customer is not None}
    return [pk for pk, _ in orders], [*owners, *customers.values_list("pk", flat=True)[:50]]


def orders_by_number(shop_id: int, external_ids: Iterable[str]) -> dict[str, tuple[int, int | None]]:
    """Row id and customer's row id of a shop's orders, by external id; unknown ones are left out."""
    rows = Order.objects.filter(shop_id=shop_id, external_id__in=set(external_ids))
    return {key: (pk, customer) for key, pk, customer in rows.values_list("external_id", "pk", "customer_id")}


def words_of_customers(customer_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Name and phone of customers, by row id: what a search finds them by."""
    rows = Customer.objects.filter(pk__in=set(customer_ids)).values_list("pk", "name", "phone")
    return {pk: (name, phone) for pk, name, phone in rows}


@dataclass(frozen=True, slots=True)
class History:
    """What a customer bought (when, for how much) and asked back (when), for figures as of any moment."""

    bought: list[tuple[datetime, Decimal | None]]
    asked_back: list[datetime]

    def until(self, now: datetime) -> Purchases:
        """The figures of `purchases_of`."""
        since = now - timedelta(days=365)
        totals = [total for at, total in self.bought if since <= at <= now]
        known = [total for total in totals if total is not None]
        refunds = sum(1 for at in self.asked_back if at >= since)
        return Purchases(orders=len(totals), spend=sum(known, Decimal(0)) if known else None, refunds=refunds)


def histories_of(customer_ids: Iterable[int]) -> dict[int, History]:
    """The histories of many customers, in two queries."""
    found = {pk: History([], []) for pk in set(customer_ids)}
    orders = Order.objects.filter(customer__in=found, placed_at__isnull=False)
    for pk, at, total in orders.values_list("customer_id", "placed_at", "total"):
        if pk is not None and at is not None:
            found[pk].bought.append((at, total))
    refunds = Refund.objects.filter(order__customer__in=found, requested_at__isnull=False)
    for pk, at in refunds.values_list("order__customer_id", "requested_at"):
        if pk is not None and at is not None:
            found[pk].asked_back.append(at)
    return found


def recent_orders_of_many(customer_ids: Iterable[int], limit: int = 20) -> dict[int, list[Order]]:
    """The latest orders of many customers, as `recent_orders` gives them for one."""
    place = Window(
        RowNumber(), partition_by=F("customer_id"), order_by=[F("placed_at").desc(), F("id").desc()]
    )
    rows = (
        Order.objects.filter(customer__in=set(customer_ids))
        .annotate(place=place)
        .filter(place__lte=limit)
        .prefetch_related(*_WHOLE)
        .order_by("customer_id", "place")
    )
    found: dict[int, list[Order]] = {}
    for order in rows:
        found.setdefault(order.customer_id or 0, []).append(order)
    return found


def skus_of_order(order_id: int) -> set[str]:
    """The article numbers in an order."""
    return set(OrderItem.objects.filter(order_id=order_id).exclude(sku="").values_list("sku", flat=True))


@dataclass(frozen=True, slots=True)
class PaidRefund:
    """A refund that the shop has paid."""

    refund_id: int
    external_id: str
    order_id: int
    amount: Decimal
    currency: str


def paid_refunds(order_ids: Iterable[int]) -> list[PaidRefund]:
    """The paid refunds of some orders, the oldest first."""
    rows = Refund.objects.filter(order__in=set(order_ids), status=RefundStatus.PAID).order_by("pk")
    columns = rows.values_list("pk", "external_id", "order_id", "amount", "currency")
    return [PaidRefund(*row) for row in columns]
