"""Takes in whole conversations from elsewhere, in bulk and idempotently.

A conversation is found again by its id, a message by its key, so the same file twice changes nothing. A
known conversation only ever gains messages (and a customer or an order, where it has none): what was
said here, and whether it is open, is not undone by an import. One call is one transaction; importers of
one shop take turns. Everything new is told in one event, `ConversationsImported`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.db import transaction

from goldseam.commerce.actions import Outcome, Refusal, ensure_customers
from goldseam.commerce.importing.schema import Entity, FieldSchema, Schema, texts
from goldseam.commerce.queries import orders_by_number, words_of_customers
from goldseam.commerce.records import BadRecord
from goldseam.conversations import events
from goldseam.conversations.labels import MOST_ON_ONE, labels_by_name
from goldseam.conversations.models import Conversation, Message, MessageRole, Status
from goldseam.conversations.models import Outcome as Ending
from goldseam.conversations.records import ConversationRecord, MessageRecord, cleaned
from goldseam.core import audit
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.locks import take_turns
from goldseam.core.search import MAX_TERMS, add_terms_to_many
from goldseam.core.text import tokens

if TYPE_CHECKING:
    from goldseam.people.models import Shop

_BATCH = 2_000


@dataclass(slots=True)
class _Change:
    """What a record adds to its conversation."""

    record: ConversationRecord
    row: Conversation
    is_new: bool
    messages: list[MessageRecord] = field(default_factory=list)
    is_linked: bool = False


@dataclass(frozen=True, slots=True)
class _Links:
    """Row ids of the customers and orders that records name; an order with its customer's id."""

    customers: dict[str, int]
    orders: dict[str, tuple[int, int | None]]


def upsert_conversations(shop: Shop, records: Sequence[ConversationRecord], *, actor: str) -> Outcome:
    """Write what is new in the records. An unknown customer becomes a row with nothing but the id, an
    unknown order is left out."""
    labels = _labels(shop, records)
    good, refused = _checked(records, labels)
    if not good:
        return Outcome(refused=tuple(refused))
    with transaction.atomic():
        take_turns(f"conversations-{shop.pk}")
        changes = _changes(shop, good)
        for change in changes:
            if change.is_new:
                change.row.label_ids = sorted(labels[name] for name in change.record.label_names)
        if changes:
            _write(shop, changes, actor)
    created = sum(1 for change in changes if change.is_new)
    return Outcome(
        created=created,
        changed=len(changes) - created,
        unchanged=len(good) - len(changes),
        refused=tuple(refused),
    )


def _labels(shop: Shop, records: Sequence[ConversationRecord]) -> dict[str, int]:
    """The ids of the labels that the records name, by name; no query when there is none."""
    names = {name for record in records if isinstance(record.labels, str) for name in record.label_names}
    return {name: label.pk for name, label in labels_by_name(shop.pk, names).items()} if names else {}


def _check_labels(record: ConversationRecord, labels: dict[str, int]) -> None:
    names = record.label_names
    if len(names) > MOST_ON_ONE:
        raise BadRecord("labels", f"A conversation can carry {MOST_ON_ONE} labels.", record.labels)
    for name in names:
        if name not in labels:
            raise BadRecord("labels", f"The shop has no label named {name!r}; make it first.", name)


def _checked(
    records: Sequence[ConversationRecord], labels: dict[str, int]
) -> tuple[list[ConversationRecord], list[Refusal]]:
    """The good records (of one conversation twice in a call only the first) and the refused ones."""
    good: dict[str, ConversationRecord] = {}
    refused: list[Refusal] = []
    for index, record in enumerate(records):
        try:
            clean = cleaned(record)
            _check_labels(clean, labels)
            if clean.external_id in good:
                raise BadRecord("external_id", "Another conversation beside this one has the same id.")
            good[clean.external_id] = clean
        except BadRecord as error:
            refused.append(Refusal(index, error.field or "", error.message, error.value))
    return list(good.values()), refused


def _changes(shop: Shop, records: Sequence[ConversationRecord]) -> list[_Change]:
    """What the records add; known conversations are locked."""
    rows = {
        row.external_id: row
        for row in Conversation.objects.select_for_update()
        .filter(shop=shop, external_id__in=[record.external_id for record in records])
        .order_by("pk")  # whoever locks several rows does it in this order
    }
    known: dict[int, set[str | None]] = {row.pk: set() for row in rows.values()}
    for pk, key in Message.objects.filter(conversation__in=known).values_list("conversation", "external_id"):
        known[pk].add(key)
    links = _links(shop, records)
    changes = []
    for record in records:
        row = rows.get(record.external_id)
        if row is None:
            news = list(record.messages)
            change = _Change(record, _new_row(shop, record), is_new=True, messages=news)
        else:
            news = [message for message in record.messages if message.key not in known[row.pk]]
            change = _Change(record, row, is_new=False, messages=news)
        change.is_linked = _link(change, links)
        if change.is_new or change.messages or change.is_linked:
            _summarise(change)
            changes.append(change)
    return changes


