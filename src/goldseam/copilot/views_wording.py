"""What a language model words, beside the conversation, and the conversation in short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from goldseam.conversations.queries import access_conversation
from goldseam.copilot import queries, wording
from goldseam.copilot.in_short import in_short
from goldseam.core.http import PageRequest
from goldseam.knowledge.queries import titles_of

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.copilot.models import Wording


@require_GET
def short(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Need, done, open, next."""
    conversation = access_conversation(request.user, conversation_id)
    decision = queries.latest_decision(conversation.pk)
    context = {
        "conversation": conversation,
        "short": in_short(decision, conversation.shop_id) if decision else None,
        "llm": wording.is_on(),
        "wording": wording.latest_wordings(decision).get("summary") if decision else None,
    }
    return render(request, "copilot/in_short.html", context)


@require_POST
def word(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Ask for a wording; the answer arrives by itself."""
    conversation = access_conversation(request.user, conversation_id)
    task, text = request.POST.get("task", ""), request.POST.get("text", "")
    return _show(request, conversation, wording.request_wording(conversation, request.user, task, text))


@require_GET
def worded(request: PageRequest, conversation_id: int, wording_id: int) -> HttpResponse:
    """How far a wording is, or what it says."""
    conversation = access_conversation(request.user, conversation_id)
    return _show(request, conversation, wording.wording_of(conversation.pk, wording_id))


@require_POST
def rate(request: PageRequest, conversation_id: int, wording_id: int) -> HttpResponse:
    """The person's thumb."""
    conversation = access_conversation(request.user, conversation_id)
    row = wording.wording_of(conversation.pk, wording_id)
    wording.rate_wording(row, request.user, request.POST.get("verdict", ""))
    return _show(request, conversation, row)


def _show(request: PageRequest, conversation: Conversation, row: Wording) -> HttpResponse:
    sources = titles_of(conversation.shop_id, row.sources)
    context = {"conversation": conversation, "wording": row, "sources": sources}
    return render(request, "copilot/wording.html", context)
