"""Reads about what hangs on a thread: files, who is there, how it may be closed, where it belongs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations.models import (
    Attachment,
    Cause,
    CloseRules,
    Conversation,
    ConversationLink,
    HeldReply,
    Mention,
    Merge,
    Message,
    MessageRole,
    Presence,
    Status,
    Survey,
)
from goldseam.core.errors import NotFound
from goldseam.people.queries import Role, available_agents, memberships_in

if TYPE_CHECKING:
    from goldseam.people.models import Agent

PRESENT = timedelta(seconds=35)
"""Who was not heard of for so long is no longer there."""
TYPING = timedelta(seconds=8)


def close_rules(shop_id: int) -> CloseRules:
    """What the shop asks at closing; nothing, when it never said."""
    return CloseRules.objects.filter(shop_id=shop_id).first() or CloseRules(shop_id=shop_id)


def causes_of(shop_id: int) -> list[Cause]:
    """The causes a shop chooses from, in its order."""
    return list(Cause.objects.filter(shop_id=shop_id, active=True))


def cause_name(shop_id: int, code: str) -> str:
    """What a cause is called; retired ones too."""
    found = Cause.objects.filter(shop_id=shop_id, code=code).values_list("name", flat=True).first()
    return found or code


def least_busy_lead(shop_id: int) -> Agent | None:
    """The lead (else the admin) with the fewest open conversations, somebody who is there before others."""
    people = [row for row in memberships_in(shop_id) if row.agent.is_active]
    leads = [row.agent for row in people if row.role == Role.LEAD]
    leads = leads or [row.agent for row in people if row.role == Role.ADMIN]
    if not leads:
        return None
    there = set(available_agents(shop_id).values_list("pk", flat=True))
    load = dict(
        Conversation.objects.filter(shop_id=shop_id, status=Status.OPEN, assignee__in=leads)
        .values_list("assignee")
        .annotate(number=Count("id"))
    )
    return min(leads, key=lambda one: (one.pk not in there, load.get(one.pk, 0), one.pk))


def access_attachment(agent: Agent, attachment_id: int) -> Attachment:
    """The gate: the file if it belongs to a shop of this person (an unsent one: if they uploaded it), else
    "not found"."""
    mine = Q(message__isnull=False) | Q(held__isnull=False) | Q(uploader=agent)
    return _attachment(mine, pk=attachment_id, shop__memberships__agent=agent)


def attachment_of_shop(shop_id: int, attachment_id: int) -> Attachment:
    """A file of a shop's conversation that is no private note's, for programs; else "not found"."""
    return _attachment(Q(message__isnull=False, message__is_note=False), pk=attachment_id, shop_id=shop_id)


def _attachment(condition: Q, **where: Any) -> Attachment:
    found = Attachment.objects.filter(condition, **where).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such file."))
    return found


def files_of(conversation_id: int) -> list[Attachment]:
    """All files of a conversation, sent or not, in the order in which they came."""
    return list(Attachment.objects.filter(conversation_id=conversation_id))


def unsent_files(conversation: Conversation, agent: Agent) -> list[Attachment]:
    """What a person uploaded here and did not send yet."""
    files = files_of(conversation.pk)
    return [file for file in files if file.is_unsent and file.uploader_id == agent.pk]


def held_replies(conversation_id: int) -> list[HeldReply]:
    """Replies that are about to go out, the oldest first."""
    rows = HeldReply.objects.filter(conversation_id=conversation_id).select_related("agent")
    return list(rows.order_by("created_at", "id"))


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody else who has the conversation open."""

    agent: Agent
    typing: bool


def others_present(conversation_id: int, agent: Agent) -> list[Present]:
    """Who else is here now, those who write first."""
    now = timezone.now()
    rows = (
        Presence.objects.filter(conversation_id=conversation_id, seen_at__gt=now - PRESENT)
        .exclude(agent=agent)
        .select_related("agent")
        .order_by("-typing", "agent__name")
    )
    return [Present(row.agent, row.typing and row.seen_at > now - 3 * TYPING) for row in rows]


def linked_to(conversation: Conversation) -> list[tuple[Conversation, bool]]:
    """Conversations that were linked to this one or split from it (True), newest first."""
    links = ConversationLink.objects.filter(Q(first=conversation) | Q(second=conversation))
    other = {(row.second_id if row.first_id == conversation.pk else row.first_id): row.split for row in links}
    rows = Conversation.objects.filter(pk__in=other).select_related("customer").defer("search")
    return [(row, other[row.pk]) for row in rows.order_by("-last_message_at")]


def could_join(conversation: Conversation, limit: int = 20) -> list[Conversation]:
    """The same customer's other conversations that were not merged, the latest first."""
    if conversation.customer_id is None:
        return []
    rows = Conversation.objects.filter(customer_id=conversation.customer_id, merged_into=None)
    return list(rows.exclude(pk=conversation.pk).defer("search").order_by("-last_message_at")[:limit])


def merge_of(conversation: Conversation, merge_id: int) -> Merge:
    """A merge into this conversation, else "not found"."""
    found = Merge.objects.select_related("source").filter(pk=merge_id, target=conversation).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such merge."))
    return found


def mentions_of(agent: Agent, shop_id: int, limit: int = 100) -> list[Mention]:
    """Notes of the shop that name a person, the latest first."""
    return list(
        Mention.objects.filter(agent=agent, message__conversation__shop_id=shop_id)
        .select_related("message__author", "message__conversation__customer")
        .defer("message__conversation__search")
        .order_by("-id")[:limit]
    )


def unseen_mentions(agent: Agent, shop_id: int) -> int:
    """How many notes name a person who has not opened them."""
    return Mention.objects.filter(agent=agent, message__conversation__shop_id=shop_id, seen_at=None).count()


def thread_id_of(conversation: Conversation) -> str:
    """Under which id the channel knows the thread in which the customer wrote last: the conversation's own,
    or that of the one it was merged from or split off."""
    last = (
        Message.objects.filter(conversation=conversation, role=MessageRole.CUSTOMER)
        .select_related("origin")
        .order_by("-at", "-id")
        .first()
    )
    return last.origin.external_id if last and last.origin else conversation.external_id


def surveys_of(conversation_ids: Iterable[int]) -> QuerySet[Survey]:
    """What customers were asked and answered, the latest first."""
    return Survey.objects.filter(conversation__in=conversation_ids).order_by("-sent_at")
