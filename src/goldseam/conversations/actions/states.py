"""Where a conversation stands: owner, sleep, close, reopen, alert seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations import events, rows
from goldseam.conversations.models import BotState, Conversation, Status
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.unit import unit_of_work

if TYPE_CHECKING:
    from goldseam.people.models import Agent


def hold(conversation_id: int) -> Conversation:
    """The conversation as it is now, kept from others until the caller's transaction ends: for rooms whose
    own writes must not cross a reply or a closing. With the shop, the customer and the assignee."""
    return rows.locked(conversation_id)


def hold_many(conversation_ids: Iterable[int]) -> list[Conversation]:
    """The same for many, in order of id, as everybody does who holds several."""
    return rows.locked_many(conversation_ids)


def hold_root(conversation: Conversation) -> Conversation:
    """The same for the conversation into which this one was merged; itself when it was not."""
    return rows.locked_root(conversation)


@unit_of_work()
def assign(conversation: Conversation, assignee: Agent | None, *, actor: str) -> None:
    """Give the conversation to a person of the shop, or to nobody."""
    conversation = rows.locked(conversation.pk)
    if assignee and not assignee.memberships.filter(shop_id=conversation.shop_id).exists():
        raise DomainError(gettext_noop("This person does not work for the shop."), field="assignee")
    if conversation.assignee_id == (assignee.pk if assignee else None):
        return
    before = conversation.assignee_id
    conversation.assignee = assignee
    if assignee and conversation.bot == BotState.SERVING:
        conversation.bot = ""
    rows.save(conversation, "assignee", "bot")
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


@unit_of_work()
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


@unit_of_work()
def reopen(conversation: Conversation, *, actor: str) -> None:
    """Take it back into the inbox; an open one stays as it is."""
    conversation = rows.locked(conversation.pk)
    if conversation.status == Status.OPEN:
        return
    rows.set_open(conversation, actor)
    rows.save(conversation, "status", "closed_at", "snoozed_until", "outcome")


@unit_of_work()
def wake(conversation_id: int, now: datetime) -> bool:
    """Bring a snoozed conversation back when its time has come; says whether it did."""
    conversation = rows.locked(conversation_id)
    due = conversation.snoozed_until is not None and conversation.snoozed_until <= now
    if conversation.status != Status.SNOOZED or not due:
        return False
    reopen(conversation, actor="clock")
    return True


@unit_of_work()
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
