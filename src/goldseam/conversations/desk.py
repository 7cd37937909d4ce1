"""What the fragments of one conversation show: its thread, its head, its dialogs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import trigger_client_event

from goldseam.conversations import inbox, queries, threads
from goldseam.conversations.actions import SIGNED_CHANNELS, UNDO_MERGE
from goldseam.conversations.attaching import MOST_FILES
from goldseam.conversations.models import Conversation, Message, Outcome
from goldseam.conversations.screen import days_of
from goldseam.conversations.snoozing import PRESETS
from goldseam.people.queries import agents_of

if TYPE_CHECKING:
    from goldseam.core.http import PageRequest


def said(request: PageRequest, conversation: Conversation) -> dict[str, Any]:
    """The end of the thread by days, with what is about to go out and what waits to be sent."""
    given = request.GET.get("size", "")
    size = int(given) if given.isdecimal() and len(given) < 5 else inbox.THREAD
    size = min(max(size, inbox.THREAD), inbox.LONGEST_THREAD)
    messages, more = inbox.latest_messages(conversation.pk, size)
    held = threads.held_replies(conversation.pk)
    files = threads.files_of(conversation.pk)
    for message in messages:
        message.files = [file for file in files if file.message_id == message.pk]  # type: ignore[attr-defined]
    for reply in held:
        reply.files = [file for file in files if file.held_id == reply.pk]  # type: ignore[attr-defined]
    return {
        "conversation": conversation,
        "days": days_of(messages),
        "earlier": size + 8 * inbox.THREAD if more else None,
        "held": held,
        "unsent": [file for file in files if file.is_unsent and file.uploader_id == request.user.pk],
        "undoable": _undoable(messages),
        "newest": max((message.pk for message in messages), default=0),
    }


def _undoable(messages: list[Message]) -> set[int]:
    """Ids of the merges that the thread tells of and that can still be undone."""
    since = timezone.now() - UNDO_MERGE
    undone = {message.details.get("merge") for message in messages if message.event == "unmerged"}
    made = {m.details["merge"] for m in messages if m.event == "merged" and m.at > since}
    return made - undone


def dialogs(conversation: Conversation) -> dict[str, Any]:
    """What the sheets of a desk show."""
    return {
        "conversation": conversation,
        "colleagues": agents_of(conversation.shop_id),
        "presets": PRESETS.items(),
        "outcomes": Outcome.choices,
        "rules": threads.close_rules(conversation.shop_id),
        "causes": threads.causes_of(conversation.shop_id),
    }


def whole(request: PageRequest, conversation: Conversation) -> dict[str, Any]:
    """Everything a desk shows at once; its sheets come a moment later."""
    return said(request, conversation) | {
        "key": uuid.uuid4().hex,
        "most_files": MOST_FILES,
        "signed_channels": SIGNED_CHANNELS,
    }


def render_thread(request: PageRequest, conversation: Conversation) -> HttpResponse:
    """The thread's fragment."""
    return render(request, "conversations/thread.html", said(request, conversation))


def render_done(request: PageRequest, conversation: Conversation) -> HttpResponse:
    """After a change of state: the head anew (without htmx: the page)."""
    if not request.htmx:
        return redirect("conversations:page", conversation.pk)
    changed = queries.access_conversation(request.user, conversation.pk)
    response = render(request, "conversations/head.html", {"conversation": changed})
    return trigger_client_event(response, "goldseam:done", {"id": changed.pk, "status": changed.status})
