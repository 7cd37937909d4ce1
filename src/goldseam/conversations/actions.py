"""The writes of the inbox, as verbs: check, then do, in one transaction, then tell.

Every verb locks the conversation's row first, so two people (or a person and a message) who write at
once are put in order; what depends on the state is checked under that lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from goldseam.conversations import events
from goldseam.conversations.models import Conversation, Message, MessageRole, Outcome, Status
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.search import add_terms
from goldseam.core.text import tokens

if TYPE_CHECKING:
    from goldseam.commerce.models import Customer, Order
    from goldseam.people.models import Agent, Shop

MAX_TEXT = 20_000
_ALERT_PRIORITIES = ("P0", "P1")


@dataclass(frozen=True, slots=True)
class Triage:
    """What the copilot writes onto a conversation; codes of the taxonomy."""

    issue: str
    issue_confidence: float
    emotion: str
    intensity: int
    risk_score: float
    risk_level: str
    priority: str
    handover: str
    order_id: int | None


def open_conversation(
    shop: Shop,
    external_id: str,
    *,
    customer: Customer | None = None,
    channel: str = "api",
    at: datetime | None = None,
    actor: str,
) -> Conversation:
    """The conversation with this id in the shop, made if it is new (safe when two callers race)."""
    moment = at or timezone.now()
    defaults = {
        "customer": customer,
        "channel": channel,
        "created_at": moment,
        "last_message_at": moment,
    }
    with transaction.atomic():
        conversation, created = Conversation.objects.get_or_create(
            shop=shop, external_id=external_id, defaults=defaults
        )
        if created:
            _index(conversation, external_id, customer.name if customer else "")
            audit.record(shop.pk, actor, "conversation.opened", _subject(conversation))
        elif customer is not None and conversation.customer_id is None:
            conversation.customer = customer
            conversation.save(update_fields=["customer"])
            _index(conversation, customer.name)
    return conversation


@transaction.atomic
def receive_message(
    conversation: Conversation, text: str, *, key: str | None = None, at: datetime | None = None
) -> tuple[Message, bool]:
    """The customer says something. Returns the message and whether it is new: the same `key` again is
    the same message and changes nothing. A closed or snoozed conversation opens again."""
    conversation = _locked(conversation.pk)
    message, created = _say(conversation, MessageRole.CUSTOMER, text, key=key, at=at)
    if not created:
        return message, False
    if conversation.status != Status.OPEN:
        _reopen(conversation, "customer")
    if conversation.waiting_since is None:
        conversation.waiting_since = message.at
    _touch(conversation, message)
    emit(events.MessageReceived(conversation.shop_id, conversation.pk, message.pk))
    return message, True


@transaction.atomic
def take_in(
    shop: Shop,
    external_id: str,
    role: str,
    text: str,
    *,
    customer: Customer | None,
    channel: str,
    key: str | None,
    at: datetime | None,
    actor: str,
) -> tuple[Message, bool]:
    """A message from outside, by whoever said it: the customer, or another desk's agent or bot. Opens
    the conversation when it is new. Returns the message and whether it is new."""
    conversation = open_conversation(
        shop, external_id, customer=customer, channel=channel, at=at, actor=actor
    )
    if role == MessageRole.CUSTOMER:
        return receive_message(conversation, text, key=key, at=at)
    conversation = _locked(conversation.pk)
    message, created = _say(conversation, MessageRole(role), text, key=key, at=at)
    if created:
        if role != MessageRole.SYSTEM:
            conversation.waiting_since = None
        _touch(conversation, message)
    return message, created


@transaction.atomic
def send_reply(
    conversation: Conversation,
    agent: Agent | None,
    text: str,
    *,
    key: str | None = None,
    remedy: str = "",
    at: datetime | None = None,
) -> Message:
    """Answer the customer (as the bot when `agent` is None). An unassigned conversation becomes the
    writer's; `remedy` is the solution this answer carries out."""
    conversation = _locked(conversation.pk)
    role = MessageRole.AGENT if agent else MessageRole.BOT
    message, created = _say(conversation, role, text, key=key, at=at, author=agent, remedy=remedy)
    if not created:
        return message
    conversation.waiting_since = None
    if remedy:
        conversation.remedy = remedy
    if agent is not None and conversation.assignee_id is None:
        conversation.assignee = agent
    if conversation.status == Status.CLOSED:
        _reopen(conversation, str(agent))
    _touch(conversation, message)
    actor = f"agent-{agent.pk}" if agent else "bot"
    audit.record(
        conversation.shop_id, actor, "reply.sent", _subject(conversation), after={"message": message.pk}
    )
    emit(events.ReplySent(conversation.shop_id, conversation.pk, message.pk))
    return message


