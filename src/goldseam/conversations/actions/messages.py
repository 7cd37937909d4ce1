"""What is said: opening a thread, the customer's words, the answers, the notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from goldseam.conversations import events, rows
from goldseam.conversations.actions.attachments import claim, give, text_with
from goldseam.conversations.actions.mentions import mention
from goldseam.conversations.models import Conversation, Message, MessageRole, Status
from goldseam.core import audit
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.search import Terms
from goldseam.core.text import tokens
from goldseam.core.unit import keep, unit_of_work

if TYPE_CHECKING:
    from goldseam.commerce.models import Customer
    from goldseam.engine.facts import Conversation as Facts
    from goldseam.people.models import Agent, Shop

SIGNED_CHANNELS = ("email",)
"""Where a reply ends with its writer's signature; in a chat it would stand below every line."""


@transaction.atomic(savepoint=False)
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
        "search": lambda: Terms(tokens(" ".join((external_id, *rows.words_of(customer))))),
    }
    conversation, created = Conversation.objects.get_or_create(
        shop=shop, external_id=external_id, defaults=defaults
    )
    if created:
        keep(rows.in_hand(conversation.pk), conversation)
        audit.record(shop.pk, actor, "conversation.opened", rows.subject(conversation))
    elif customer is not None and conversation.customer_id is None:
        conversation.customer = customer
        conversation.save(update_fields=["customer"])
        rows.index(conversation, *rows.words_of(customer))
    return conversation


@unit_of_work()
def receive_message(
    conversation: Conversation,
    text: str,
    *,
    key: str | None = None,
    at: datetime | None = None,
    files: Sequence[int] = (),
) -> tuple[Message, bool]:
    """The customer says something. Returns the message and whether it is new: the same `key` again is
    the same message and changes nothing. A closed or snoozed conversation opens again; what comes in for a
    merged one stands where it was merged into. `files` are ids of uploaded attachments."""
    return _from_outside(conversation, MessageRole.CUSTOMER, text, key, at, files)


@unit_of_work()
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
    files: Sequence[int] = (),
) -> tuple[Message, bool]:
    """A message from outside, by whoever said it: the customer, or another desk's agent or bot. Opens
    the conversation when it is new. Returns the message and whether it is new."""
    conversation = open_conversation(
        shop, external_id, customer=customer, channel=channel, at=at, actor=actor
    )
    return _from_outside(conversation, MessageRole(role), text, key, at, files)


def _from_outside(
    came_by: Conversation,
    role: MessageRole,
    text: str,
    key: str | None,
    at: datetime | None,
    files: Sequence[int],
) -> tuple[Message, bool]:
    """Store what was said elsewhere where it belongs now, once, and tell of it."""
    conversation = rows.locked_root(came_by)
    if (known := rows.said(came_by, key)) is not None:
        return known, False
    attached = claim(conversation, files, None)
    origin = came_by if came_by.pk != conversation.pk else None
    message = rows.say(conversation, role, text_with(text, attached), key=key, at=at, origin=origin)
    give(attached, message=message, held=None)
    told = (conversation.shop_id, conversation.pk, message.pk, message.at)
    if role == MessageRole.CUSTOMER:
        if conversation.status != Status.OPEN:
            rows.set_open(conversation, "customer")
        conversation.waiting_since = conversation.waiting_since or message.at
        rows.touch(conversation, message)
        emit(events.MessageReceived(*told))
    elif role == MessageRole.SYSTEM:
        rows.touch(conversation, message)
    else:
        conversation.waiting_since = None
        rows.touch(conversation, message)
        emit(events.ReplyTakenIn(*told))
    message.conversation = rows.locked(conversation.pk)  # as it stands after all that followed
    return message, True


@unit_of_work()
def send_reply(
    conversation: Conversation,
    agent: Agent | None,
    text: str,
    *,
    key: str | None = None,
    remedy: str = "",
    override_reason: str = "",
    at: datetime | None = None,
    files: Sequence[int] = (),
    details: Mapping[str, Any] | None = None,
    facts: Facts | None = None,
) -> Message:
    """Answer the customer (as the bot when `agent` is None). An unassigned conversation becomes the
    writer's; `files` are ids of what the writer uploaded; `remedy` is the solution this answer carries out.
    Whoever listens to `ReplySubmitted` may refuse the words; `override_reason` is kept on the message that
    was sent in spite of the rules. `details` is what a door shows beside the text: `choices` (texts that
    answer with one touch), `links` ({title, url}), `ask` (the name of a form: "verify", "rate"). `facts` are
    those by which the words are judged, where the caller gathered them under the conversation's lock."""
    conversation = rows.locked(conversation.pk)
    known = rows.said(conversation, key)
    if known is not None:
        return known
    attached = claim(conversation, files, agent)
    text = rows.clean(signed(text_with(text, attached), conversation, agent))
    override_reason = override_reason.strip()[: rows.MAX_REASON]
    emit(
        events.ReplySubmitted(
            conversation.shop_id,
            conversation.pk,
            agent.pk if agent else None,
            text,
            remedy,
            override_reason,
            at,
            facts,
        )
    )
    conversation = rows.locked(conversation.pk)  # whoever listened may have written on it
    role = MessageRole.AGENT if agent else MessageRole.BOT
    message = rows.say(
        conversation,
        role,
        text,
        key=key,
        at=at,
        author=agent,
        remedy=remedy,
        override_reason=override_reason,
        details=details,
    )
    give(attached, message=message, held=None)
    _answered(conversation, agent, remedy)
    rows.touch(conversation, message)
    actor = f"agent-{agent.pk}" if agent else "bot"
    after = {"message": message.pk} | ({"override": override_reason} if override_reason else {})
    audit.record(conversation.shop_id, actor, "reply.sent", rows.subject(conversation), after=after)
    emit(events.ReplySent(conversation.shop_id, conversation.pk, message.pk, message.at))
    return message


def _answered(conversation: Conversation, agent: Agent | None, remedy: str) -> None:
    """What an answer makes of the conversation. The caller saves."""
    conversation.waiting_since = None
    if remedy:
        conversation.remedy = remedy
    if agent is not None:
        conversation.assignee = conversation.assignee or agent
        conversation.bot = ""
        rows.quiet_alert(conversation, agent)
    if conversation.status == Status.CLOSED:
        rows.set_open(conversation, str(agent))


def signed(text: str, conversation: Conversation, agent: Agent | None) -> str:
    """A reply as it leaves: with the writer's signature, where letters are written."""
    signature = agent.signature.strip() if agent and conversation.channel in SIGNED_CHANNELS else ""
    if not signature or not text.strip() or text.rstrip().endswith(signature):
        return text
    return f"{text.rstrip()}\n\n{signature}"


@unit_of_work()
def add_note(
    conversation: Conversation,
    agent: Agent,
    text: str,
    *,
    key: str | None = None,
    files: Sequence[int] = (),
) -> Message:
    """A remark that only colleagues see. Colleagues named with an @ find it among their mentions."""
    conversation = rows.locked(conversation.pk)
    if (known := rows.said(conversation, key)) is not None:
        return known
    attached = claim(conversation, files, agent)
    text = text_with(text, attached)
    message = rows.say(conversation, MessageRole.AGENT, text, key=key, at=None, author=agent, is_note=True)
    give(attached, message=message, held=None)
    mention(message, conversation.shop_id, agent)
    rows.index(conversation, text)
    audit.record(conversation.shop_id, f"agent-{agent.pk}", "note.added", rows.subject(conversation))
    announce(conversation.shop_id, rows.subject(conversation))
    emit(events.NoteAdded(conversation.shop_id, conversation.pk, message.pk))
    return message
