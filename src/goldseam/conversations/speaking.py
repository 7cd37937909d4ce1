"""Reads for whoever may answer without a person: who speaks in a conversation, and what waits for an
answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, Q
from django.utils import timezone

from goldseam.conversations.models import (
    BotState,
    Conversation,
    HeldReply,
    Message,
    MessageRole,
    Presence,
    Status,
)

_TYPES_FOR = timedelta(seconds=30)
_CHANNELS = 200


def person_at_work(conversation_id: int, since: datetime | None) -> bool:
    """Whether one of the shop's people wrote to the customer (after `since`), has a reply on its way, or
    types one right now."""
    written = Message.objects.filter(conversation_id=conversation_id, role=MessageRole.AGENT, is_note=False)
    if since is not None:
        written = written.filter(at__gt=since)
    held = HeldReply.objects.filter(conversation_id=conversation_id)
    fresh = timezone.now() - _TYPES_FOR
    typing = Presence.objects.filter(conversation_id=conversation_id, typing=True, seen_at__gte=fresh)
    at_work = Exists(written) | Exists(held) | Exists(typing)
    return Conversation.objects.filter(at_work, pk=conversation_id).exists()


def waiting_before(conversation: Conversation) -> int:
    """How many customers wait for a person before this one: with an urgency as high, or given over
    earlier."""
    rows = Conversation.objects.filter(
        shop_id=conversation.shop_id, status=Status.OPEN, waiting_since__isnull=False
    ).exclude(pk=conversation.pk)
    waiting = rows.filter(Q(bot=BotState.WANTED) | Q(bot=""))
    return waiting.filter(priority__lte=conversation.priority).count()


def channels_of(shop_id: int) -> list[str]:
    """The channels of a shop's latest conversations."""
    latest = Conversation.objects.filter(shop_id=shop_id).order_by("-last_message_at")[:_CHANNELS]
    return sorted(set(latest.values_list("channel", flat=True)))
