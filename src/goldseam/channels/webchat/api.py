"""The chat's calls at /chat/<door key>/…, for the widget and for whoever writes another one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, File, Header, Query, Router, Schema, Status, UploadedFile
from ninja.security import HttpBearer

from goldseam.channels.webchat import actions, queries
from goldseam.channels.webchat.guard import ChatRequest
from goldseam.channels.webchat.models import Visitor
from goldseam.channels.webchat.origins import address_of
from goldseam.conversations.actions import REASONS
from goldseam.conversations.attaching import largest
from goldseam.conversations.serving import serve
from goldseam.core.api import ERRORS, count_call
from goldseam.core.errors import DomainError

COMING_IN, CALLS, MESSAGES, PICTURES = 20, 240, 30, 12
"""How often a minute: new visitors of an address; calls, messages and pictures of a visitor."""


class VisitorDoor(HttpBearer):
    """`Authorization: Bearer gv_…`: a visitor's own token; it opens their own conversation."""

    def authenticate(self, request: HttpRequest, token: str) -> Visitor | None:
        """The visitor of this door; wrong tokens are counted per address."""
        visitor = queries.visitor_by_token(request.door, token)  # type: ignore[attr-defined]
        count_call(f"chat-{visitor.pk}" if visitor else f"chat-guess-{address_of(request)}", CALLS)
        return visitor


router = Router(tags=["chat"], auth=VisitorDoor())

Line = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
Token = Annotated[str, Field(max_length=2000, pattern=r"^[\x21-\x7e]*$")]


class ComeIn(Schema):
    """Who comes in. `page` is where the chat stands; `resume` comes from a mail's link; `token` is signed by
    the shop's server."""

    language: Literal["zh-CN", "en"] = "zh-CN"
    page: Line = ""
    resume: Token = ""
    token: Token = ""


class Say(Schema):
    """What the visitor says; `files` are ids of pictures that they sent up before."""

    text: Annotated[str, Field(max_length=20_000)] = ""
    files: list[int] = Field([], max_length=10)


class Read(Schema):
    """The newest message that was before the reader's eyes."""

    message: int = Field(ge=0, le=9_223_372_036_854_775_807)


class Typing(Schema):
    """Whether the visitor writes."""

    typing: bool


class Identify(Schema):
    """Who the visitor is: by the shop's signed token, or by an order."""

    token: Token = ""
    number: Annotated[str, Field(max_length=200)] = ""
    phone_tail: Annotated[str, Field(max_length=40)] = ""


class LeaveAddress(Schema):
    """Where replies go when the visitor is away; empty takes it back."""

    email: Annotated[str, Field(max_length=254)]


class Rate(Schema):
    """How it was, for the message that asked."""

    message: int = Field(ge=0, le=9_223_372_036_854_775_807)
    score: int = Field(ge=1, le=5)
    reason: str = ""
    comment: Annotated[str, Field(max_length=1000)] = ""


class State(Schema):
    """How things stand for the visitor."""

    started: bool
    status: str
    verified: bool
    name: str
    email: str
    mail: bool
    open: bool
    back_at: datetime | None
    typing: str
    seen_at: datetime | None
    read: int
    unread: int


class Came(Schema):
    """A visitor and their token, which is told this once."""

    visitor: str
    state: State


class Picture(Schema):
    """A file of a message."""

    id: int
    name: str
    type: str
    size: int
    width: int | None
    height: int | None


class Link(Schema):
    """Where to read on."""

    title: str
    url: str


class Shown(Schema):
    """A message. `from` is you, agent or bot; `ask` is the form that it shows: verify or rate; `score` what
    was answered."""

    id: int
    key: str
    from_: str = Field(alias="from", serialization_alias="from")
    name: str
    text: str
    at: datetime
    files: list[Picture]
    choices: list[str] = []
    links: list[Link] = []
    ask: str = ""
    score: int | None = None


class Thread(Schema):
    """Messages, the oldest first; `earlier` is the cursor of what came before them."""

    items: list[Shown]
    earlier: str | None
    state: State


class Said(Schema):
    """What became of a message. `created` is false when its key was known."""

    created: bool
    message: Shown


@router.get("/door", auth=None, response={200: dict[str, Any], **ERRORS}, operation_id="chat_door")
def door(request: ChatRequest, language: Literal["zh-CN", "en"] = "zh-CN") -> Any:
    """How the chat looks and what it says."""
    return queries.door_json(request.door, _language(language))


