"""What was promised, beside the conversation, and the reminders on every page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from goldseam.conversations.queries import access_conversation
from goldseam.core.http import PageRequest
from goldseam.promises import actions, queries
from goldseam.promises.models import State


@require_GET
def card(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The promises of a conversation with their countdown."""
    conversation = access_conversation(request.user, conversation_id)
    return _card(request, conversation.pk)


@require_GET
def reminders(request: PageRequest) -> HttpResponse:
    """What this person must see to before long, and what has just broken."""
    return _reminders(request)


@require_POST
def keep(request: PageRequest, promise_id: int) -> HttpResponse:
    """It was done."""
    promise = actions.keep(queries.access_promise(request.user, promise_id), request.user)
    return _done(request, promise.conversation_id)


@require_POST
def withdraw(request: PageRequest, promise_id: int) -> HttpResponse:
    """It is taken back, with a reason."""
    promise = queries.access_promise(request.user, promise_id)
    actions.withdraw(promise, request.user, request.POST.get("reason", ""))
    return _done(request, promise.conversation_id)


@require_POST
def seen(request: PageRequest, promise_id: int) -> HttpResponse:
    """I have taken notice that it broke."""
    actions.see(queries.access_promise(request.user, promise_id), request.user)
    return _reminders(request)


def _done(request: PageRequest, conversation_id: int) -> HttpResponse:
    if not request.htmx:
        return redirect("conversations:page", conversation_id)
    if request.POST.get("from") == "reminders":
        return _reminders(request)
    return _card(request, conversation_id)


def _card(request: PageRequest, conversation_id: int) -> HttpResponse:
    rows = queries.promises_of(conversation_id)
    return render(
        request,
        "promises/card.html",
        {
            "conversation_id": conversation_id,
            "pressing": [row for row in rows if row.state in (State.OPEN, State.BROKEN)],
            "settled": [row for row in rows if row.state in (State.KEPT, State.WITHDRAWN)],
            "now": timezone.now(),
        },
    )


def _reminders(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    rows = queries.reminders_for(request.user, request.shop.pk, now)
    return render(request, "promises/reminders.html", {"rows": rows, "others": len(rows) - 1, "now": now})
