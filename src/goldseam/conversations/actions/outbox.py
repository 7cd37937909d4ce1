"""Replies that are held back for a moment, so that their writer can take them back.

A held reply is a row: it survives a reload, and a job sends it when its time is over even if the browser is
gone. Sending, taking back and the job meet at the conversation's lock; whoever comes second finds the row
gone and does nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.conversations import events, rows
from goldseam.conversations.actions.attachments import claim, give, text_with
from goldseam.conversations.actions.closing import close, may_close
from goldseam.conversations.actions.messages import send_reply
from goldseam.conversations.models import Attachment, Conversation, HeldReply, Message, MessageRole
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.core.events import emit
from goldseam.core.jobs import DEFAULT, defer
from goldseam.core.live import announce
from goldseam.core.unit import unit_of_work

if TYPE_CHECKING:
    from goldseam.people.models import Agent

UNDO = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Closing:
    """How a conversation is closed together with a reply."""

    outcome: str = ""
    cause: str = ""
    note: str = ""


class AnsweredMeanwhile(Conflict):
    """A colleague answered after the writer began."""

    code = "answered_meanwhile"

    def __init__(self, message: str, *, answer_id: int | None) -> None:
        super().__init__(message)
        self.answer_id = answer_id


@transaction.atomic
def hold_reply(
    conversation: Conversation,
    agent: Agent,
    text: str,
    *,
    key: str,
    remedy: str = "",
    override_reason: str = "",
    files: Sequence[int] = (),
    closing: Closing | None = None,
) -> HeldReply | None:
    """Keep a reply that goes out in a moment. All that may refuse it is asked now, while its writer looks
    (and again when it goes out). The same `key` again is the same reply; None when it was sent already."""
    conversation = rows.locked(conversation.pk)
    if rows.said(conversation, key) is not None:
        return None
    known = HeldReply.objects.filter(conversation=conversation, key=key).first()
    if known is not None:
        return known
    attached = claim(conversation, files, agent)
    text = rows.clean(text_with(text, attached))
    _try(conversation, agent, text, remedy, override_reason, closing)
    now = timezone.now()
    held = HeldReply.objects.create(
        conversation=conversation,
        agent=agent,
        key=key,
        text=text,
        remedy=remedy,
        override_reason=override_reason,
        then_close=asdict(closing) if closing else None,
        created_at=now,
        due_at=now + UNDO,
    )
    give(attached, message=None, held=held)
    defer("conversations.send_held", DEFAULT, held.due_at, held=held.pk)
    announce(conversation.shop_id, rows.subject(conversation))
    return held


def _try(
    conversation: Conversation,
    agent: Agent,
    text: str,
    remedy: str,
    override_reason: str,
    closing: Closing | None,
) -> None:
    """Ask everybody who may refuse; whatever they write is taken back, for nothing has happened yet."""
    if conversation.merged_into_id is not None:
        raise Conflict(gettext_noop("This conversation was merged into another one; write there."))
    with transaction.atomic():
        emit(
            events.ReplySubmitted(
                conversation.shop_id, conversation.pk, agent.pk, text, remedy, override_reason
            )
        )
        if closing is not None:
            may_close(conversation, **asdict(closing), agent_id=agent.pk)
        transaction.set_rollback(True)


def release(held_id: int, *, now: datetime | None = None) -> Message | None:
    """Send a held reply whose time is over (and close, if that was asked); None when there is nothing to
    send. A refusal is written on it, for its writer to see; it is not tried again by itself."""
    try:
        return _release(held_id, now or timezone.now())
    except DomainError as error:
        _note_refusal(held_id, _(error.message))
        return None


@unit_of_work()
def _release(held_id: int, now: datetime) -> Message | None:
    held = _locked(held_id)
    if held is None or held.error or held.due_at > now:
        return None
    files = [row.pk for row in held.attachments.all()]
    give(held.attachments.all(), message=None, held=None)
    message = send_reply(
        held.conversation,
        held.agent,
        held.text,
        key=held.key,
        remedy=held.remedy,
        override_reason=held.override_reason,
        files=files,
    )
    if held.then_close is not None:
        close(held.conversation, **held.then_close, actor=f"agent-{held.agent_id}")
    held.delete()
    return message


@transaction.atomic
def _note_refusal(held_id: int, message: str) -> None:
    held = _locked(held_id)
    if held is not None:
        held.error = message[:300]
        held.save(update_fields=["error"])
        announce(held.conversation.shop_id, rows.subject(held.conversation))


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a reply held, for the composer."""

    text: str
    remedy: str
    files: list[Attachment]


@transaction.atomic
def take_back(conversation: Conversation, agent: Agent, held_id: int) -> TakenBack:
    """The writer takes a held reply back; its files wait again. Too late once it went out."""
    rows.locked(conversation.pk)
    held = HeldReply.objects.filter(pk=held_id, conversation=conversation).first()
    if held is None:
        raise Conflict(gettext_noop("It has gone out already."))
    if held.agent_id != agent.pk:
        raise NotFound(gettext_noop("This reply was written by somebody else."))
    files = list(held.attachments.all())
    give(files, message=None, held=None)
    audit.record(conversation.shop_id, f"agent-{agent.pk}", "reply.taken_back", rows.subject(conversation))
    taken = TakenBack(held.text, held.remedy, files)
    held.delete()
    announce(conversation.shop_id, rows.subject(conversation))
    return taken


def _locked(held_id: int) -> HeldReply | None:
    """The held reply under its conversation's lock."""
    found = HeldReply.objects.filter(pk=held_id).values_list("conversation_id", flat=True).first()
    if found is None:
        return None
    rows.locked(found)
    return HeldReply.objects.select_related("conversation", "agent").filter(pk=held_id).first()


def refuse_second_answer(conversation: Conversation, agent: Agent, seen_id: int) -> None:
    """Raise AnsweredMeanwhile when a colleague answered, or is about to, after the message `seen_id`, which
    was the last one the writer had before them when they began."""
    answer = (
        conversation.messages.filter(role=MessageRole.AGENT, is_note=False, pk__gt=seen_id)
        .exclude(author=agent)
        .select_related("author")
        .order_by("-pk")
        .first()
    )
    held = conversation.held_replies.exclude(agent=agent).select_related("agent").first()
    if answer is None and held is None:
        return
    person = held.agent.name if held else (answer.author.name if answer and answer.author else _("Somebody"))
    at = held.created_at if held else (answer.at if answer else timezone.now())
    seconds = max(1, int((timezone.now() - at).total_seconds()))
    words = _("%(name)s answered %(n)s s ago.") if seconds < 120 else _("%(name)s answered %(m)s min ago.")
    raise AnsweredMeanwhile(
        words % {"name": person, "n": seconds, "m": seconds // 60}, answer_id=answer.pk if answer else None
    )


def overdue(now: datetime) -> list[int]:
    """Held replies that should have gone out a while ago, in case their job was lost."""
    late = HeldReply.objects.filter(due_at__lt=now - 6 * UNDO, error="")
    return list(late.values_list("pk", flat=True)[:200])
