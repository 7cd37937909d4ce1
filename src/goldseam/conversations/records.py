"""Conversations as other systems tell them: records, checked and brought into one form."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from goldseam.commerce.records import BadRecord, storable
from goldseam.conversations.models import MessageRole, Outcome, Status

MAX_TEXT = 20_000
MAX_MESSAGES = 5_000
_BETWEEN_LABELS = re.compile("[,;|\uff0c\u3001\uff1b]")
_STATUSES = (str(Status.OPEN), str(Status.CLOSED))


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """Something said (with `is_note`, among colleagues only). `key` is the sender's own id of it; without
    one its place in the conversation is."""

    role: str
    text: str
    at: datetime | None = None
    key: str = ""
    remedy: str = ""
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A thread with its messages in order. `customer` and `order` are external ids; `status` (open or
    closed), `outcome`, `remedy` (codes) and `labels` (names of the shop's labels with commas or bars between)
    count for a conversation that is new here."""

    external_id: str
    messages: Sequence[MessageRecord] = ()
    customer: str = ""
    order: str = ""
    channel: str = "import"
    status: str = "open"
    created_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    remedy: str = ""
    labels: str = ""

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels' names, each once."""
        names = (" ".join(name.split()) for name in _BETWEEN_LABELS.split(self.labels))
        return tuple(dict.fromkeys(name for name in names if name))


def cleaned(record: ConversationRecord) -> ConversationRecord:
    """The record in canonical form, every message with a key and a time; raises `BadRecord`."""
    if not record.messages:
        raise BadRecord("messages", "A conversation needs a message.")
    if len(record.messages) > MAX_MESSAGES:
        raise BadRecord("messages", f"There are more than {MAX_MESSAGES} messages.")
    messages = [_message(message, index) for index, message in enumerate(record.messages)]
    _check_keys(messages)
    return dataclasses.replace(
        record,
        external_id=_text("external_id", record.external_id, 120, is_needed=True),
        customer=_text("customer", record.customer, 120),
        order=_text("order", record.order, 120),
        channel=_text("channel", record.channel, 20) or "import",
        status=_code("status", record.status, _STATUSES),
        outcome=_code("outcome", record.outcome, ("", *Outcome.values)),
        remedy=_text("remedy", record.remedy, 30),
        labels=_text("labels", record.labels, 1000),
        created_at=_moment("created_at", record.created_at),
        closed_at=_moment("closed_at", record.closed_at),
        messages=_timed(messages, record.created_at),
    )


def _message(message: MessageRecord, index: int) -> MessageRecord:
    path = f"messages[{index}]"
    text = storable(message.text or "").strip()
    if not text:
        raise BadRecord(f"{path}.text", "A message must not be empty.")
    if len(text) > MAX_TEXT:
        raise BadRecord(f"{path}.text", f"This is longer than {MAX_TEXT} characters.", text[:80] + "…")
    return MessageRecord(
        role=_code(f"{path}.role", message.role, tuple(MessageRole.values)),
        text=text,
        at=_moment(f"{path}.at", message.at),
        key=_text(f"{path}.key", message.key, 120) or str(index),
        remedy=_text(f"{path}.remedy", message.remedy, 30),
        is_note=message.is_note,
    )


def _check_keys(messages: Sequence[MessageRecord]) -> None:
    seen: set[str] = set()
    for index, message in enumerate(messages):
        if message.key in seen:
            raise BadRecord(f"messages[{index}].key", "Two messages have the same key.", message.key)
        seen.add(message.key)


def _timed(messages: Sequence[MessageRecord], created_at: datetime | None) -> tuple[MessageRecord, ...]:
    """A message without a time happened when the one before it did; the first, when the conversation
    began."""
    last = created_at
    timed = []
    for index, message in enumerate(messages):
        at = message.at or last
        if at is None:
            raise BadRecord(
                f"messages[{index}].at", "A message needs a time (or the conversation a beginning)."
            )
        timed.append(dataclasses.replace(message, at=at))
        last = at
    return tuple(timed)


def _text(field: str, value: Any, limit: int, *, is_needed: bool = False) -> str:
    if value is not None and not isinstance(value, str):
        raise BadRecord(field, "This must be text.", value)
    text = storable(value or "").strip()
    if len(text) > limit:
        raise BadRecord(field, f"This is longer than {limit} characters.", text[:80] + "…")
    if is_needed and not text:
        raise BadRecord(field, "This must not be empty.", value)
    return text


def _code(field: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise BadRecord(
            field, f"Unknown value {value!r}; allowed: {', '.join(filter(None, allowed))}.", value
        )
    return value


def _moment(field: str, value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise BadRecord(field, "This must be a moment with a time zone.", value)
    return value.astimezone(UTC)
