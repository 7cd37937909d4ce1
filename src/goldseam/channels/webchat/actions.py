"""What visitors do: come in, write, prove who they are, read, leave an address; and what comes back to them.

Words go through the inbox's own verbs. Each visitor is written under its row's lock, so two tabs that begin
at once begin one conversation."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.channels.webchat import queries
from goldseam.channels.webchat.mailing import RESUME_FOR, RESUME_SALT, mail_is_on
from goldseam.channels.webchat.models import Door, Visitor
from goldseam.channels.webchat.origins import is_allowed, origin_of
from goldseam.commerce.actions import customer_of_token, prove_order
from goldseam.conversations import actions as inbox
from goldseam.conversations.queries import spoken
from goldseam.core import audit
from goldseam.core.errors import DomainError, NotAllowed, NotFound
from goldseam.core.files import read_picture
from goldseam.core.jobs import DEFAULT, defer
from goldseam.core.live import announce

if TYPE_CHECKING:
    from goldseam.commerce.models import Customer
    from goldseam.conversations.models import Attachment, Conversation, Message

CHANNEL = "webchat"
MAX_TEXT = 4000
ADOPT = timedelta(days=30)
"""So old a conversation of a proven customer may be to go on in another browser."""
AWAY = timedelta(minutes=3)
"""Who has not read a reply for so long is told by mail."""
FORGOTTEN, NEVER_WROTE = timedelta(days=180), timedelta(days=2)


def come_in(door: Door, language: str, page: str) -> tuple[Visitor, str]:
    """A new visitor and their token, which is told this once."""
    token = "gv_" + secrets.token_urlsafe(32)
    visitor = Visitor.objects.create(
        door=door,
        token_hash=queries.hidden(token),
        language=language,
        page=_page(door, page),
        seen_at=timezone.now(),
    )
    return visitor, token


def _page(door: Door, page: str) -> str:
    """Where the chat stood, if that is one of the door's pages: links in mails lead there."""
    whole = page.partition("#")[0]
    origin = origin_of(whole)
    return whole if origin and len(whole) <= 500 and is_allowed(origin, door.origins, "") else ""


@transaction.atomic
def come_back(door: Door, link: str, language: str) -> tuple[Visitor, str]:
    """A visitor who goes on from a mail's link, with what the one who left it had. Raises NotAllowed when the
    link is not ours or over."""
    try:
        claims = signing.loads(link, salt=RESUME_SALT, max_age=RESUME_FOR)
    except signing.BadSignature as error:
        raise NotAllowed(
            gettext_noop("This link is over. Please write to us anew."), code="link_over"
        ) from error
    old = Visitor.objects.filter(pk=claims["visitor"], conversation=claims["conversation"], door=door).first()
    if old is None:
        raise NotAllowed(gettext_noop("This link is over. Please write to us anew."), code="link_over")
    visitor, token = come_in(door, language, old.page)
    for name in ("conversation", "customer", "proven_by", "email", "read_id"):
        setattr(visitor, name, getattr(old, name))
    visitor.save()
    audit.record(door.shop_id, "customer", "visitor.came_back", f"conversation-{claims['conversation']}")
    return visitor, token


def _locked(visitor: Visitor) -> Visitor:
    rows = Visitor.objects.select_for_update(of=("self",))
    return rows.select_related("door__shop", "conversation", "customer").get(pk=visitor.pk)


def _conversation(visitor: Visitor) -> Conversation:
    """The visitor's conversation, begun when there is none. The caller holds the visitor's lock."""
    if visitor.conversation is None:
        visitor.conversation = inbox.open_conversation(
            visitor.door.shop,
            f"chat-{secrets.token_hex(6)}",
            customer=visitor.customer,
            channel=CHANNEL,
            actor="customer",
        )
        visitor.save(update_fields=["conversation"])
    return visitor.conversation


@transaction.atomic
def say(visitor: Visitor, text: str, key: str, files: Sequence[int]) -> tuple[Message, bool]:
    """The visitor's words, once per key. Returns the message and whether it is new."""
    if len(text) > MAX_TEXT:
        raise DomainError(gettext_noop("This message is too long; please send it in parts."), field="text")
    visitor = _locked(visitor)
    message, created = inbox.receive_message(_conversation(visitor), text, key=f"v-{key}", files=files)
    Visitor.objects.filter(pk=visitor.pk).update(typing_at=None)
    return message, created


def send_picture(visitor: Visitor, name: str, content: bytes) -> Attachment:
    """Keep a picture for a message that follows; what it is, its content says."""
    try:
        picture = read_picture(content)
    except ValueError:
        picture = None
    if picture is None:
        raise DomainError(
            gettext_noop("Only pictures can be sent here (JPEG, PNG, GIF, WebP)."),
            code="file_refused",
            field="file",
        )
    with transaction.atomic():
        conversation = _conversation(_locked(visitor))
    return inbox.upload(conversation, name, content, agent=None, actor="customer")


def note_typing(visitor: Visitor, *, typing: bool) -> None:
    """The visitor writes, or stopped; agents are told when that is new."""
    now = timezone.now()
    was = visitor.typing_at is not None and visitor.typing_at > now - queries.TYPING
    Visitor.objects.filter(pk=visitor.pk).update(typing_at=now if typing else None)
    thread = queries.thread_of(visitor)
    if thread is not None and was is not typing:
        announce(thread.shop_id, f"typing-{thread.pk}")


def note_delivered(messages: Sequence[Message]) -> None:
    """These are in the visitor's browser now."""
    for message in messages:
        if message.role in ("agent", "bot") and message.delivery not in ("delivered", "read"):
            inbox.record_delivery(message.pk, "delivered")


@transaction.atomic
def note_read(visitor: Visitor, message_id: int) -> None:
    """The visitor has seen everything up to this message."""
    visitor = _locked(visitor)
    thread = queries.thread_of(visitor)
    if thread is None or message_id <= visitor.read_id:
        return
    newest = spoken(thread.pk).filter(pk__lte=message_id).order_by("-pk").values_list("pk", flat=True).first()
    if newest is None or newest <= visitor.read_id:
        return
    replies = spoken(thread.pk).filter(role__in=("agent", "bot"), pk__gt=visitor.read_id, pk__lte=newest)
    visitor.read_id = newest
    visitor.save(update_fields=["read_id"])
    for number in replies.values_list("pk", flat=True):
        inbox.record_delivery(number, "read")


def prove_by_token(visitor: Visitor, token: str) -> Visitor:
    """The shop's page says who it is."""
    customer = customer_of_token(visitor.door.shop, token)
    if visitor.customer_id == customer.pk and visitor.proven_by == "token":
        return visitor
    return _prove(visitor, customer, "token")


def prove_by_order(visitor: Visitor, number: str, phone_tail: str, *, who: str) -> Visitor:
    """The visitor proves an order of theirs. `who` is the address they call from. Where a talk goes on, it
    is said in it, so that whoever asked for the proof can go on."""
    order = prove_order(visitor.door.shop, number, phone_tail, who=who)
    if order.customer is None:
        raise NotFound(gettext_noop("There is no such order."))
    with transaction.atomic():
        visitor = _prove(visitor, order.customer, "order")
        if visitor.conversation is not None:
            with translation.override(visitor.language):
                said = _("It is about order {number}.").format(number=order.external_id)
            inbox.receive_message(visitor.conversation, said, key=f"proof-{order.pk}")
    return visitor


@transaction.atomic
def _prove(visitor: Visitor, customer: Customer, how: str) -> Visitor:
    """From now on the visitor is this customer. What somebody else said in the same browser stays with them:
    then a new conversation begins."""
    visitor = _locked(visitor)
    owners = {visitor.customer_id, visitor.conversation.customer_id if visitor.conversation else None}
    if owners - {None, customer.pk}:
        _leave_behind(visitor)
    visitor.customer, visitor.proven_by = customer, how
    if visitor.conversation is None and how == "token":
        visitor.conversation = _latest(visitor, customer)
    visitor.save()
    subject = f"customer-{customer.pk}"
    audit.record(visitor.door.shop_id, "customer", "visitor.proven", subject, after={"by": how})
    if visitor.conversation is not None:
        own = visitor.conversation
        inbox.open_conversation(
            visitor.door.shop, own.external_id, customer=customer, channel=CHANNEL, actor="customer"
        )
        thread = queries.thread_of(visitor) or own
        announce(thread.shop_id, f"conversation-{thread.pk}", "inbox")
    return visitor


