"""The list and the rail beside it: gate, form, action, fragment."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from goldseam.conversations import inbox, queries
from goldseam.conversations.history import history_of
from goldseam.conversations.list_screen import ListQuery, rail_of, rows_of
from goldseam.conversations.saved_views import visible_views
from goldseam.conversations.screen import days_of
from goldseam.core.http import PageRequest

_PEEKED = 30
_FOUND = 8


@require_GET
def inbox_page(request: PageRequest) -> HttpResponse:
    """The list of a view or a search; for htmx the rows alone."""
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "conversations/rows.html", rows_of(request, ListQuery.of(request)))
    return render(request, "conversations/workbench.html", whole_list(request))


@require_GET
def rail(request: PageRequest) -> HttpResponse:
    """The views with their counts."""
    saved = visible_views(request.user, request.shop.pk)
    return render(request, "conversations/rail.html", rail_of(request, ListQuery.of(request, saved), saved))


def whole_list(request: PageRequest) -> dict[str, Any]:
    """The rail and the rows for a whole page."""
    saved = visible_views(request.user, request.shop.pk)
    query = ListQuery.of(request, saved)
    return rows_of(request, query) | rail_of(request, query, saved)


@require_GET
def peek(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The end of another thread, to be read beside the open one; it does not count as seen."""
    conversation = queries.access_conversation(request.user, conversation_id)
    messages, more = inbox.latest_messages(conversation.pk, _PEEKED)
    context = {"conversation": conversation, "days": days_of(messages), "more": more}
    return render(request, "conversations/peek.html", context)


@require_GET
def history(request: PageRequest, conversation_id: int) -> HttpResponse:
    """How often the customer wrote, how often it was serious, and how their mood went."""
    conversation = queries.access_conversation(request.user, conversation_id)
    return render(request, "conversations/history.html", {"history": history_of(conversation)})


@require_GET
def look_up(request: PageRequest) -> HttpResponse:
    """A search beside the open thread: the first conversations that match, to be peeked into."""
    query = ListQuery.of(request)
    page = None
    if query.words:
        page = inbox.inbox_page(request.shop.pk, request.user, words=query.words, size=_FOUND)
    return render(request, "conversations/look_up.html", {"query": query, "page": page})
