"""Messages come in and conversations are read, by programs of the shop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Field, File, Header, Query, Router, Schema, Status, UploadedFile
from pydantic import AfterValidator

from goldseam.commerce.actions import customer_for_message
from goldseam.conversations import actions, queries
from goldseam.conversations.attaching import largest
from goldseam.conversations.serving import serve
from goldseam.core.api import ERRORS, ApiRequest, needs
from goldseam.core.errors import DomainError

router = Router(tags=["conversations"])

ExternalId = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/]+$")]
_SKEW = timedelta(minutes=10)


def _moment(value: datetime) -> datetime:
    """In UTC: the database takes no offset beyond 16 hours, a moment without one means nothing, and one in
    the future would stand above everything that is said until then."""
    if value.tzinfo is None:
        raise ValueError("must have an offset, such as 2026-11-15T10:00:00+08:00")
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None
    if moment > timezone.now() + _SKEW:
        raise ValueError("lies in the future")
    return moment


Moment = Annotated[datetime, AfterValidator(_moment)]
Words = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class CustomerIn(Schema):
    """Who writes: found again by `id`, made when new; what is given is stored."""

    id: ExternalId
    name: Words = ""
    phone: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""
    email: Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$")] = ""


class MessageIn(Schema):
    """What somebody said. `role` is the customer unless the message comes from another desk."""

    text: str = Field("", max_length=actions.MAX_TEXT, description="may be empty when there are attachments")
    attachments: list[int] = Field([], max_length=10, description="ids of uploaded files")
    role: Literal["customer", "agent", "bot", "system"] = "customer"
    at: Moment | None = Field(None, description="ISO 8601 with offset; now when missing")
    customer: CustomerIn | None = None
    channel: Annotated[str, Field(max_length=20, pattern=r"^[a-z0-9_-]+$")] = "api"


class TriageOut(Schema):
    """What the copilot makes of it now."""

    issue: str
    emotion: str
    intensity: int
    risk_score: float
    risk_level: str
    priority: str
    handover: str


class AttachmentOut(Schema):
    """A file: `type` is what its content was found to be; `url` gives the content to the same token."""

    id: int
    name: str
    type: str
    size: int
    url: str


class ReceiptIn(Schema):
    """How far a reply has come on its way to the customer."""

    state: Literal["sent", "delivered", "read", "failed"]
    error: str = Field("", max_length=300, description="why it failed, for the agent to read")


class MessageOut(Schema):
    """A message as it is kept. `delivery` is empty where no channel reports."""

    id: int
    key: str | None
    role: str
    text: str
    at: datetime
    delivery: str
    attachments: list[AttachmentOut]


class ConversationOut(Schema):
    """A conversation without its messages."""

    id: str
    status: str
    channel: str
    customer_id: str | None
    order_id: str | None
    created_at: datetime
    last_message_at: datetime
    waiting_since: datetime | None
    triage: TriageOut


class ReceivedOut(Schema):
    """What became of a posted message. `created` is false when its key was known."""

    created: bool
    message: MessageOut
    conversation: ConversationOut


class ThreadOut(ConversationOut):
    """A conversation with what was said (private notes stay inside)."""

    messages: list[MessageOut]


class PageOut(Schema):
    """A page of conversations; `next` is the cursor of the following one."""

    items: list[ConversationOut]
    next: str | None


@router.post(
    "/conversations/{external_id}/messages",
    response={200: ReceivedOut, 201: ReceivedOut, **ERRORS},
    operation_id="post_message",
)
@needs("conversations:write")
def post_message(
    request: ApiRequest,
    external_id: ExternalId,
    body: MessageIn,
    idempotency_key: Annotated[
        str | None, Header(alias="Idempotency-Key", min_length=1, max_length=120)
    ] = None,
) -> Any:
    """Say something in a conversation, which is made when it is new. The same Idempotency-Key again is
    the same message: 200 instead of 201, and nothing changes."""
    shop = request.auth.shop
    actor = f"token-{request.auth.pk}"
    customer = None
    if body.customer is not None:
        told = body.customer.model_dump(exclude={"id"})
        customer = customer_for_message(shop, body.customer.id, told, actor=actor)
    message, created = actions.take_in(
        shop,
        external_id,
        body.role,
        body.text,
        customer=customer,
        channel=body.channel,
        key=idempotency_key,
        at=body.at,
        actor=actor,
        files=body.attachments,
    )
    answer = {
        "created": created,
        "message": queries.message_json(message),
        "conversation": queries.conversation_json(message.conversation),
    }
    return Status(201 if created else 200, answer)


@router.get("/conversations", response={200: PageOut, **ERRORS}, operation_id="list_conversations")
@needs("conversations:read")
def list_conversations(
    request: ApiRequest,
    status: Literal["open", "snoozed", "closed"] | None = None,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """The shop's conversations, newest first."""
    rows, following = queries.page_by_id(request.auth.shop_id, status=status, after=after, limit=limit)
    return {"items": [queries.conversation_json(row) for row in rows], "next": following}


@router.get(
    "/conversations/{external_id}", response={200: ThreadOut, **ERRORS}, operation_id="get_conversation"
)
@needs("conversations:read")
def get_conversation(request: ApiRequest, external_id: ExternalId) -> Any:
    """One conversation with its messages."""
    conversation = queries.find_conversation(request.auth.shop_id, external_id)
    messages = [
        queries.message_json(message)
        for message in queries.spoken(conversation.pk).prefetch_related("attachments")
    ]
    return {**queries.conversation_json(conversation), "messages": messages}


@router.post(
    "/conversations/{external_id}/attachments",
    response={201: AttachmentOut, **ERRORS},
    operation_id="upload_attachment",
)
@needs("conversations:write")
def upload_attachment(request: ApiRequest, external_id: ExternalId, file: File[UploadedFile]) -> Any:
    """Upload a file for a message that follows, whose `attachments` name its id. The conversation is made
    when it is new. What a file is, is told by its content; what no message names within a day is
    forgotten."""
    actor = f"token-{request.auth.pk}"
    if file.size is not None and file.size > largest():
        raise DomainError(f"A file may have {largest()} bytes at most.", code="file_refused", field="file")
    actions.open_conversation(request.auth.shop, external_id, actor=actor)
    conversation = queries.find_conversation(request.auth.shop_id, external_id)
    row = actions.upload(conversation, file.name or "", file.read(), agent=None, actor=actor)
    return Status(201, queries.attachment_json(row))


@router.get("/attachments/{attachment_id}", response=ERRORS, operation_id="get_attachment")
@needs("conversations:read")
def get_attachment(request: ApiRequest, attachment_id: int) -> Any:
    """The content of a file that the customer could see."""
    return serve(queries.attachment_of_shop(request.auth.shop_id, attachment_id))


@router.post(
    "/conversations/{external_id}/messages/{message_id}/receipt",
    response={200: MessageOut, **ERRORS},
    operation_id="post_receipt",
)
@needs("conversations:write")
def post_receipt(request: ApiRequest, external_id: ExternalId, message_id: int, body: ReceiptIn) -> Any:
    """Say how far a reply has come. A late report never takes back a better one."""
    conversation = queries.find_conversation(request.auth.shop_id, external_id)
    message = queries.message_of(conversation.pk, message_id)
    actions.record_delivery(message.pk, body.state, error=body.error)
    return queries.message_json(queries.message_by_id(message.pk))
