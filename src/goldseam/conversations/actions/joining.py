"""Threads that belong together: merged into one (and apart again for a while), split, linked.

A merge moves the messages and leaves the source behind as a closed conversation that points to the target:
its id, its decisions and its audit trail stay, and what programs send to it arrives in the target. Each moved
message remembers where it was said (`origin`), so that undoing needs no list and repeats stay repeats."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.conversations import events, rows
from goldseam.conversations.models import (
    Attachment,
    Conversation,
    ConversationLink,
    HeldReply,
    Merge,
    Message,
    MessageRole,
    Status,
)
from goldseam.conversations.queries import family_of
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.core.events import emit
from goldseam.core.live import announce

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from goldseam.people.models import Agent

UNDO_MERGE = timedelta(hours=24)


def _pair(one_id: int, other_id: int) -> tuple[Conversation, Conversation]:
    """Both rows, locked in the order of their ids."""
    found = {pk: rows.locked(pk) for pk in sorted((one_id, other_id))}
    return found[one_id], found[other_id]


@transaction.atomic
def merge(source: Conversation, target: Conversation, agent: Agent) -> Merge:
    """Put a customer's conversation into another one of theirs. Refused while a reply is about to go out, or
    when a room that listens refuses it."""
    if source.pk == target.pk:
        raise DomainError(gettext_noop("Choose another conversation."), field="target")
    source, target = _pair(source.pk, target.pk)
    _may_merge(source, target)
    row = Merge.objects.create(
        source=source,
        target=target,
        agent=agent,
        at=timezone.now(),
        before={
            "status": source.status,
            "waiting_since": source.waiting_since.isoformat() if source.waiting_since else None,
            "target_status": target.status,
        },
    )
    _move(source, target)
    waiting = [moment for moment in (source.waiting_since, target.waiting_since) if moment]
    target.waiting_since = min(waiting) if waiting else None
    target.order_id = target.order_id or source.order_id
    if target.status != Status.OPEN and source.status == Status.OPEN:
        rows.set_open(target, f"agent-{agent.pk}")
    source.status, source.merged_into = Status.CLOSED, target
    source.closed_at, source.waiting_since, source.snoozed_until = row.at, None, None
    source.outcome = ""
    rows.save(source)
    _renew(target)
    details = {"merge": row.pk, "from": source.pk, "name": source.external_id}
    rows.tell_thread(target, "merged", details, f"Merged from {source.external_id}.")
    actor = f"agent-{agent.pk}"
    audit.record(
        source.shop_id, actor, "conversation.merged", rows.subject(source), after={"into": target.pk}
    )
    audit.record(
        target.shop_id, actor, "conversation.merged", rows.subject(target), after={"from": source.pk}
    )
    emit(events.ConversationsMerged(target.shop_id, target.pk, source.pk))
    return row


def _may_merge(source: Conversation, target: Conversation) -> None:
    if source.shop_id != target.shop_id:
        raise NotFound(gettext_noop("There is no such conversation."))
    if source.customer_id is None or source.customer_id != target.customer_id:
        raise Conflict(gettext_noop("Only conversations of the same customer can be merged."))
    if source.merged_into_id or target.merged_into_id:
        raise Conflict(gettext_noop("One of them was merged already."))
    if source.locked_at is not None:
        raise Conflict(gettext_noop("People may be in danger there: it stays a conversation of its own."))
    if HeldReply.objects.filter(conversation__in=(source, target)).exists():
        raise Conflict(gettext_noop("A reply is about to go out; try again in a few seconds."))


@transaction.atomic
def undo_merge(row: Merge, agent: Agent) -> None:
    """Take a merge apart again: what was said in the source, and what came in by it since, goes back. What
    was closed before is open now when the customer has written to it since."""
    source, target = _pair(row.source_id, row.target_id)
    row = Merge.objects.select_for_update().get(pk=row.pk)
    if row.undone_at is not None or source.merged_into_id != target.pk:
        raise Conflict(gettext_noop("This merge was undone already."))
    if timezone.now() - row.at > UNDO_MERGE:
        raise Conflict(gettext_noop("A merge can be undone for a day; split the conversation instead."))
    if target.merged_into_id is not None:
        raise Conflict(gettext_noop("Undo the later merge first."))
    _move_back(source, target)
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    source.merged_into = None
    source.status = Status.OPEN if row.before["status"] == Status.SNOOZED else row.before["status"]
    source.closed_at = None if source.status == Status.OPEN else source.closed_at
    actor = f"agent-{agent.pk}"
    if source.status == Status.CLOSED and _heard_since(source, row.at):
        rows.set_open(source, actor)
    for part in (source, target):
        _renew(part, waiting=True)
    details = {"merge": row.pk, "from": source.pk, "name": source.external_id}
    rows.tell_thread(target, "unmerged", details, f"{source.external_id} was taken out again.")
    for part in (source, target):
        audit.record(part.shop_id, actor, "conversation.unmerged", rows.subject(part))
        emit(events.ConversationsMerged(part.shop_id, part.pk, source.pk))


def _heard_since(source: Conversation, moment: datetime) -> bool:
    said = Message.objects.filter(conversation=source, role=MessageRole.CUSTOMER)
    return said.filter(at__gt=moment).exists()


def _move(source: Conversation, target: Conversation) -> None:
    """All messages of the source to the target; what was once said in the target comes home."""
    moving = Message.objects.filter(conversation=source).exclude(event__in=("merged", "unmerged"))
    _bring_home(moving.filter(origin=target), target)
    moving = Message.objects.filter(conversation=source).exclude(event__in=("merged", "unmerged"))
    _send_off(moving, source, target)


def _move_back(source: Conversation, target: Conversation) -> None:
    family = family_of(source.pk)
    moving = Message.objects.filter(conversation=target, origin__in=family)
    _bring_home(moving.filter(origin=source), source)
    rest = Message.objects.filter(conversation=target, origin__in=family)
    Attachment.objects.filter(message__in=rest).update(conversation=source)
    rest.update(conversation=source)


def stand_together(rows_of_a_room: QuerySet[Any], *conversation_ids: int) -> int:
    """Let rows of another room stand where the conversation went in which they were written (`home`), after
    a merge or its undoing: `conversation` is `home`, or what that was merged into. Says how many moved."""
    roots = Conversation.objects.filter(pk__in=conversation_ids, merged_into=None).values_list(
        "pk", flat=True
    )
    return sum(
        rows_of_a_room.filter(home__in=family_of(root)).exclude(conversation=root).update(conversation=root)
        for root in roots
    )


def _send_off(messages: object, source: Conversation, target: Conversation) -> None:
    """Give messages to another conversation; those said here take this one as their origin with them."""
    moving = Message.objects.filter(pk__in=list(_ids(messages)))
    Attachment.objects.filter(message__in=moving).update(conversation=target)
    own = moving.filter(origin=None)
    keyed = own.exclude(external_id=None)
    keyed.update(external_id=Concat(Value(rows.moved_key(source.pk, "")), "external_id"))
    ids = list(moving.values_list("pk", flat=True))
    own.update(origin=source)
    Message.objects.filter(pk__in=ids).update(conversation=target)


def _bring_home(messages: object, home: Conversation) -> None:
    """Messages that were said in `home` get their place and their keys back."""
    ids = list(_ids(messages))
    coming = Message.objects.filter(pk__in=ids)
    Attachment.objects.filter(message__in=coming).update(conversation=home)
    bare = Substr("external_id", len(rows.moved_key(home.pk, "")) + 1)
    keyed = coming.exclude(external_id=None)  # place and key at once: apart, either could meet another one
    keyed.update(origin=None, conversation=home, external_id=bare)
    coming.update(origin=None, conversation=home)


def _ids(messages: object) -> list[int]:
    return list(messages.values_list("pk", flat=True))  # type: ignore[attr-defined]


@transaction.atomic
def split(conversation: Conversation, message_id: int, agent: Agent) -> Conversation:
    """A new conversation with the same customer, from this message on. What programs send to the old one
    still arrives there; answers in the new one carry the old one's thread, so the channel delivers them."""
    conversation = rows.locked(conversation.pk)
    first = Message.objects.filter(pk=message_id, conversation=conversation).first()
    if first is None:
        raise NotFound(gettext_noop("There is no such message."))
    if HeldReply.objects.filter(conversation=conversation).exists():
        raise Conflict(gettext_noop("A reply is about to go out; try again in a few seconds."))
    said = Message.objects.filter(conversation=conversation, event="").order_by("at", "id")
    after = [m.pk for m in said if (m.at, m.pk) >= (first.at, first.pk)]
    if len(after) == said.count():
        raise Conflict(_("That is the first message: there would be nothing left here."))
    fresh = _opened_beside(conversation, first, agent)
    _send_off(Message.objects.filter(pk__in=after), conversation, fresh)
    ConversationLink.objects.create(first=conversation, second=fresh, split=True, agent=agent)
    for part in (conversation, fresh):
        _renew(part, waiting=True)
    details = {"to": fresh.pk, "name": fresh.external_id}
    rows.tell_thread(conversation, "split", details, f"Continued in {fresh.external_id}.")
    actor = f"agent-{agent.pk}"
    audit.record(
        conversation.shop_id,
        actor,
        "conversation.split",
        rows.subject(conversation),
        after={"to": fresh.pk, "messages": len(after)},
    )
    emit(events.ConversationSplit(conversation.shop_id, conversation.pk, fresh.pk))
    return fresh