@router.post("/visitors", auth=None, response={201: Came, **ERRORS}, operation_id="chat_come_in")
def come_in(request: ChatRequest, body: ComeIn) -> Any:
    """Come in: a token for this browser. The conversation begins with the first message."""
    count_call(f"chat-in-{address_of(request)}", COMING_IN)
    language = _language(body.language)
    if body.resume:
        visitor, token = actions.come_back(request.door, body.resume, language)
    else:
        visitor, token = actions.come_in(request.door, language, body.page)
    if body.token:
        visitor = actions.prove_by_token(visitor, body.token)
    return Status(201, {"visitor": token, "state": queries.state_json(visitor)})


@router.get("/messages", response={200: Thread, **ERRORS}, operation_id="chat_messages", by_alias=True)
def messages(request: ChatRequest, before: Annotated[str | None, Query(max_length=200)] = None) -> Any:
    """The latest messages, or those before a cursor, and how things stand."""
    visitor = request.auth
    found, earlier = queries.page_of(visitor, before)
    actions.note_delivered(found)
    shown = queries.messages_json(visitor, found)
    return {"items": shown, "earlier": earlier, "state": queries.state_json(visitor)}


@router.post("/messages", response={200: Said, 201: Said, **ERRORS}, operation_id="chat_say", by_alias=True)
def say(
    request: ChatRequest,
    body: Say,
    idempotency_key: Annotated[
        str, Header(alias="Idempotency-Key", min_length=8, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")
    ],
) -> Any:
    """Say something. The same Idempotency-Key again is the same message: 200 instead of 201."""
    count_call(f"chat-say-{request.auth.pk}", MESSAGES)
    message, created = actions.say(request.auth, body.text, idempotency_key, body.files)
    shown = queries.messages_json(request.auth, [message])[0]
    return Status(201 if created else 200, {"created": created, "message": shown})


@router.post("/files", response={201: Picture, **ERRORS}, operation_id="chat_picture")
def send_picture(request: ChatRequest, file: File[UploadedFile]) -> Any:
    """Send up a picture for a message that follows, whose `files` name its id."""
    count_call(f"chat-picture-{request.auth.pk}", PICTURES)
    if file.size is not None and file.size > largest():
        raise DomainError(f"A file may have {largest()} bytes at most.", code="file_refused", field="file")
    row = actions.send_picture(request.auth, file.name or "", file.read())
    return Status(201, queries.file_json(row))


@router.get("/files/{file_id}", response=ERRORS, operation_id="chat_file")
def get_file(request: ChatRequest, file_id: int, thumb: bool = False) -> Any:
    """A file that the visitor sent or was sent."""
    return serve(queries.access_file(request.auth, file_id), thumb=thumb)


@router.post("/read", response={204: None, **ERRORS}, operation_id="chat_read")
def read(request: ChatRequest, body: Read) -> Any:
    """Everything up to this message was seen."""
    actions.note_read(request.auth, body.message)
    return Status(204, None)


@router.post("/typing", response={204: None, **ERRORS}, operation_id="chat_typing")
def typing(request: ChatRequest, body: Typing) -> Any:
    """The visitor writes, or stopped."""
    actions.note_typing(request.auth, typing=body.typing)
    return Status(204, None)


@router.post("/identify", response={200: State, **ERRORS}, operation_id="chat_identify")
def identify(request: ChatRequest, body: Identify) -> Any:
    """Prove who one is: by the shop's signed token, or by an order's number and the last four digits of its
    phone. A wrong order is answered alike whatever was wrong; tries are few."""
    if body.token:
        visitor = actions.prove_by_token(request.auth, body.token)
    else:
        who = address_of(request)
        visitor = actions.prove_by_order(request.auth, body.number, body.phone_tail, who=who)
    return queries.state_json(visitor)


@router.post("/email", response={200: State, **ERRORS}, operation_id="chat_email")
def email(request: ChatRequest, body: LeaveAddress) -> Any:
    """Have replies sent by mail when one is away."""
    return queries.state_json(actions.leave_address(request.auth, body.email))


@router.post("/rating", response={204: None, **ERRORS}, operation_id="chat_rate")
def rate(request: ChatRequest, body: Rate) -> Any:
    """Say how it was."""
    if body.reason not in ("", *REASONS):
        raise DomainError(f"Unknown reason; known are {', '.join(REASONS)}.", field="reason")
    actions.rate(request.auth, body.message, body.score, body.reason, body.comment)
    return Status(204, None)


def _language(tag: str) -> str:
    return "zh-hans" if tag == "zh-CN" else "en"
