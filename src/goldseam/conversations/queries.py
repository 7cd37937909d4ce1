"""Reads of the inbox, and its gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop

from goldseam.conversations.labels import labels_of as labels_of  # other rooms find the labels here
from goldseam.conversations.models import Attachment, Conversation, Message, Outcome, Status, Survey
from goldseam.conversations.rows import in_hand, message_in_hand, moved_key
from goldseam.conversations.rows import root_of as root_of
from goldseam.conversations.snoozing import PRESETS as PRESETS  # other rooms find the presets here
from goldseam.conversations.snoozing import preset_moment as preset_moment
from goldseam.conversations.threads import attachment_of_shop as attachment_of_shop
from goldseam.conversations.threads import cause_name as cause_name
from goldseam.conversations.threads import causes_of as causes_of
from goldseam.conversations.threads import close_rules as close_rules
from goldseam.conversations.threads import surveys_of as surveys_of
from goldseam.conversations.threads import thread_id_of as thread_id_of
from goldseam.core.errors import NotFound
from goldseam.core.paging import decode_cursor, encode_cursor
from goldseam.core.search import TermQuery
from goldseam.core.text import query_tokens
from goldseam.core.unit import recall

if TYPE_CHECKING:
    from goldseam.people.models import Agent

OUTCOMES: tuple[str, ...] = tuple(Outcome.values)


def access_conversation(agent: Agent, conversation_id: int) -> Conversation:
    """The gate: the conversation if it belongs to a shop of this person, else "not found"."""
    conversation = (
        Conversation.objects.select_related("shop", "customer", "order", "assignee")
        .filter(pk=conversation_id, shop__memberships__agent=agent)
        .first()
    )
    if conversation is None:
        raise NotFound(gettext_noop("There is no such conversation."))
    return conversation


def conversation_by_id(conversation_id: int) -> Conversation:
    """For rooms and jobs that already hold an id of their own; not for requests of people. Where the unit of
    work holds it, the row in hand."""
    found: Conversation | None = recall(in_hand(conversation_id))
    return found or Conversation.objects.select_related("shop", "customer", "order").get(pk=conversation_id)


def family_of(conversation_id: int) -> list[int]:
    """The conversation, everything that was merged into it, and what was merged into that."""
    found = level = [conversation_id]
    while level:
        level = list(Conversation.objects.filter(merged_into__in=level).values_list("pk", flat=True))
        found = found + level
    return found


def locked_by_crisis(conversation_id: int) -> bool:
    """Whether a danger to people keeps machines from answering: no bot, no macro, no canned reply until a
    lead releases it."""
    return Conversation.objects.filter(pk=conversation_id, locked_at__isnull=False).exists()


def waiting_with_owner(shop_id: int, limit: int) -> list[Conversation]:
    """Open conversations that somebody has and whose customer waits, the longest waiting first."""
    rows = Conversation.objects.select_related("shop", "assignee").filter(
        shop_id=shop_id, status=Status.OPEN, assignee__isnull=False, waiting_since__isnull=False
    )
    return list(rows.order_by("waiting_since", "id")[:limit])


def spoken(conversation_id: int) -> QuerySet[Message]:
    """What the customer could read: everything but the notes."""
    return Message.objects.filter(conversation_id=conversation_id, is_note=False).order_by("at", "id")


def latest_spoken(conversation_id: int, limit: int) -> list[Message]:
    """The end of what `spoken` gives, in order of time."""
    return list(spoken(conversation_id).reverse()[:limit])[::-1]


@dataclass(frozen=True, slots=True)
class StaffWords:
    """What one of the shop's people (or the bot) wrote, to the customer or as a note."""

    text: str
    at: datetime
    is_note: bool


def staff_words_since(conversation_ids: Iterable[int], moment: datetime) -> dict[int, list[StaffWords]]:
    """What the shop's side wrote in these conversations since a moment, in order of time."""
    found: dict[int, list[StaffWords]] = {pk: [] for pk in conversation_ids}
    said = Message.objects.filter(conversation__in=found, at__gte=moment, role__in=("agent", "bot"))
    columns = said.order_by("at", "id").values_list("conversation_id", "text", "at", "is_note")
    for conversation_id, text, at, is_note in columns:
        found[conversation_id].append(StaffWords(text, at, is_note))
    return found


@dataclass(frozen=True, slots=True)
class RemedyOutcome:
    """How a remedy fared for an issue in closed conversations whose ending is known."""

    issue: str
    remedy: str
    tried: int
    worked: int


def remedy_outcomes(shop_id: int) -> list[RemedyOutcome]:
    """What worked in the shop, by issue and remedy, where the issue is known."""
    rows = (
        Conversation.objects.filter(shop_id=shop_id, status=Status.CLOSED)
        .exclude(Q(remedy="") | Q(issue=""))
        .exclude(outcome__in=["", Outcome.UNKNOWN])
        .values("issue", "remedy")
        .annotate(
            tried=Count("id"),
            worked=Count("id", filter=Q(outcome__in=[Outcome.SATISFIED, Outcome.ACCEPTED])),
        )
        .order_by("issue", "remedy")
    )
    return [RemedyOutcome(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Contacts:
    """How often a customer wrote: other conversations within 30 days, high-risk ones within 365."""

    month: int
    complaints: int


def contacts_of(customer_id: int, now: datetime, *, without: int) -> Contacts:
    """A customer's conversations up to `now` beside the one with the id `without`."""
    high = Q(created_at__gte=now - timedelta(days=365), risk_level__in=["high", "critical"])
    row = (
        Conversation.objects.filter(customer_id=customer_id, created_at__lte=now, merged_into=None)
        .exclude(pk=without)
        .aggregate(
            month=Count("id", filter=Q(created_at__gte=now - timedelta(days=30))),
            complaints=Count("id", filter=high),
        )
    )
    return Contacts(**row)


def search_filter(words: str) -> Q:
    """Conversations that hold all the words (Chinese by character pairs), an order number or a customer."""
    terms = query_tokens(words)
    if not terms:
        return Q()
    return Q(search=TermQuery(terms))


def due_snoozes(now: datetime, limit: int = 500) -> Sequence[int]:
    """Ids of conversations whose snooze has run out."""
    return list(
        Conversation.objects.filter(status=Status.SNOOZED, snoozed_until__lte=now)
        .order_by("snoozed_until")
        .values_list("pk", flat=True)[:limit]
    )


def find_conversation(shop_id: int, external_id: str) -> Conversation:
    """The shop's conversation with this id, for programs; the one it was merged into, if it was; else "not
    found"."""
    rows = Conversation.objects.select_related("shop", "customer", "order", "merged_into")
    conversation = rows.filter(shop_id=shop_id, external_id=external_id).first()
    if conversation is None:
        raise NotFound(gettext_noop("There is no such conversation."))
    root = root_of(conversation)
    return conversation if root is conversation else rows.get(pk=root.pk)


def page_by_id(
    shop_id: int, *, status: str | None, after: str | None, limit: int
) -> tuple[list[Conversation], str | None]:
    """A shop's conversations, newest first, and the cursor of the next page."""
    rows = Conversation.objects.select_related("customer", "order").filter(shop_id=shop_id).order_by("-id")
    if status:
        rows = rows.filter(status=status)
    if after:
        rows = rows.filter(pk__lt=decode_cursor(after, int)[0])
    page = list(rows[: limit + 1])
    following = encode_cursor([page[limit - 1].pk]) if len(page) > limit else None
    return page[:limit], following


def message_by_id(message_id: int) -> Message:
    """For rooms and jobs that already hold an id of their own; what was said in this unit of work is in
    hand."""
    found: Message | None = recall(message_in_hand(message_id))
    return found or Message.objects.prefetch_related("attachments").get(pk=message_id)


def message_json(message: Message) -> dict[str, Any]:
    """A message as programs see it."""
    return {
        "id": message.pk,
        "key": own_key(message),
        "role": message.role,
        "text": message.text,
        "at": message.at,
        "delivery": message.delivery,
        "attachments": [attachment_json(file) for file in message.attachments.all()],
    }


def attachment_json(file: Attachment) -> dict[str, Any]:
    """A file as programs see it."""
    return {
        "id": file.pk,
        "name": file.name,
        "type": file.media_type,
        "size": file.size,
        "url": f"/api/v1/attachments/{file.pk}",
    }


def message_of(conversation_id: int, message_id: int) -> Message:
    """What was said in a conversation and is no private note, else "not found"."""
    found = Message.objects.filter(pk=message_id, conversation_id=conversation_id, is_note=False).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such message."))
    return found


def own_key(message: Message) -> str | None:
    """The key under which the message was sent, without what a merge put before it."""
    if message.external_id is None or message.origin_id is None:
        return message.external_id
    return message.external_id.removeprefix(moved_key(message.origin_id, ""))


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """A conversation as programs see it: ids are the shop's own."""
    return {
        "id": conversation.external_id,
        "status": conversation.status,
        "channel": conversation.channel,
        "customer_id": conversation.customer.external_id if conversation.customer else None,
        "order_id": conversation.order.external_id if conversation.order else None,
        "created_at": conversation.created_at,
        "last_message_at": conversation.last_message_at,
        "waiting_since": conversation.waiting_since,
        "triage": {
            "issue": conversation.issue,
            "emotion": conversation.emotion,
            "intensity": conversation.intensity,
            "risk_score": conversation.risk_score,
            "risk_level": conversation.risk_level,
            "priority": conversation.priority,
            "handover": conversation.handover,
        },
    }


def conversations_by_ids(conversation_ids: Iterable[int]) -> QuerySet[Conversation]:
    """For rooms and jobs that already hold ids of their own; in order of id."""
    rows = Conversation.objects.select_related("shop", "customer")
    return rows.filter(pk__in=conversation_ids).order_by("pk")


def spoken_of_many(conversation_ids: Iterable[int]) -> dict[int, list[Message]]:
    """What `spoken` gives, for many conversations in one query."""
    found: dict[int, list[Message]] = {pk: [] for pk in conversation_ids}
    for message in Message.objects.filter(conversation__in=found, is_note=False).order_by("at", "id"):
        found[message.conversation_id].append(message)
    return found


@dataclass(frozen=True, slots=True)
class ContactHistory:
    """When a customer wrote, and how high the risk was: (row id, begun, risk level)."""

    contacts: list[tuple[int, datetime, str]]

    def until(self, now: datetime, *, without: int) -> Contacts:
        """The figures of `contacts_of`."""
        others = [(at, level) for pk, at, level in self.contacts if pk != without and at <= now]
        month, year = now - timedelta(days=30), now - timedelta(days=365)
        return Contacts(
            month=sum(1 for at, _ in others if at >= month),
            complaints=sum(1 for at, level in others if at >= year and level in ("high", "critical")),
        )


def contact_histories_of(customer_ids: Iterable[int]) -> dict[int, ContactHistory]:
    """The contacts of many customers, in one query."""
    found = {pk: ContactHistory([]) for pk in set(customer_ids)}
    rows = Conversation.objects.filter(customer__in=found, merged_into=None)
    for customer, pk, at, level in rows.values_list("customer_id", "pk", "created_at", "risk_level"):
        found[customer or 0].contacts.append((pk, at, level))
    return found


def closed_in_order(shop_id: int) -> QuerySet[Conversation]:
    """Every conversation of a shop that was brought to an end, in the order of closing."""
    rows = Conversation.objects.filter(shop_id=shop_id, status=Status.CLOSED, closed_at__isnull=False)
    return rows.filter(merged_into=None).select_related("shop", "customer").order_by("closed_at", "pk")


def endings_of(conversation_ids: Iterable[int]) -> dict[int, tuple[datetime | None, int | None]]:
    """When the first remedy was named, and the latest score a survey brought (1 to 5), for many at once."""
    found: dict[int, tuple[datetime | None, int | None]] = dict.fromkeys(conversation_ids, (None, None))
    given = Message.objects.filter(conversation__in=found, is_note=False).exclude(remedy="")
    for pk, at in given.order_by("-at", "-id").values_list("conversation_id", "at"):
        found[pk] = (at, None)
    answers = Survey.objects.filter(conversation__in=found, score__isnull=False).order_by("answered_at", "pk")
    for pk, score in answers.values_list("conversation_id", "score"):
        found[pk] = (found[pk][0], score)
    return found


def open_about(order_ids: Iterable[int], limit: int) -> list[int]:
    """Ids of the open conversations with the customers of these orders, the most urgent first."""
    rows = Conversation.objects.filter(status=Status.OPEN, customer__orders__in=order_ids)
    return list(rows.order_by("priority", "pk").values_list("pk", flat=True).distinct()[:limit])


def with_marks(conversation_ids: Iterable[int]) -> set[int]:
    """Which of the conversations have messages whose danger signs are marked."""
    marked = Message.objects.filter(conversation__in=conversation_ids).exclude(marks=[])
    return set(marked.values_list("conversation_id", flat=True))


def came_back(conversation_ids: set[int], days: int) -> set[int]:
    """Those of the conversations whose customer began another one about the same issue within some days."""
    rows = Conversation.objects.filter(pk__in=conversation_ids).exclude(customer=None).exclude(issue="")
    again = Conversation.objects.filter(
        customer=OuterRef("customer"),
        issue=OuterRef("issue"),
        created_at__gt=OuterRef("created_at"),
        created_at__lte=OuterRef("created_at") + timedelta(days=days),
    )
    return set(rows.filter(Exists(again)).values_list("pk", flat=True))


def recently_closed(shop_id: int, limit: int) -> list[Conversation]:
    """A shop's conversations that were closed last, the latest first."""
    rows = Conversation.objects.filter(shop_id=shop_id, status=Status.CLOSED, merged_into=None)
    return list(rows.select_related("shop", "customer").order_by("-closed_at", "-id")[:limit])
