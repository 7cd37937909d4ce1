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
    """Who they are, what they bought, where the parcels are; `order` is the one that is meant."""
    customer = queries.access_customer(request.user, customer_id)
    now = timezone.now()
    meant = request.GET.get("order", "")
    context = {
        "customer": customer,
        "bought": queries.purchases_of(customer.pk, now),
        "orders": order_views(queries.recent_orders(customer.pk), meant, now),
    }
    return render(request, "commerce/customer.html", context)
