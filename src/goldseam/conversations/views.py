"""The conversation page and where a conversation stands: gate, form, action, fragment."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from goldseam.conversations import actions, inbox, queries
from goldseam.conversations import desk as screen
from goldseam.conversations.alike import solved_alike
from goldseam.conversations.desk import render_done, render_thread, whole
from goldseam.conversations.forms import AssignForm, SnoozeForm, checked
from goldseam.conversations.list_screen import ListQuery
from goldseam.conversations.list_views import whole_list
from goldseam.conversations.seen import mark_seen
from goldseam.core.http import PageRequest
from goldseam.people.queries import colleague


@require_GET
def conversation_page(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The conversation at work: thread, composer, and slots that other rooms fill. One that was merged leads
    to where it stands now."""
    conversation = queries.access_conversation(request.user, conversation_id)
    if conversation.merged_into_id is not None:
        return redirect("conversations:page", conversation.merged_into_id)
    if conversation.shop_id != request.shop.pk:
        request.session["shop"] = conversation.shop_id
        return redirect(request.get_full_path())
    mark_seen(conversation, request.user)
    desk = whole(request, conversation)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "conversations/desk.html", desk | {"query": ListQuery.of(request)})
    return render(request, "conversations/workbench.html", desk | whole_list(request))


@require_GET
def thread(request: PageRequest, conversation_id: int) -> HttpResponse:
    """What was said, by days."""
    conversation = queries.access_conversation(request.user, conversation_id)
    mark_seen(conversation, request.user)
    return render_thread(request, conversation)


@require_GET
def head(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Who it is with, where it stands, and what can be done with it."""
    conversation = queries.access_conversation(request.user, conversation_id)
    return render(request, "conversations/head.html", {"conversation": conversation})


@require_GET
def dialogs(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The sheets that open over a conversation."""
    conversation = queries.access_conversation(request.user, conversation_id)
    return render(request, "conversations/dialogs.html", screen.dialogs(conversation))


@require_GET
def former(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The customer's other conversations and what solved them."""
    conversation = queries.access_conversation(request.user, conversation_id)
    rows = inbox.former_conversations(conversation)
    return render(request, "conversations/former.html", {"rows": rows})


@require_GET
def alike(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Solved conversations with others about the same trouble."""
    conversation = queries.access_conversation(request.user, conversation_id)
    return render(request, "conversations/alike.html", {"rows": solved_alike(conversation)})


@require_GET
def alerts(request: PageRequest) -> HttpResponse:
    """What must not wait and nobody has taken notice of."""
    return _alerts(request)


@require_POST
def assign(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Give it to a colleague, to oneself, or to nobody."""
    conversation = queries.access_conversation(request.user, conversation_id)
    number = checked(AssignForm(request.POST))["assignee"]
    assignee = colleague(conversation.shop_id, number) if number else None
    actions.assign(conversation, assignee, actor=_actor(request))
    return render_done(request, conversation)


@require_POST
def snooze(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Out of sight until a moment, or until the customer writes."""
    conversation = queries.access_conversation(request.user, conversation_id)
    form = SnoozeForm(request.POST)
    checked(form)
    actions.snooze(conversation, form.moment(), actor=_actor(request))
    return render_done(request, conversation)


@require_POST
def reopen(request: PageRequest, conversation_id: int) -> HttpResponse:
    """It is not done after all."""
    conversation = queries.access_conversation(request.user, conversation_id)
    actions.reopen(conversation, actor=_actor(request))
    return render_done(request, conversation)


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
