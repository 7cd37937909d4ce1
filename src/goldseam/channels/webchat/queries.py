"""Reads of doors, visitors, and of a conversation as its customer may see it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.channels.webchat.models import Door, Visitor
from goldseam.channels.webchat.origins import is_allowed
from goldseam.channels.webchat.words import widget_words
from goldseam.conversations import queries as inbox
from goldseam.core.colour import ink_on
from goldseam.core.errors import NotFound
from goldseam.core.paging import BrokenCursor, decode_cursor, encode_cursor
from goldseam.core.stream import Hearing
from goldseam.engine.worktime.hours import is_open, next_opening
from goldseam.sla.queries import times_of

if TYPE_CHECKING:
    from goldseam.conversations.models import Attachment, Conversation, Message, Survey

TYPING = timedelta(seconds=8)
PRESENT = timedelta(seconds=35)
_PAGE = 30
_SPEAKERS = {"customer": "you", "agent": "agent", "bot": "bot"}
_SEEN_EVERY = timedelta(seconds=30)


def door_of(shop_id: int) -> Door | None:
    """The shop's door, if it has set one up."""
    return Door.objects.select_related("shop").filter(shop_id=shop_id).first()


def door_for_page(shop_id: int, origin: str, own: str) -> Door | None:
    """The shop's door, if it is open and pages of this origin may show it; `own` is the site's."""
    door = door_of(shop_id)
    return door if door and door.active and is_allowed(origin, door.origins, own) else None


def open_door(key: str) -> Door:
    """The door with this key, if it is open; else "not found"."""
    door = Door.objects.select_related("shop").filter(key=key, active=True).first()
    if door is None:
        raise NotFound(gettext_noop("There is no chat here."))
    return door


def hidden(token: str) -> str:
    """What is kept of a visitor's token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def visitor_by_token(door: Door, token: str) -> Visitor | None:
    """The visitor of this door with this token; notes now and then that they are there."""
    rows = Visitor.objects.select_related("conversation__merged_into", "customer")
    visitor = rows.filter(door=door, token_hash=hidden(token)).first()
    if visitor is not None:
        visitor.door = door
        now = timezone.now()
        if visitor.seen_at < now - _SEEN_EVERY:
            Visitor.objects.filter(pk=visitor.pk).update(seen_at=now)
    return visitor


def thread_of(visitor: Visitor) -> Conversation | None:
    """Where the visitor's words stand now: their conversation, or the one it was merged into."""
    return inbox.root_of(visitor.conversation) if visitor.conversation else None


def hearing_of(key: str, token: str, origin: str, own: str) -> Hearing | None:
    """What a visitor's stream hears: "news" of their conversation and nothing else of the shop."""
    try:
        door = open_door(key)
    except NotFound:
        return None
    visitor = visitor_by_token(door, token)
    if visitor is None or not is_allowed(origin, door.origins, own):
        return None
    thread = thread_of(visitor)
    number = thread.pk if thread else 0
    names = {f"{kind}-{number}": "news" for kind in ("conversation", "presence", "seen")}
    headers = ((b"access-control-allow-origin", origin.encode("latin-1")),) if origin else ()
    who = f"visitor-{visitor.pk}"
    return Hearing(frozenset({door.shop_id}), names, who, (*headers, (b"vary", b"Origin")))


@dataclass(frozen=True, slots=True)
class Hours:
    """Whether people are there, and when they are back."""

    open: bool
    back_at: datetime | None


def hours_of(shop_id: int, now: datetime) -> Hours:
    """By the shop's own calendar; without one people are always there."""
    times = times_of(shop_id)
    calendar = times.work_calendar(times.usual)
    if is_open(calendar, now):
        return Hours(open=True, back_at=None)
    return Hours(open=False, back_at=next_opening(calendar, now))


def door_json(door: Door, language: str) -> dict[str, Any]:
    """What the widget needs before anybody has said anything."""
    zh = language == "zh-hans"
    with translation.override(language):
        return {
            "shop": door.shop.name,
            "language": "zh-CN" if zh else "en",
            "colour": f"#{door.colour}",
            "ink": f"#{ink_on(door.colour)}",
            "greeting": (door.greeting_zh if zh else door.greeting_en) or _("Hello! How can we help you?"),
            "mail_note": (door.mail_note_zh if zh else door.mail_note_en)
            or _("Leave your e-mail address, and you get the answer there if you are away."),
            "most_file": int(settings.ENVIRONMENT.file_limit) * 1024 * 1024,
            "words": widget_words(),
        }


def state_json(visitor: Visitor) -> dict[str, Any]:
    """How things stand for a visitor: who they are, who is there, what was read."""
    thread, door, now = thread_of(visitor), visitor.door, timezone.now()
    hours = hours_of(door.shop_id, now)
    writer = _writer(thread, now) if thread else ""
    seen = thread.read_marks.aggregate(at=Max("seen_at"))["at"] if thread else None
    replies = inbox.spoken(thread.pk).filter(role__in=("agent", "bot")) if thread else None
    return {
        "started": thread is not None,
        "status": thread.status if thread else "",
        "verified": visitor.customer_id is not None,
        "name": visitor.customer.name if visitor.customer else "",
        "email": visitor.email,
        "mail": door.by_mail and settings.ENVIRONMENT.sends_mail,
        "open": hours.open,
        "back_at": hours.back_at,
        "typing": writer,
        "seen_at": seen,
        "read": visitor.read_id,
        "unread": replies.filter(pk__gt=visitor.read_id).count() if replies is not None else 0,
    }


