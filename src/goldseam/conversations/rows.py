"""How a conversation's row is written: locked, saved with a new version, indexed, told to open browsers.

Only the room's own verbs use this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations import events
from goldseam.conversations.models import Conversation, Message, MessageRole, Status
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.search import WithTerms
from goldseam.core.text import tokens
from goldseam.core.unit import held, keep, recall

if TYPE_CHECKING:
    from goldseam.commerce.models import Customer
    from goldseam.people.models import Agent

MAX_TEXT = 20_000
MAX_REASON = 500
_TOUCHED = (
    "last_message_at",
    "snippet",
    "waiting_since",
    "remedy",
    "assignee",
    "bot",
    "acknowledged_by",
    "status",
    "closed_at",
    "snoozed_until",
    "outcome",
)
"""What a message may change."""
_WRITTEN_APART = ("id", "search", "sla_due_at", "sla_kind", "sla_state")
"""What `save` without named columns leaves alone: others write it beside the row that is in hand."""


def words_of(customer: Customer | None) -> tuple[str, ...]:
    """What of a customer the conversation's search finds."""
    return (customer.name, customer.phone, customer.external_id) if customer else ()


def quiet_alert(conversation: Conversation, agent: Agent) -> None:
    """Whoever answers has seen the alert. The caller saves."""
    if conversation.alerted_at and conversation.acknowledged_by_id is None:
        conversation.acknowledged_by = agent
        announce(conversation.shop_id, f"alert-{conversation.pk}")


def locked(conversation_id: int) -> Conversation:
    """The row as it is now, kept from others until the transaction ends. In a unit of work it is read once,
    and whoever asks gets the same object: since it is locked, nobody outside can write it."""
    return held(in_hand(conversation_id), lambda: _lockable().get(pk=conversation_id))


def locked_many(conversation_ids: Iterable[int]) -> list[Conversation]:
    """The same for many, in order of id, as everybody does who locks several."""
    wanted = set(conversation_ids)
    known = {pk: row for pk in wanted if (row := recall(in_hand(pk))) is not None}
    missing = wanted - known.keys()
    read = _lockable().filter(pk__in=missing).order_by("pk") if missing else ()
    rows = sorted([*known.values(), *read], key=attrgetter("pk"))
    return [keep(in_hand(row.pk), row) for row in rows]


def _lockable() -> QuerySet[Conversation]:
    related = Conversation.objects.select_related("shop", "customer", "assignee")
    return related.select_for_update(of=("self",))


def in_hand(conversation_id: int) -> tuple[str, int]:
    """Under which key a unit of work remembers a conversation that it holds."""
    return ("conversation", conversation_id)


def message_in_hand(message_id: int) -> tuple[str, int]:
    """The same for a message that was said in it."""
    return ("message", message_id)


def agent_of(actor: str) -> int | None:
    """The id of the person whom an actor's name means ("agent-7"); None for programs and the clock."""
    kind, _, number = actor.partition("-")
    return int(number) if kind == "agent" and number.isdecimal() else None


def clean(text: str) -> str:
    """The words as they are stored; refused when there are none or far too many."""
    if not text.strip():
        raise DomainError(gettext_noop("The message is empty."), field="text")
    if len(text) > MAX_TEXT:
        raise DomainError(f"The message is longer than {MAX_TEXT} characters.", field="text")
    return text.replace("\x00", "")


def moved_key(origin_id: int, key: str) -> str:
    """Under which key a message is kept that was said in another conversation than it stands in."""
    return f"~{origin_id}~{key}"


def said(conversation: Conversation, key: str | None) -> Message | None:
    """The message that was stored under this key before, wherever it stands now. Asked before `say`, under
    the same lock: what comes twice is one message."""
    if key is None:
        return None
    here = Q(conversation=conversation, external_id=key)
    moved = Q(origin=conversation, external_id=moved_key(conversation.pk, key))
    return Message.objects.filter(here | moved).first()


def root_of(conversation: Conversation) -> Conversation:
    """Where a merged conversation's messages stand now; itself when it was not merged."""
    while conversation.merged_into is not None:
        conversation = conversation.merged_into
    return conversation


def locked_root(conversation: Conversation) -> Conversation:
    """The row of `root_of`, locked."""
    root = root_of(conversation)
    while (row := locked(root.pk)).merged_into_id is not None:  # merged while we waited
        root = root_of(row)
    return row


def say(
    conversation: Conversation,
    role: MessageRole,
    text: str,
    *,
    key: str | None,
    at: datetime | None,
    author: Agent | None = None,
    remedy: str = "",
    override_reason: str = "",
    is_note: bool = False,
    origin: Conversation | None = None,
    details: Mapping[str, Any] | None = None,
) -> Message:
    """Store a message in the locked conversation; the caller has seen that nothing was `said` under the key.
    `origin` is the conversation it came in by, when that was merged into this one; `details` is what a door
    shows beside the text."""
    if conversation.merged_into_id is not None:
        raise Conflict(gettext_noop("This conversation was merged into another one; write there."))
    message = Message.objects.create(
        conversation=conversation,
        external_id=moved_key(origin.pk, key) if origin and key is not None else key,
        role=role,
        text=clean(text),
        at=at or timezone.now(),
        author=author,
        remedy=remedy,
        override_reason=override_reason,
        is_note=is_note,
        origin=origin,
        details=dict(details or {}),
    )
    return keep(message_in_hand(message.pk), message)


def tell_thread(conversation: Conversation, event: str, details: dict[str, Any], text: str) -> Message:
    """A line of the thread about itself, for colleagues only. `text` says it in plain words to programs."""
    return Message.objects.create(
        conversation=conversation,
        role=MessageRole.SYSTEM,
        is_note=True,
        text=text,
        at=timezone.now(),
        event=event,
        details=details,
    )


def touch(conversation: Conversation, message: Message) -> None:
    """After a message: newest time, snippet, search words."""
    conversation.last_message_at = max(conversation.last_message_at, message.at)
    conversation.snippet = " ".join(message.text.split())[:160]
    save(conversation, *_TOUCHED, words=message.text)


def set_open(conversation: Conversation, actor: str) -> None:
    """Open again, audited and told. The caller saves."""
    if conversation.merged_into_id is not None:
        raise Conflict(gettext_noop("This conversation was merged into another one."))
    conversation.status = Status.OPEN
    conversation.closed_at = None
    conversation.snoozed_until = None
    conversation.outcome = ""
    audit.record(conversation.shop_id, actor, "conversation.reopened", subject(conversation))
    emit(events.ConversationReopened(conversation.shop_id, conversation.pk))


def save(conversation: Conversation, *fields: str, words: str = "") -> None:
    """Write these columns (all, without any named) with the next version, let the row be found by the words,
    and announce it."""
    conversation.version += 1
    columns = [f.name for f in Conversation._meta.concrete_fields if f.name not in _WRITTEN_APART]
    _write(conversation, [*fields, "version"] if fields else columns, words)
    announce(conversation.shop_id, subject(conversation), "inbox")


def index(conversation: Conversation, *texts: str) -> None:
    """Let the row be found by the texts, up to a bound that one thread cannot exceed."""
    _write(conversation, [], " ".join(texts))


def _write(conversation: Conversation, columns: list[str], words: str) -> None:
    terms = tokens(words)
    if terms:
        conversation.search = WithTerms("search", terms)
        columns = [*columns, "search"]
    if columns:
        conversation.save(update_fields=columns)


def subject(conversation: Conversation) -> str:
    """The name of a conversation in the audit trail and in live updates."""
    return f"conversation-{conversation.pk}"
