"""A conversation on paper: what was said, the orders, why it was judged so, what was approved."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from goldseam.approvals.queries import requests_of
from goldseam.commerce.queries import recent_orders
from goldseam.commerce.timeline import order_views
from goldseam.conversations.inbox import LONGEST_THREAD, latest_messages
from goldseam.conversations.queries import access_conversation
from goldseam.copilot.panel import panel_of
from goldseam.copilot.queries import latest_decision
from goldseam.core.http import PageRequest

_ORDERS = 5


@require_GET
def print_conversation(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The page without its frame; `notes=0` leaves out what only colleagues may read, for a paper that
    leaves the house."""
    conversation = access_conversation(request.user, conversation_id)
    inside = request.GET.get("notes") != "0"
    messages, earlier = latest_messages(conversation.pk, LONGEST_THREAD)
    shown = [message for message in messages if inside or not message.is_note]
    prefetch_related_objects(shown, "attachments")
    decision = latest_decision(conversation.pk) if inside else None
    context = {
        "conversation": conversation,
        "inside": inside,
        "messages_said": shown,
        "earlier": earlier,
        "orders": _orders(conversation.customer_id, conversation.order_id),
        "panel": panel_of(decision) if decision else None,
        "approvals": requests_of(conversation.pk) if inside else [],
        "now": timezone.now(),
    }
    return render(request, "site/print.html", context)


def _orders(customer_id: int | None, order_id: int | None) -> list[object]:
    """The order in question and the latest others."""
    if customer_id is None:
        return []
    views = order_views(recent_orders(customer_id), str(order_id or ""), timezone.now())
    return list(views[:_ORDERS])