@transaction.atomic
def add_note(conversation: Conversation, agent: Agent, text: str, *, key: str | None = None) -> Message:
    """A remark that only colleagues see."""
    conversation = _locked(conversation.pk)
    message, created = _say(
        conversation, MessageRole.AGENT, text, key=key, at=None, author=agent, is_note=True
    )
    if created:
        _index(conversation, text)
        audit.record(conversation.shop_id, f"agent-{agent.pk}", "note.added", _subject(conversation))
        announce(conversation.shop_id, _subject(conversation))
        emit(events.NoteAdded(conversation.shop_id, conversation.pk, message.pk))
    return message


@transaction.atomic
def assign(conversation: Conversation, assignee: Agent | None, *, actor: str) -> None:
    """Give the conversation to a person of the shop, or to nobody."""
    conversation = _locked(conversation.pk)
    if assignee and not assignee.memberships.filter(shop_id=conversation.shop_id).exists():
        raise DomainError("This person does not work for the shop.", field="assignee")
    if conversation.assignee_id == (assignee.pk if assignee else None):
        return
    before = conversation.assignee_id
    conversation.assignee = assignee
    _save(conversation, "assignee")
    after = assignee.pk if assignee else None
    audit.record(
        conversation.shop_id,
        actor,
        "conversation.assigned",
        _subject(conversation),
        before={"assignee": before},
        after={"assignee": after},
    )
    emit(events.ConversationAssigned(conversation.shop_id, conversation.pk, after))


@transaction.atomic
def snooze(conversation: Conversation, until: datetime, *, actor: str) -> None:
    """Put it away until a moment in the future; a customer's message brings it back earlier."""
    if until <= timezone.now():
        raise DomainError("Choose a time in the future.", field="until")
    conversation = _locked(conversation.pk)
    if conversation.status == Status.CLOSED:
        raise Conflict("This conversation is closed; reopen it first.")
    conversation.status = Status.SNOOZED
    conversation.snoozed_until = until
    _save(conversation, "status", "snoozed_until")
    audit.record(
        conversation.shop_id,
        actor,
        "conversation.snoozed",
        _subject(conversation),
        after={"until": until.isoformat()},
    )
    emit(events.ConversationSnoozed(conversation.shop_id, conversation.pk))


@transaction.atomic
def close(conversation: Conversation, *, outcome: str = "", actor: str, at: datetime | None = None) -> None:
    """Say that it is done, and how it ended for the customer. Closing twice changes nothing."""
    if outcome and outcome not in Outcome.values:
        raise DomainError("Unknown outcome.", field="outcome")
    conversation = _locked(conversation.pk)
    if conversation.status == Status.CLOSED:
        return
    conversation.status = Status.CLOSED
    conversation.closed_at = at or timezone.now()
    conversation.waiting_since = None
    conversation.snoozed_until = None
    conversation.outcome = outcome or Outcome.UNKNOWN
    _save(conversation, "status", "closed_at", "waiting_since", "snoozed_until", "outcome")
    audit.record(
        conversation.shop_id,
        actor,
        "conversation.closed",
        _subject(conversation),
        after={"outcome": conversation.outcome},
    )
    emit(events.ConversationClosed(conversation.shop_id, conversation.pk))


@transaction.atomic
def reopen(conversation: Conversation, *, actor: str) -> None:
    """Take it back into the inbox; an open one stays as it is."""
    conversation = _locked(conversation.pk)
    if conversation.status == Status.OPEN:
        return
    _reopen(conversation, actor)
    _save(conversation, "status", "closed_at", "snoozed_until", "outcome")


@transaction.atomic
def acknowledge(conversation: Conversation, agent: Agent) -> None:
    """A person has seen the alert; the first one counts."""
    conversation = _locked(conversation.pk)
    if conversation.acknowledged_by_id is None:
        conversation.acknowledged_by = agent
        _save(conversation, "acknowledged_by")
        audit.record(conversation.shop_id, f"agent-{agent.pk}", "alert.acknowledged", _subject(conversation))


