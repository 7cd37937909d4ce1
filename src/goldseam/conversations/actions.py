"""The writes of the inbox, as verbs: check, then do, in one transaction, then tell.

Every verb locks the conversation's row first, so two people (or a person and a message) who write at
once are put in order; what depends on the state is checked under that lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations import events, rows
from goldseam.conversations.models import Conversation, Message, MessageRole, Outcome, Status
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.search import add_terms_to_many
from goldseam.core.text import tokens

if TYPE_CHECKING:
    from goldseam.commerce.models import Customer
    from goldseam.people.models import Agent, Shop

MAX_TEXT = rows.MAX_TEXT
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
            rows.index(conversation, external_id, *rows.words_of(customer))
            audit.record(shop.pk, actor, "conversation.opened", rows.subject(conversation))
        elif customer is not None and conversation.customer_id is None:
            conversation.customer = customer
            conversation.save(update_fields=["customer"])
            rows.index(conversation, *rows.words_of(customer))
    return conversation


@transaction.atomic
def receive_message(
    conversation: Conversation, text: str, *, key: str | None = None, at: datetime | None = None
) -> tuple[Message, bool]:
    """The customer says something. Returns the message and whether it is new: the same `key` again is
    the same message and changes nothing. A closed or snoozed conversation opens again."""
    conversation = rows.locked(conversation.pk)
    message, created = rows.say(conversation, MessageRole.CUSTOMER, text, key=key, at=at)
    if not created:
        return message, False
    if conversation.status != Status.OPEN:
        rows.set_open(conversation, "customer")
    if conversation.waiting_since is None:
        conversation.waiting_since = message.at
    rows.touch(conversation, message)
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
    conversation = rows.locked(conversation.pk)
    message, created = rows.say(conversation, MessageRole(role), text, key=key, at=at)
    if created:
        if role != MessageRole.SYSTEM:
            conversation.waiting_since = None
        rows.touch(conversation, message)
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
    conversation = rows.locked(conversation.pk)
    role = MessageRole.AGENT if agent else MessageRole.BOT
    message, created = rows.say(conversation, role, text, key=key, at=at, author=agent, remedy=remedy)
    if not created:
        return message
    conversation.waiting_since = None
    if remedy:
        conversation.remedy = remedy
    if agent is not None:
        conversation.assignee = conversation.assignee or agent
        rows.quiet_alert(conversation, agent)
    if conversation.status == Status.CLOSED:
        rows.set_open(conversation, str(agent))
    rows.touch(conversation, message)
    actor = f"agent-{agent.pk}" if agent else "bot"
    audit.record(
        conversation.shop_id, actor, "reply.sent", rows.subject(conversation), after={"message": message.pk}
    )
    emit(events.ReplySent(conversation.shop_id, conversation.pk, message.pk))
    return message


@transaction.atomic
def add_note(conversation: Conversation, agent: Agent, text: str, *, key: str | None = None) -> Message:
    """A remark that only colleagues see."""
    conversation = rows.locked(conversation.pk)
    message, created = rows.say(
        conversation, MessageRole.AGENT, text, key=key, at=None, author=agent, is_note=True
    )
    if created:
        rows.index(conversation, text)
        audit.record(conversation.shop_id, f"agent-{agent.pk}", "note.added", rows.subject(conversation))
        announce(conversation.shop_id, rows.subject(conversation))
        emit(events.NoteAdded(conversation.shop_id, conversation.pk, message.pk))
    return message


@transaction.atomic
def assign(conversation: Conversation, assignee: Agent | None, *, actor: str) -> None:
    """Give the conversation to a person of the shop, or to nobody."""
    conversation = rows.locked(conversation.pk)
    if assignee and not assignee.memberships.filter(shop_id=conversation.shop_id).exists():
        raise DomainError(gettext_noop("This person does not work for the shop."), field="assignee")
    if conversation.assignee_id == (assignee.pk if assignee else None):
        return
    before = conversation.assignee_id
    conversation.assignee = assignee
    rows.save(conversation, "assignee")
    after = assignee.pk if assignee else None
    audit.record(
        conversation.shop_id,
        actor,
        "conversation.assigned",
        rows.subject(conversation),
        before={"assignee": before},
        after={"assignee": after},
    )
    emit(events.ConversationAssigned(conversation.shop_id, conversation.pk, after))


@transaction.atomic
def snooze(conversation: Conversation, until: datetime, *, actor: str) -> None:
    """Put it away until a moment in the future; a customer's message brings it back earlier."""
    if until <= timezone.now():
        raise DomainError(gettext_noop("Choose a time in the future."), field="until")
    conversation = rows.locked(conversation.pk)
    if conversation.status == Status.CLOSED:
        raise Conflict(gettext_noop("This conversation is closed; reopen it first."))
    conversation.status = Status.SNOOZED
    conversation.snoozed_until = until
    rows.save(conversation, "status", "snoozed_until")
    audit.record(
        conversation.shop_id,
        actor,
        "conversation.snoozed",
        rows.subject(conversation),
        after={"until": until.isoformat()},
    )
    emit(events.ConversationSnoozed(conversation.shop_id, conversation.pk))


