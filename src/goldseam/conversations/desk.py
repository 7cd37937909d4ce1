"""What the fragments of one conversation show: its thread, its head, its dialogs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import trigger_client_event

from goldseam.conversations import inbox, queries, threads
from goldseam.conversations.actions import UNDO_MERGE
from goldseam.conversations.attaching import MOST_FILES
from goldseam.conversations.forms import PRESETS
from goldseam.conversations.models import Conversation, Outcome
from goldseam.conversations.screen import days_of
from goldseam.people.queries import agents_of

if TYPE_CHECKING:
    from goldseam.core.http import PageRequest


def said(request: PageRequest, conversation: Conversation) -> dict[str, Any]:
    """The end of the thread by days, with what is about to go out."""
    given = request.GET.get("size", "")
    size = int(given) if given.isdecimal() and len(given) < 5 else inbox.THREAD
    size = min(max(size, inbox.THREAD), inbox.LONGEST_THREAD)
    messages, more = inbox.latest_messages(conversation.pk, size)
    prefetch_related_objects(messages, "attachments")
    events = {message.event for message in messages}
    undoable = (
        threads.undoable_merges(conversation.pk, timezone.now() - UNDO_MERGE) if "merged" in events else set()
    )
    return {
        "conversation": conversation,
        "days": days_of(messages),
        "earlier": size + 4 * inbox.THREAD if more else None,
        "held": threads.held_replies(conversation.pk),
        "undoable": undoable,
        "newest": max((message.pk for message in messages), default=0),
    }


def facts(conversation: Conversation) -> dict[str, Any]:
    """What head and dialogs show."""
    rules = threads.close_rules(conversation.shop_id)
    return {
        "conversation": conversation,
        "colleagues": agents_of(conversation.shop_id),
        "presets": PRESETS.items(),
        "outcomes": Outcome.choices,
        "rules": rules,
        "causes": threads.causes_of(conversation.shop_id),
    }


def whole(request: PageRequest, conversation: Conversation) -> dict[str, Any]:
    """Everything a desk shows at once."""
    more = {"key": uuid.uuid4().hex, "unsent": threads.unsent_files(conversation, request.user)}
    return facts(conversation) | said(request, conversation) | more | {"most_files": MOST_FILES}


def render_thread(request: PageRequest, conversation: Conversation) -> HttpResponse:
    """The thread's fragment."""
    return render(request, "conversations/thread.html", said(request, conversation))


def render_done(request: PageRequest, conversation: Conversation) -> HttpResponse:
    """After a change of state: the head anew (without htmx: the page)."""
    if not request.htmx:
        return redirect("conversations:page", conversation.pk)
    changed = queries.access_conversation(request.user, conversation.pk)
    response = render(request, "conversations/head.html", facts(changed))
    return trigger_client_event(response, "goldseam:done", {"id": changed.pk, "status": changed.status})