def _opened_beside(conversation: Conversation, first: Message, agent: Agent) -> Conversation:
    base, number = conversation.external_id[:110], 2
    while Conversation.objects.filter(shop_id=conversation.shop_id, external_id=f"{base}~{number}").exists():
        number += 1
    fresh = Conversation.objects.create(
        shop_id=conversation.shop_id,
        external_id=f"{base}~{number}",
        customer_id=conversation.customer_id,
        channel=conversation.channel,
        assignee=agent,
        created_at=first.at,
        last_message_at=first.at,
    )
    rows.index(fresh, fresh.external_id, *rows.words_of(conversation.customer))
    return fresh


def _renew(conversation: Conversation, *, waiting: bool = False) -> None:
    """What the row repeats of its messages, anew; with `waiting`, also since when the customer waits."""
    said = Message.objects.filter(conversation=conversation, is_note=False).order_by("-at", "-id")
    last = said.first()
    if last is not None:
        conversation.last_message_at = last.at
        conversation.snippet = " ".join(last.text.split())[:160]
    if waiting and conversation.status == Status.OPEN:
        answered = said.exclude(role__in=(MessageRole.CUSTOMER, MessageRole.SYSTEM)).aggregate(at=Max("at"))[
            "at"
        ]
        unanswered = said.filter(role=MessageRole.CUSTOMER)
        if answered is not None:
            unanswered = unanswered.filter(at__gt=answered)
        first = unanswered.last()
        conversation.waiting_since = first.at if first else None
    rows.save(conversation)
    texts = said.values_list("text", flat=True)[:300]
    rows.index(conversation, *texts)


