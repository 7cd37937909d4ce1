"""What the copilot's latest decision writes onto conversations, and the person's word against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goldseam.conversations import events, rows
from goldseam.conversations.models import BotState, Conversation, Message, Status
from goldseam.core import audit
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.search import add_terms_to_many
from goldseam.core.text import tokens
from goldseam.core.unit import unit_of_work

if TYPE_CHECKING:
    from goldseam.commerce.models import Order

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
    liable_party: str = ""


@transaction.atomic(savepoint=False)
def record_triage(conversation: Conversation, triage: Triage, order: Order | None = None) -> None:
    """Write the latest decision's columns. A person's correction of the issue stays. A conversation that
    becomes P0 or P1 (or rises to P0) raises an alert, once per rise. `order` is the row that the triage
    names."""
    conversation = rows.locked(conversation.pk)
    before = _decides_times(conversation)
    alert = _apply_triage(conversation, triage)
    number = ""
    if order is not None and order.pk != conversation.order_id:
        conversation.order, number = order, order.external_id
    rows.save(conversation, *_TRIAGE_COLUMNS, "order", words=number)
    if alert:
        announce(conversation.shop_id, f"alert-{conversation.pk}")
    is_other = before != _decides_times(conversation)
    emit(events.ConversationTriaged(conversation.shop_id, conversation.pk, triage.priority, alert, is_other))


@unit_of_work()
def record_triages(shop_id: int, triages: Mapping[int, Triage]) -> None:
    """The same for many conversations of a shop at once, by row id: a few statements for all."""
    found = rows.locked_many(triages)
    before = {row.pk: _decides_times(row) for row in found}
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
        is_other = before[row.pk] != _decides_times(row)
        emit(events.ConversationTriaged(shop_id, row.pk, row.priority, row.pk in alerts, is_other))


def _decides_times(row: Conversation) -> tuple[str, str]:
    """What of a triage other rooms' tables look at."""
    return row.issue, row.priority


_TRIAGE_COLUMNS = (
    "issue",
    "issue_confidence",
    "emotion",
    "intensity",
    "risk_score",
    "risk_level",
    "priority",
    "handover",
    "liable_party",
    "alerted_at",
    "acknowledged_by",
)


def _apply_triage(conversation: Conversation, triage: Triage) -> bool:
    """Put the triage onto the row, but for the order; says whether it raises an alert. A person's priority
    stays, unless there is what cannot wait."""
    if conversation.priority_corrected and triage.priority != "P0":
        triage = replace(triage, priority=conversation.priority)
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
    if triage.handover or conversation.bot != BotState.WANTED:
        conversation.handover = triage.handover
    conversation.liable_party = triage.liable_party
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


def mark_signals(messages: Iterable[Message], marks: Mapping[int, list[tuple[int, int, str]]]) -> None:
    """Keep where these messages show danger signs: message id → (start, end, signal code)."""
    for message in messages:
        found = [list(mark) for mark in marks.get(message.pk, [])]
        if message.marks != found:
            message.marks = found
            message.save(update_fields=["marks"])
