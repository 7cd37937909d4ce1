"""The customer and their orders beside a conversation."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from goldseam.commerce import queries
from goldseam.commerce.timeline import order_views
from goldseam.core.http import PageRequest


@require_GET
def customer_card(request: PageRequest, customer_id: int) -> HttpResponse:
    """Who they are and what they bought within a year."""
    customer = queries.access_customer(request.user, customer_id)
    bought = queries.purchases_of(customer.pk, timezone.now())
    return render(request, "commerce/customer.html", {"customer": customer, "bought": bought})


@require_GET
def customer_orders(request: PageRequest, customer_id: int) -> HttpResponse:
    """What was promised and what happened; `order` is the one that is meant, `conversation` the open one,
    for which an action can be begun."""
    customer = queries.access_customer(request.user, customer_id)
    language = "en" if customer.language.startswith("en") else "zh-hans"
    orders = queries.recent_orders(customer.pk)
    views = order_views(orders, request.GET.get("order", ""), timezone.now(), language)
    conversation = request.GET.get("conversation", "")
    context = {
        "orders": views,
        "conversation_id": int(conversation) if conversation.isdecimal() and len(conversation) < 19 else None,
    }
    return render(request, "commerce/orders.html", context)