def _leave_behind(visitor: Visitor) -> None:
    """Keep what somebody else said in this browser apart: as a browser that nobody can open any more, so that
    replies still find them by mail, and the shop's token their words. The caller saves."""
    Visitor.objects.create(
        door=visitor.door,
        token_hash=queries.hidden(secrets.token_urlsafe(32)),
        language=visitor.language,
        conversation=visitor.conversation,
        customer=visitor.customer,
        proven_by=visitor.proven_by,
        email=visitor.email,
        page=visitor.page,
        read_id=visitor.read_id,
        seen_at=visitor.seen_at,
    )
    visitor.conversation, visitor.read_id, visitor.email = None, 0, ""


def _latest(visitor: Visitor, customer: Customer) -> Conversation | None:
    """The customer's chat in another browser where the shop's page had said, too, who it is."""
    rows = Visitor.objects.filter(door=visitor.door, customer=customer, proven_by="token")
    rows = rows.filter(conversation__last_message_at__gt=timezone.now() - ADOPT)
    found = rows.select_related("conversation").order_by("-conversation__last_message_at").first()
    return found.conversation if found else None


@transaction.atomic
def leave_address(visitor: Visitor, email: str) -> Visitor:
    """Where replies go when the visitor is away; empty takes it back."""
    if not mail_is_on(visitor.door):
        raise DomainError(gettext_noop("This shop does not answer by e-mail."), code="no_mail")
    email = email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise DomainError(
                gettext_noop("This is no complete e-mail address, such as name@example.com."), field="email"
            ) from error
    visitor = _locked(visitor)
    visitor.email = email
    visitor.save(update_fields=["email"])
    conversation = f"conversation-{visitor.conversation_id or 0}"
    verb = "visitor.left_address" if email else "visitor.took_address_back"
    audit.record(visitor.door.shop_id, "customer", verb, conversation)
    if visitor.conversation_id:
        announce(visitor.door.shop_id, f"typing-{visitor.conversation_id}")
    return visitor


def rate(visitor: Visitor, message_id: int, score: int, reason: str, comment: str) -> None:
    """How it was, for the question that a message asks."""
    thread = queries.thread_of(visitor)
    survey = thread and queries.survey_asked_by(thread.pk, message_id)
    if not survey:
        raise NotFound(gettext_noop("This question is over. Thank you all the same."))
    inbox.answer_survey(survey, score, reason, comment)


def follow_reply(event: Any) -> None:
    """A reply, or a survey's question, lies ready for the visitor: it counts as sent. Whoever left an address
    is told by mail, unless they read it first."""
    visitors = queries.visitors_of(event.conversation_id)
    if not visitors:
        return
    inbox.record_delivery(event.message_id, "sent")
    if any(row.email and mail_is_on(row.door) for row in visitors):
        defer("webchat.letter", DEFAULT, timezone.now() + AWAY, message=event.message_id)


def forget_visitors() -> int:
    """Remove visitors who never wrote and went, and those who were not there for half a year."""
    now = timezone.now()
    silent = Visitor.objects.filter(conversation=None, seen_at__lt=now - NEVER_WROTE)
    gone = Visitor.objects.filter(seen_at__lt=now - FORGOTTEN)
    return silent.delete()[0] + gone.delete()[0]


__all__ = [
    "CHANNEL",
    "come_back",
    "come_in",
    "follow_reply",
    "forget_visitors",
    "leave_address",
    "note_delivered",
    "note_read",
    "note_typing",
    "prove_by_order",
    "prove_by_token",
    "rate",
    "say",
    "send_picture",
]
