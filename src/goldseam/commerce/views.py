"""The customer and their orders beside a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from goldseam.commerce import queries
from goldseam.commerce.timeline import OrderView, order_views
from goldseam.core.http import PageRequest

if TYPE_CHECKING:
    from goldseam.commerce.models import Customer, Order


@require_GET
def customer_card(request: PageRequest, customer_id: int) -> HttpResponse:
    """Who they are and what they bought within a year."""
    customer = queries.access_customer(request.user, customer_id)
    bought = queries.purchases_of(customer.pk, timezone.now())
    return render(request, "commerce/customer.html", {"customer": customer, "bought": bought})


@require_GET
def customer_orders(request: PageRequest, customer_id: int) -> HttpResponse:
    """The latest orders; `order` is the one that is meant, `conversation` the open one, for which an action
    can be begun. The meant one (else the latest) is unfolded; the others' parcels come when they are."""
    customer = queries.access_customer(request.user, customer_id)
    meant = request.GET.get("order", "")
    orders = sorted(queries.latest_orders(customer.pk), key=lambda order: str(order.pk) != meant)
    context = {
        "first": _view(queries.in_full(orders[0]), meant, customer) if orders else None,
        "others": orders[1:],
        "conversation_id": _conversation(request),
    }
    return render(request, "commerce/orders.html", context)


@require_GET
def order(request: PageRequest, customer_id: int, order_id: int) -> HttpResponse:
    """What was promised and what happened with one order."""
    customer = queries.access_customer(request.user, customer_id)
    view = _view(queries.in_full(queries.order_of_customer(customer.pk, order_id)), "", customer)
    return render(
        request, "commerce/order_body.html", {"view": view, "conversation_id": _conversation(request)}
    )


def _view(order: Order, meant: str, customer: Customer) -> OrderView:
    language = "en" if customer.language.startswith("en") else "zh-hans"
    return order_views([order], meant, timezone.now(), language)[0]


def _conversation(request: PageRequest) -> int | None:
    number = request.GET.get("conversation", "")
    return int(number) if number.isdecimal() and len(number) < 19 else None
