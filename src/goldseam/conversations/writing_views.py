"""Writing: a reply that can be taken back, a note, files, who else is here."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from goldseam.conversations import actions, presence, queries, threads
from goldseam.conversations.attaching import largest
from goldseam.conversations.desk import render_thread
from goldseam.conversations.forms import WriteForm, checked
from goldseam.conversations.models import Attachment, Conversation
from goldseam.conversations.seen import mark_seen
from goldseam.conversations.serving import serve
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest


@require_POST
def write(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Send a reply (or hold it for a moment, with `hold`) or keep a note; answers with the thread and the
    next message's key. When a colleague answered since the writer began, asks first."""
    conversation = queries.access_conversation(request.user, conversation_id)
    given = checked(WriteForm(request.POST))
    try:
        _write(conversation, request, given)
    except actions.AnsweredMeanwhile as second:
        if not request.htmx:
            raise
        response = HttpResponse(second.message, status=second.status, content_type="text/plain")
        detail = {"text": second.message, "answer": second.answer_id}
        return trigger_client_event(response, "goldseam:answered", detail)
    if not request.htmx:
        return redirect("conversations:page", conversation.pk)
    conversation.refresh_from_db(fields=["last_message_at"])
    mark_seen(conversation, request.user)
    response = render_thread(request, conversation)
    return trigger_client_event(response, "goldseam:sent", {"id": conversation.pk, "key": uuid.uuid4().hex})


def _write(conversation: Conversation, request: PageRequest, given: dict[str, Any]) -> None:
    agent, files = request.user, given["attached"]
    if given["kind"] == "note":
        actions.add_note(conversation, agent, given["text"], key=given["key"], files=files)
        return
    if given["seen"] and not given["anyway"]:
        actions.refuse_second_answer(conversation, agent, given["seen"])
    words: dict[str, Any] = {"key": given["key"], "remedy": given["remedy"], "files": files}
    words["override_reason"] = given["override_reason"]
    closing = None
    if given["then"] == "close":
        closing = actions.Closing(given["outcome"], given["cause"], given["note"])
    if given["hold"] or closing is not None:
        actions.hold_reply(conversation, agent, given["text"], closing=closing, **words)
    else:
        actions.send_reply(conversation, agent, given["text"], **words)


@require_POST
def release(request: PageRequest, conversation_id: int, held_id: int) -> HttpResponse:
    """The moment is over: send what was held (the job does the same a little later)."""
    conversation = queries.access_conversation(request.user, conversation_id)
    if held_id in {held.pk for held in threads.held_replies(conversation.pk)}:
        actions.release(held_id)
    return render_thread(request, conversation)


@require_POST
def take_back(request: PageRequest, conversation_id: int, held_id: int) -> HttpResponse:
    """The writer takes a reply back: its words and files go into the composer again."""
    conversation = queries.access_conversation(request.user, conversation_id)
    taken = actions.take_back(conversation, request.user, held_id)
    detail = {
        "id": conversation.pk,
        "text": taken.text,
        "remedy": taken.remedy,
        "key": uuid.uuid4().hex,
        "files": [_file_json(file) for file in taken.files],
    }
    # after the swap: the pressed button may be gone by then, and events of what is gone are not heard
    response = render_thread(request, conversation)
    return trigger_client_event(response, "goldseam:takenback", detail, after="swap")


@require_POST
def retry(request: PageRequest, conversation_id: int, message_id: int) -> HttpResponse:
    """Deliver a reply once more."""
    conversation = queries.access_conversation(request.user, conversation_id)
    actions.retry_delivery(conversation, message_id, actor=f"agent-{request.user.pk}")
    return render_thread(request, conversation)


@require_POST
def present(request: PageRequest, conversation_id: int) -> HttpResponse:
    """I am here (and write, or do not; or leave): answers with who else is. What is written stays in the
    browser."""
    conversation = queries.access_conversation(request.user, conversation_id)
    presence.note(conversation, request.user, request.POST.get("state", ""))
    actions.see_mentions(request.user, conversation.pk, conversation.shop_id)
    others = threads.others_present(conversation.pk, request.user)
    return render(request, "conversations/present.html", {"others": others})


@require_POST
def upload(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Take in one file; answers with what it was found to be, or why it is not taken."""
    conversation = queries.access_conversation(request.user, conversation_id)
    given = request.FILES.get("file")
    try:
        if given is None:
            raise DomainError(_("There is no file in this request."), field="file")
        if given.size is not None and given.size > largest():
            content = b"\0" * (largest() + 1)  # told in the same words, without reading it
        else:
            content = given.read()
        name = given.name or ""
        attachment = actions.upload(
            conversation, name, content, agent=request.user, actor=f"agent-{request.user.pk}"
        )
    except DomainError as error:
        return JsonResponse({"error": _(error.message)}, status=error.status)
    return JsonResponse(_file_json(attachment), status=201)


@require_POST
def discard(request: PageRequest, attachment_id: int) -> HttpResponse:
    """Take back a file that was not sent."""
    actions.discard(threads.access_attachment(request.user, attachment_id), request.user)
    return HttpResponse(status=204)


@require_GET
def attachment(request: PageRequest, attachment_id: int) -> HttpResponse:
    """A file's content; `?thumb` the small likeness of a picture."""
    row = threads.access_attachment(request.user, attachment_id)
    return serve(row, thumb="thumb" in request.GET)


def _file_json(row: Attachment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "size": row.size,
        "image": row.is_image,
    }
