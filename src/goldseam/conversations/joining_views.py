"""Merging, splitting and linking conversations, and which ones belong to this one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from goldseam.conversations import actions, inbox, queries, threads
from goldseam.conversations.desk import render_thread
from goldseam.conversations.forms import JoinForm, checked
from goldseam.conversations.models import Conversation
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest


@require_GET
def related(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The conversations that were linked to this one or split from it."""
    conversation = queries.access_conversation(request.user, conversation_id)
    context = {"conversation": conversation, "links": threads.linked_to(conversation)}
    return render(request, "conversations/related.html", context)


@require_GET
def join(request: PageRequest, conversation_id: int) -> HttpResponse:
    """What it could be merged or linked with: the customer's other conversations, or what a search finds."""
    conversation = queries.access_conversation(request.user, conversation_id)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if words:
        found = inbox.inbox_page(conversation.shop_id, request.user, view="open", words=words, size=12).rows
        rows = [row for row in found if row.pk != conversation.pk and row.merged_into_id is None]
    else:
        rows = threads.could_join(conversation)
    context = {"conversation": conversation, "rows": rows, "words": words}
    part = "conversations/join_rows.html" if "q" in request.GET else "conversations/join.html"
    return render(request, part, context)


@require_POST
def merge(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Put this conversation into another one, and go there."""
    conversation, other = _both(request, conversation_id)
    actions.merge(conversation, other, request.user)
    return _go(request, other)


@require_POST
def undo_merge(request: PageRequest, conversation_id: int, merge_id: int) -> HttpResponse:
    """Take a merge apart again."""
    conversation = queries.access_conversation(request.user, conversation_id)
    actions.undo_merge(threads.merge_of(conversation, merge_id), request.user)
    return render_thread(request, conversation) if request.htmx else _go(request, conversation)


@require_POST
def split(request: PageRequest, conversation_id: int, message_id: int) -> HttpResponse:
    """Go on as a new conversation from this message, and go there."""
    conversation = queries.access_conversation(request.user, conversation_id)
    return _go(request, actions.split(conversation, message_id, request.user))


@require_POST
def link(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The two belong together."""
    conversation, other = _both(request, conversation_id)
    actions.link(conversation, other, request.user)
    return related(_as_get(request), conversation_id)


@require_POST
def unlink(request: PageRequest, conversation_id: int) -> HttpResponse:
    """They do not belong together after all."""
    conversation, other = _both(request, conversation_id)
    actions.unlink(conversation, other, request.user)
    return related(_as_get(request), conversation_id)


def _both(request: PageRequest, conversation_id: int) -> tuple[Conversation, Conversation]:
    conversation = queries.access_conversation(request.user, conversation_id)
    other = queries.access_conversation(request.user, checked(JoinForm(request.POST))["other"])
    if other.shop_id != conversation.shop_id:
        raise DomainError("Both must be conversations of one shop.", field="other")
    return conversation, other


def _as_get(request: PageRequest) -> PageRequest:
    request.method = "GET"
    return request


def _go(request: PageRequest, conversation: Conversation) -> HttpResponse:
    answer = redirect("conversations:page", conversation.pk)
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer
