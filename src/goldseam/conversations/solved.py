"""Reads for learning from threads: what customers opened with, and how agents answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from goldseam.conversations.models import Conversation, Message, MessageRole, Outcome, Status

_SOLVED = (Outcome.SATISFIED, Outcome.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a thread: who said it, and what."""

    message_id: int
    role: str
    text: str


def active_since(shop_id: int, moment: datetime, after_id: int, limit: int) -> list[Conversation]:
    """Conversations with something new since a moment (the one with the id `after_id` was the last that was
    seen at it), the oldest news first."""
    later = Q(last_message_at__gt=moment) | Q(last_message_at=moment, pk__gt=after_id)
    rows = Conversation.objects.filter(later, shop_id=shop_id, merged_into=None).select_related("customer")
    return list(rows.defer("search").order_by("last_message_at", "pk")[:limit])


def lines_of(conversation_ids: Iterable[int]) -> dict[int, list[Line]]:
    """What was said in these threads, without notes, in order of time; one query."""
    found: dict[int, list[Line]] = {pk: [] for pk in conversation_ids}
    rows = Message.objects.filter(conversation__in=found, is_note=False).order_by("at", "id")
    for conversation_id, pk, role, text in rows.values_list("conversation_id", "pk", "role", "text"):
        found[conversation_id].append(Line(pk, role, text))
    return found


def opening_of(lines: Iterable[Line]) -> str:
    """What the customer said before anybody answered."""
    said = []
    for line in lines:
        if line.role == MessageRole.CUSTOMER:
            said.append(line.text)
        elif said and line.role in (MessageRole.AGENT, MessageRole.BOT):
            break
    return "\n".join(said)


def answers_in(lines: Iterable[Line]) -> list[Line]:
    """What agents said after the customer's first words."""
    asked, said = False, []
    for line in lines:
        asked = asked or line.role == MessageRole.CUSTOMER
        if asked and line.role == MessageRole.AGENT:
            said.append(line)
    return said


def solved_among(conversation_ids: Iterable[int]) -> list[Conversation]:
    """Those of them that are closed and ended well, the latest first."""
    rows = Conversation.objects.filter(
        pk__in=set(conversation_ids), status=Status.CLOSED, outcome__in=_SOLVED
    ).select_related("customer")
    return list(rows.defer("search").order_by("-closed_at", "-pk"))