@transaction.atomic
def close(conversation: Conversation, *, outcome: str = "", actor: str, at: datetime | None = None) -> None:
    """Say that it is done, and how it ended for the customer. Closing twice changes nothing."""
    if outcome and outcome not in Outcome.values:
        raise DomainError(gettext_noop("Unknown outcome."), field="outcome")
    conversation = rows.locked(conversation.pk)
    if conversation.status == Status.CLOSED:
        return
    conversation.status = Status.CLOSED
    conversation.closed_at = at or timezone.now()
    conversation.waiting_since = None
    conversation.snoozed_until = None
    conversation.outcome = outcome or Outcome.UNKNOWN
    if conversation.alerted_at and conversation.acknowledged_by_id is None:
        announce(conversation.shop_id, f"alert-{conversation.pk}")
    rows.save(conversation, "status", "closed_at", "waiting_since", "snoozed_until", "outcome")
    audit.record(
        conversation.shop_id,
        actor,
        "conversation.closed",
        rows.subject(conversation),
        after={"outcome": conversation.outcome},
    )
    emit(events.ConversationClosed(conversation.shop_id, conversation.pk))


@transaction.atomic
def reopen(conversation: Conversation, *, actor: str) -> None:
    """Take it back into the inbox; an open one stays as it is."""
    conversation = rows.locked(conversation.pk)
    if conversation.status == Status.OPEN:
        return
    rows.set_open(conversation, actor)
    rows.save(conversation, "status", "closed_at", "snoozed_until", "outcome")


@transaction.atomic
def wake(conversation_id: int, now: datetime) -> bool:
    """Bring a snoozed conversation back when its time has come; says whether it did."""
    conversation = rows.locked(conversation_id)
    due = conversation.snoozed_until is not None and conversation.snoozed_until <= now
    if conversation.status != Status.SNOOZED or not due:
        return False
    reopen(conversation, actor="clock")
    return True


@transaction.atomic
def acknowledge(conversation: Conversation, agent: Agent) -> None:
    """A person has seen the alert; the first one counts."""
    conversation = rows.locked(conversation.pk)
    if conversation.acknowledged_by_id is None:
        conversation.acknowledged_by = agent
        rows.save(conversation, "acknowledged_by")
        announce(conversation.shop_id, f"alert-{conversation.pk}")
        audit.record(
            conversation.shop_id, f"agent-{agent.pk}", "alert.acknowledged", rows.subject(conversation)
        )


@transaction.atomic
def record_triage(conversation: Conversation, triage: Triage) -> None:
    """Write the latest decision's columns. A person's correction of the issue stays. A conversation that
    becomes P0 or P1 (or rises to P0) raises an alert, once per rise."""
    conversation = rows.locked(conversation.pk)
    alert = _apply_triage(conversation, triage)
    if triage.order_id is not None and triage.order_id != conversation.order_id:
        conversation.order_id = triage.order_id
        if conversation.order is not None:
            rows.index(conversation, conversation.order.external_id)
    rows.save(conversation)
    if alert:
        announce(conversation.shop_id, f"alert-{conversation.pk}")
    emit(events.ConversationTriaged(conversation.shop_id, conversation.pk, triage.priority, alert))


@transaction.atomic
def record_triages(shop_id: int, triages: Mapping[int, Triage]) -> None:
    """The same for many conversations of a shop at once, by row id: a few statements for all."""
    found = list(Conversation.objects.select_for_update().filter(pk__in=triages).order_by("pk"))
    alerts = [row.pk for row in found if _apply_triage(row, triages[row.pk])]
    linked = [row for row in found if triages[row.pk].order_id not in (None, row.order_id)]
    for row in found:
        row.order_id = triages[row.pk].order_id or row.order_id
        row.version += 1
    Conversation.objects.bulk_update(found, [*_TRIAGE_COLUMNS, "order", "version"])
    numbers = {row.pk: row.order.external_id for row in linked if row.order is not None}
    if numbers:
        add_terms_to_many(Conversation, "search", {pk: tokens(number) for pk, number in numbers.items()})
    announce(shop_id, "inbox", *map(rows.subject, found), *(f"alert-{pk}" for pk in alerts))
    for row in found:
        emit(events.ConversationTriaged(shop_id, row.pk, row.priority, row.pk in alerts))


_TRIAGE_COLUMNS = (
    "issue",
    "issue_confidence",
    "emotion",
    "intensity",
    "risk_score",
    "risk_level",
    "priority",
    "handover",
    "alerted_at",
    "acknowledged_by",
)


def _apply_triage(conversation: Conversation, triage: Triage) -> bool:
    """Put the triage onto the row, but for the order; says whether it raises an alert."""
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
    if alert:
        conversation.alerted_at = timezone.now()
        conversation.acknowledged_by = None
    return alert


@transaction.atomic
def correct_issue(conversation: Conversation, issue: str, *, actor: str) -> str:
    """A person says what it really is; returns the former code."""
    conversation = rows.locked(conversation.pk)
    before = conversation.issue
    conversation.issue = issue
    conversation.issue_confidence = 1.0
    conversation.issue_corrected = True
    rows.save(conversation, "issue", "issue_confidence", "issue_corrected")
    audit.record(
        conversation.shop_id,
        actor,
        "issue.corrected",
        rows.subject(conversation),
        before={"issue": before},
        after={"issue": issue},
    )
    return before


def mark_signals(conversation: Conversation, marks: Mapping[int, list[tuple[int, int, str]]]) -> None:
    """Keep where the messages show danger signs: message id → (start, end, signal code)."""
    for message in conversation.messages.filter(Q(pk__in=marks) | ~Q(marks=[])):
        message.marks = [list(mark) for mark in marks.get(message.pk, [])]
        message.save(update_fields=["marks"])