def _links(shop: Shop, records: Sequence[ConversationRecord]) -> _Links:
    return _Links(
        customers=ensure_customers(shop, [record.customer for record in records]),
        orders=orders_by_number(shop.pk, [record.order for record in records if record.order]),
    )


def _link(change: _Change, links: _Links) -> bool:
    """Give the conversation its order and customer, where it has none; says whether it got one."""
    row, record = change.row, change.record
    order_id, buyer_id = links.orders.get(record.order, (None, None))
    customer_id = links.customers.get(record.customer, buyer_id)
    before = (row.customer_id, row.order_id)
    row.customer_id = row.customer_id or customer_id
    row.order_id = row.order_id or order_id
    return before != (row.customer_id, row.order_id)


def _new_row(shop: Shop, record: ConversationRecord) -> Conversation:
    moments = [cast(datetime, message.at) for message in record.messages]
    is_closed = record.status == Status.CLOSED
    return Conversation(
        shop=shop,
        external_id=record.external_id,
        channel=record.channel,
        status=record.status,
        created_at=record.created_at or min(moments),
        last_message_at=max(moments),
        closed_at=(record.closed_at or max(moments)) if is_closed else None,
        outcome=(record.outcome or Ending.UNKNOWN) if is_closed else "",
        remedy=record.remedy,
    )


def _summarise(change: _Change) -> None:
    """Bring the row's summary up to its messages: newest time, snippet, since when somebody waits."""
    row = change.row
    said = [message for message in change.messages if not message.is_note]
    for message in sorted(said, key=lambda m: cast(datetime, m.at)):
        at = cast(datetime, message.at)
        if at >= row.last_message_at or change.is_new:
            row.last_message_at = at
            row.snippet = " ".join(message.text.split())[:160]
            if message.role == MessageRole.CUSTOMER:
                row.waiting_since = row.waiting_since or at
            elif message.role != MessageRole.SYSTEM:
                row.waiting_since = None
    if row.status == Status.CLOSED:
        row.waiting_since = None


def _write(shop: Shop, changes: Sequence[_Change], actor: str) -> None:
    news = [change.row for change in changes if change.is_new]
    Conversation.objects.bulk_create(news, batch_size=_BATCH)
    known = [change.row for change in changes if not change.is_new]
    for row in known:
        row.version += 1
    columns = ["customer", "order", "last_message_at", "snippet", "waiting_since", "version"]
    Conversation.objects.bulk_update(known, columns, batch_size=_BATCH)
    Message.objects.bulk_create(
        [
            Message(
                conversation=change.row,
                external_id=message.key,
                role=message.role,
                text=message.text,
                at=cast(datetime, message.at),
                remedy=message.remedy,
                is_note=message.is_note,
            )
            for change in changes
            for message in change.messages
        ],
        batch_size=_BATCH,
        ignore_conflicts=True,  # a push may have brought the same key meanwhile
    )
    names = words_of_customers(change.row.customer_id for change in changes if change.row.customer_id)
    terms = {c.row.pk: _terms(c, names.get(c.row.customer_id or 0, ())) for c in changes}
    add_terms_to_many(Conversation, "search", terms)
    counts = {"created": len(news), "changed": len(known)}
    audit.record(shop.pk, actor, "conversations.imported", f"shop-{shop.pk}", after=counts)
    announce(shop.pk, "inbox", *(f"conversation-{row.pk}" for row in known))
    emit(events.ConversationsImported(shop.pk, tuple(change.row.pk for change in changes)))


def _terms(change: _Change, customer: Sequence[str]) -> list[str]:
    record = change.record
    words = [record.external_id, record.customer, record.order, *customer]
    found: dict[str, None] = {}
    for text in (*words, *(message.text for message in change.messages)):
        found.update(dict.fromkeys(tokens(text)))
    return list(found)[:MAX_TERMS]


CONVERSATION = Entity(
    schema=Schema(
        name="conversation",
        fields={
            **texts("external_id", "customer", "order", "channel", "remedy", "labels"),
            "status": FieldSchema("code", ("open", "closed")),
            "outcome": FieldSchema("code", tuple(Ending.values)),
            "created_at": FieldSchema("moment"),
            "closed_at": FieldSchema("moment"),
        },
        build=ConversationRecord,
        required=frozenset({"external_id"}),
        lists={
            "messages": Schema(
                name="messages",
                fields={
                    **texts("key", "text", "remedy"),
                    "role": FieldSchema("code", tuple(MessageRole.values)),
                    "at": FieldSchema("moment"),
                },
                build=MessageRecord,
                required=frozenset({"role", "text"}),
            )
        },
    ),
    store=upsert_conversations,
    batch=100,
)
"""What a mapping may tell of a conversation."""