def _writer(thread: Conversation, now: datetime) -> str:
    """The name of somebody of the shop who writes at the moment."""
    rows = thread.presences.filter(typing=True, seen_at__gt=now - 3 * TYPING).select_related("agent")
    first = rows.order_by("-seen_at").first()
    return first.agent.name if first else ""


def page_of(visitor: Visitor, before: str | None) -> tuple[list[Message], str | None]:
    """The latest messages that a customer may see (or those before a cursor), the oldest first, and the
    cursor of what came before them. Notes and lines of the system are never among them."""
    thread = thread_of(visitor)
    if thread is None:
        return [], None
    rows = inbox.spoken(thread.pk).filter(role__in=_SPEAKERS, event="")
    if before:
        moment, number = decode_cursor(before, str, int)
        try:
            at = datetime.fromisoformat(moment)
        except ValueError as error:
            raise BrokenCursor from error
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=number))
    rows = rows.select_related("author").prefetch_related("attachments").order_by("-at", "-pk")
    found = list(rows[: _PAGE + 1])
    shown = found[_PAGE - 1 :: -1] if len(found) > _PAGE else found[::-1]
    earlier = encode_cursor([shown[0].at, shown[0].pk]) if len(found) > _PAGE else None
    return shown, earlier


def messages_json(visitor: Visitor, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages as the widget shows them."""
    asked = [message.pk for message in messages if message.details.get("ask") == "rate"]
    thread = thread_of(visitor)
    scores: dict[int | None, int | None] = {}
    if asked and thread:
        surveys = inbox.surveys_of([thread.pk]).filter(message__in=asked)
        scores = dict(surveys.values_list("message_id", "score"))
    return [_message_json(message, scores) for message in messages]


def _message_json(message: Message, scores: dict[int | None, int | None]) -> dict[str, Any]:
    files = list(message.attachments.all())
    names = " ".join(f"[{file.name}]" for file in files)
    mine = message.role == "customer"
    asks = str(message.details.get("ask") or "")
    shown: dict[str, Any] = {
        "id": message.pk,
        "key": (inbox.own_key(message) or "").removeprefix("v-") if mine else "",
        "from": _SPEAKERS[message.role],
        "name": message.author.name if message.author and message.role == "agent" else "",
        "text": "" if files and message.text == names else message.text,
        "at": message.at,
        "files": [file_json(file) for file in files],
    }
    if not mine:
        shown |= {
            "choices": [str(text)[:200] for text in _listed(message, "choices")],
            "links": [link for link in map(_link, _listed(message, "links")) if link],
            "ask": asks,
            "score": scores.get(message.pk),
        }
        if asks == "rate" and message.pk in scores:
            shown["text"] = _("How did we do?")
    return shown


def _listed(message: Message, name: str) -> list[Any]:
    value = message.details.get(name)
    return value[:12] if isinstance(value, list) else []


def _link(link: Any) -> dict[str, str] | None:
    """A link that leads to a page; nothing that would act."""
    url = str(link.get("url", "")) if isinstance(link, dict) else ""
    if urlsplit(url).scheme not in ("http", "https") and not (
        url.startswith("/") and not url.startswith("//")
    ):
        return None
    return {"title": str(link.get("title") or url)[:200], "url": url}


def file_json(file: Attachment) -> dict[str, Any]:
    """A file as the widget shows it."""
    return {
        "id": file.pk,
        "name": file.name,
        "type": file.media_type,
        "size": file.size,
        "width": file.width,
        "height": file.height,
    }


def access_file(visitor: Visitor, file_id: int) -> Attachment:
    """The gate: a file that the visitor sent or was sent, else "not found"."""
    thread = thread_of(visitor)
    file = inbox.attachment_of_shop(visitor.door.shop_id, file_id)
    if thread is None or file.conversation_id not in (thread.pk, visitor.conversation_id):
        raise NotFound(gettext_noop("There is no such file."))
    return file


def survey_asked_by(thread_id: int, message_id: int) -> Survey | None:
    """The question that a message asks in a thread."""
    asked = inbox.surveys_of([thread_id]).filter(message=message_id)
    return asked.select_related("conversation__shop").first()


def visitors_of(conversation_id: int) -> list[Visitor]:
    """Who sits at the other end of a conversation, whoever was there last first."""
    here = Q(conversation=conversation_id) | Q(conversation__merged_into=conversation_id)
    return list(Visitor.objects.select_related("door__shop", "customer").filter(here).order_by("-seen_at"))


@dataclass(frozen=True, slots=True)
class Standing:
    """What an agent sees of the other end: whether it is proven and how, is there, writes."""

    proven_by: str
    present: bool
    typing: bool
    email: str


def standing_of(conversation_id: int) -> Standing | None:
    """The other end of a conversation; None when it did not come in by the chat."""
    visitors = visitors_of(conversation_id)
    if not visitors:
        return None
    now = timezone.now()
    return Standing(
        proven_by=next((row.proven_by for row in visitors if row.proven_by), ""),
        present=visitors[0].seen_at > now - 2 * PRESENT,
        typing=any(row.typing_at and row.typing_at > now - TYPING for row in visitors),
        email=next((row.email for row in visitors if row.email), ""),
    )