@transaction.atomic
def link(one: Conversation, other: Conversation, agent: Agent) -> None:
    """The two belong together; each shows the other. Linking twice changes nothing."""
    if one.pk == other.pk:
        raise DomainError(gettext_noop("Choose another conversation."), field="other")
    one, other = _pair(one.pk, other.pk)
    if one.shop_id != other.shop_id:
        raise NotFound(gettext_noop("There is no such conversation."))
    first, second = sorted((one, other), key=lambda row: row.pk)
    _row, created = ConversationLink.objects.get_or_create(
        first=first, second=second, defaults={"agent": agent}
    )
    if created:
        _told(one, other, agent, "conversation.linked")


@transaction.atomic
def unlink(one: Conversation, other: Conversation, agent: Agent) -> None:
    """They do not belong together after all."""
    one, other = _pair(one.pk, other.pk)
    first, second = sorted((one, other), key=lambda row: row.pk)
    if ConversationLink.objects.filter(first=first, second=second).delete()[0]:
        _told(one, other, agent, "conversation.unlinked")


def _told(one: Conversation, other: Conversation, agent: Agent, verb: str) -> None:
    for part, counterpart in ((one, other), (other, one)):
        audit.record(
            part.shop_id,
            f"agent-{agent.pk}",
            verb,
            rows.subject(part),
            after={"other": counterpart.pk},
        )
        announce(part.shop_id, f"{rows.subject(part)}-links")