@transaction.atomic
def record_triage(conversation: Conversation, triage: Triage) -> None:
    """Write the latest decision's columns. A person's correction of the issue stays. A conversation that
    becomes P0 or P1 (or rises to P0) raises an alert, once per rise."""
    conversation = _locked(conversation.pk)
    rises = triage.priority in _ALERT_PRIORITIES and (
        conversation.alerted_at is None or triage.priority < conversation.priority
    )
    alert = rises and conversation.status == Status.OPEN
    if not conversation.issue_corrected:
        conversation.issue = triage.issue
        conversation.issue_confidence = triage.issue_confidence
    conversation.emotion = triage.emotion
    conversation.intensity = triage.intensity
    conversation.risk_score = triage.risk_score
    conversation.risk_level = triage.risk_level
    conversation.priority = triage.priority
    conversation.handover = triage.handover
    if triage.order_id is not None:
        conversation.order_id = triage.order_id
    if alert:
        conversation.alerted_at = timezone.now()
        conversation.acknowledged_by = None
    _save(conversation)
    if alert:
        announce(conversation.shop_id, f"alert-{conversation.pk}")
    emit(events.ConversationTriaged(conversation.shop_id, conversation.pk, triage.priority, alert))


@transaction.atomic
def correct_issue(conversation: Conversation, issue: str, *, actor: str) -> str:
    """A person says what it really is; returns the former code."""
    conversation = _locked(conversation.pk)
    before = conversation.issue
    conversation.issue = issue
    conversation.issue_confidence = 1.0
    conversation.issue_corrected = True
    _save(conversation, "issue", "issue_confidence", "issue_corrected")
    audit.record(
        conversation.shop_id,
        actor,
        "issue.corrected",
        _subject(conversation),
        before={"issue": before},
        after={"issue": issue},
    )
    return before


def link_order(conversation: Conversation, order: Order) -> None:
    """Make the order findable through the conversation's search."""
    _index(conversation, order.external_id)


def _locked(conversation_id: int) -> Conversation:
    return Conversation.objects.select_for_update().get(pk=conversation_id)


def _say(
    conversation: Conversation,
    role: MessageRole,
    text: str,
    *,
    key: str | None,
    at: datetime | None,
    author: Agent | None = None,
    remedy: str = "",
    is_note: bool = False,
) -> tuple[Message, bool]:
    if not text.strip():
        raise DomainError("The message is empty.", field="text")
    if len(text) > MAX_TEXT:
        raise DomainError(f"The message is longer than {MAX_TEXT} characters.", field="text")
    text = text.replace("\x00", "")
    fields = {
        "role": role,
        "text": text,
        "at": at or timezone.now(),
        "author": author,
        "remedy": remedy,
        "is_note": is_note,
    }
    if key is None:
        return Message.objects.create(conversation=conversation, **fields), True
    try:
        with transaction.atomic():
            return Message.objects.get_or_create(conversation=conversation, external_id=key, defaults=fields)
    except IntegrityError:
        return Message.objects.get(conversation=conversation, external_id=key), False


def _touch(conversation: Conversation, message: Message) -> None:
    """After a message: newest time, snippet, search words."""
    conversation.last_message_at = max(conversation.last_message_at, message.at)
    conversation.snippet = " ".join(message.text.split())[:160]
    _save(conversation)
    _index(conversation, message.text)


def _reopen(conversation: Conversation, actor: str) -> None:
    conversation.status = Status.OPEN
    conversation.closed_at = None
    conversation.snoozed_until = None
    conversation.outcome = ""
    audit.record(conversation.shop_id, actor, "conversation.reopened", _subject(conversation))
    emit(events.ConversationReopened(conversation.shop_id, conversation.pk))


def _save(conversation: Conversation, *fields: str) -> None:
    conversation.version += 1
    columns = [f.name for f in Conversation._meta.concrete_fields if f.name not in ("id", "search")]
    conversation.save(update_fields=[*fields, "version"] if fields else columns)
    announce(conversation.shop_id, _subject(conversation), "inbox")


def _index(conversation: Conversation, *texts: str) -> None:
    """Add the texts' terms to the search column, up to a bound that one thread cannot exceed."""
    terms = tokens(" ".join(texts))
    if terms:
        add_terms(Conversation, "search", conversation.pk, terms)


def _subject(conversation: Conversation) -> str:
    return f"conversation-{conversation.pk}"
