"""The inbox and the conversation page: gate, form, action, fragment."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from goldseam.conversations import actions, inbox, queries
from goldseam.conversations.forms import PRESETS, AssignForm, CloseForm, SnoozeForm, WriteForm, checked
from goldseam.conversations.models import Conversation, Outcome
from goldseam.conversations.screen import VIEW_NAMES, ListQuery, days_of
from goldseam.conversations.seen import mark_seen
from goldseam.core.http import PageRequest
from goldseam.people.queries import agents_of, colleague


@require_GET
def inbox_page(request: PageRequest) -> HttpResponse:
    """The list of a view or a search; for htmx the rows alone."""
    query = ListQuery.of(request)
    context = {"query": query, "page": query.page(request.shop.pk, request.user)}
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "conversations/rows.html", context)
    return render(request, "conversations/workbench.html", context | _rail(request, query))


@require_GET
def rail(request: PageRequest) -> HttpResponse:
    """The views with their counts."""
    return render(request, "conversations/rail.html", _rail(request, ListQuery.of(request)))


@require_GET
def conversation_page(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The conversation at work: thread, composer, and slots that other rooms fill."""
    conversation = queries.access_conversation(request.user, conversation_id)
    if conversation.shop_id != request.shop.pk:
        request.session["shop"] = conversation.shop_id
        return redirect(request.get_full_path())
    mark_seen(conversation, request.user)
    query = ListQuery.of(request)
    context = _desk(request, conversation) | {"query": query}
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "conversations/desk.html", context)
    context |= {"page": query.page(request.shop.pk, request.user)} | _rail(request, query)
    return render(request, "conversations/workbench.html", context)


@require_GET
def thread(request: PageRequest, conversation_id: int) -> HttpResponse:
    """What was said, by days."""
    conversation = queries.access_conversation(request.user, conversation_id)
    mark_seen(conversation, request.user)
    return _thread(request, conversation)


@require_GET
def head(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Who it is with, where it stands, and what can be done with it."""
    conversation = queries.access_conversation(request.user, conversation_id)
    return render(request, "conversations/head.html", _facts(request, conversation))


@require_GET
def former(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The customer's other conversations and what solved them."""
    conversation = queries.access_conversation(request.user, conversation_id)
    rows = inbox.former_conversations(conversation)
    return render(request, "conversations/former.html", {"rows": rows})


@require_GET
def alerts(request: PageRequest) -> HttpResponse:
    """What must not wait and nobody has taken notice of."""
    return _alerts(request)


@require_POST
def write(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Send a reply or keep a note; answers with the thread and the next message's key."""
    conversation = queries.access_conversation(request.user, conversation_id)
    given = checked(WriteForm(request.POST))
    if given["kind"] == "note":
        actions.add_note(conversation, request.user, given["text"], key=given["key"])
    else:
        reply = {name: given[name] for name in ("key", "remedy", "override_reason")}
        actions.send_reply(conversation, request.user, given["text"], **reply)
    if not request.htmx:
        return redirect("conversations:page", conversation.pk)
    conversation.refresh_from_db(fields=["last_message_at"])
    mark_seen(conversation, request.user)
    response = _thread(request, conversation)
    return trigger_client_event(response, "goldseam:sent", {"id": conversation.pk, "key": uuid.uuid4().hex})


@require_POST
def assign(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Give it to a colleague, to oneself, or to nobody."""
    conversation = queries.access_conversation(request.user, conversation_id)
    number = checked(AssignForm(request.POST))["assignee"]
    assignee = colleague(conversation.shop_id, number) if number else None
    actions.assign(conversation, assignee, actor=_actor(request))
    return _done(request, conversation)


@require_POST
def snooze(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Out of sight until a moment, or until the customer writes."""
    conversation = queries.access_conversation(request.user, conversation_id)
    form = SnoozeForm(request.POST)
    checked(form)
    actions.snooze(conversation, form.moment(), actor=_actor(request))
    return _done(request, conversation)


@require_POST
def close(request: PageRequest, conversation_id: int) -> HttpResponse:
    """It is done."""
    conversation = queries.access_conversation(request.user, conversation_id)
    outcome = checked(CloseForm(request.POST))["outcome"]
    actions.close(conversation, outcome=outcome, actor=_actor(request))
    return _done(request, conversation)


@require_POST
def reopen(request: PageRequest, conversation_id: int) -> HttpResponse:
    """It is not done after all."""
    conversation = queries.access_conversation(request.user, conversation_id)
    actions.reopen(conversation, actor=_actor(request))
    return _done(request, conversation)


@require_POST
def acknowledge(request: PageRequest, conversation_id: int) -> HttpResponse:
    """I have seen the alert and take care of it."""
    conversation = queries.access_conversation(request.user, conversation_id)
    actions.acknowledge(conversation, request.user)
    if not request.htmx:
        return redirect("conversations:page", conversation.pk)
    return _alerts(request)


def _alerts(request: PageRequest) -> HttpResponse:
    rows = inbox.pending_alerts(request.shop.pk)
    return render(request, "conversations/alerts.html", {"rows": rows, "others": len(rows) - 1})


def _actor(request: PageRequest) -> str:
    return f"agent-{request.user.pk}"


def _done(request: PageRequest, conversation: Conversation) -> HttpResponse:
    """After a change of state: the head anew (without htmx: the page)."""
    if not request.htmx:
        return redirect("conversations:page", conversation.pk)
    changed = queries.access_conversation(request.user, conversation.pk)
    response = render(request, "conversations/head.html", _facts(request, changed))
    return trigger_client_event(response, "goldseam:done", {"id": changed.pk, "status": changed.status})


def _thread(request: PageRequest, conversation: Conversation) -> HttpResponse:
    return render(request, "conversations/thread.html", _said(request, conversation))


def _said(request: PageRequest, conversation: Conversation) -> dict[str, Any]:
    given = request.GET.get("size", "")
    size = int(given) if given.isdecimal() and len(given) < 5 else inbox.THREAD
    size = min(max(size, inbox.THREAD), inbox.LONGEST_THREAD)
    messages, more = inbox.latest_messages(conversation.pk, size)
    earlier = size + 4 * inbox.THREAD if more else None
    return {"conversation": conversation, "days": days_of(messages), "earlier": earlier}


def _facts(request: PageRequest, conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "colleagues": agents_of(conversation.shop_id),
        "presets": PRESETS.items(),
        "outcomes": Outcome.choices,
    }


def _desk(request: PageRequest, conversation: Conversation) -> dict[str, Any]:
    return _facts(request, conversation) | _said(request, conversation) | {"key": uuid.uuid4().hex}


def _rail(request: PageRequest, query: ListQuery) -> dict[str, Any]:
    counts = inbox.view_counts(request.shop.pk, request.user)
    views = [(view, name, counts.get(view)) for view, name in VIEW_NAMES.items()]
    return {"views": views, "query": query, "cap": inbox.COUNT_CAP}
