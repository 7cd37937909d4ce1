"""Programs ask for approvals and follow them. They do not decide: a token has no authority over money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Field, Header, Query, Router, Schema, Status

from goldseam.approvals import actions, granted, queries
from goldseam.approvals.asking import MAX_EVIDENCE, MAX_REASON, MAX_REFERENCES, MAX_REPLY, Asking
from goldseam.conversations.queries import find_conversation
from goldseam.core.api import ERRORS, ApiRequest, needs
from goldseam.core.errors import NotFound
from goldseam.people.queries import agents_of

router = Router(tags=["approvals"])

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Number = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]
Words = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class AskIn(Schema):
    """What is asked for. `requester`: the e-mail address of the person who asks; without it the program does,
    and the sender of the reply may be anybody. The remedy "wording" asks for the words of `reply` to the
    letter, which that person may send then."""

    conversation: Words = Field(min_length=1, max_length=120)
    remedy: Annotated[str, Field(max_length=30, pattern=r"^[a-z_]+$")]
    amount: Decimal = Field(Decimal(0), ge=0, max_digits=10, decimal_places=2)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    reason: Words = Field(min_length=1, max_length=MAX_REASON)
    evidence: Words = Field("", max_length=MAX_EVIDENCE)
    messages: list[Id] = Field([], max_length=MAX_REFERENCES)
    orders: list[Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]] = Field(
        [], max_length=MAX_REFERENCES
    )
    reply: Words = Field("", max_length=MAX_REPLY)
    requester: Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$")] | None = None


class GiveBackIn(Schema):
    """Why what was granted is not needed."""

    reason: Words = Field("", max_length=MAX_REASON)


class ReferenceOut(Schema):
    """A message (`id` a number) or an order (`id` its number in the shop)."""

    kind: Literal["message", "order"]
    id: int | str


class PolicyOut(Schema):
    """What the policy pack says: the verdict "allowed", "not_offered" or "forbidden", and by which rule."""

    verdict: str
    rule: str
    pack: str


class ApprovalOut(Schema):
    """A request. `key` names the payment that an approved one allows: pay each key once. What was granted
    is used until `expires_at`, or given back at `returned_at`."""

    id: int
    key: str
    conversation: str
    order: str | None
    remedy: str
    issue: str
    amount: Decimal
    currency: str
    reason: str
    evidence: str
    references: list[ReferenceOut]
    reply: str
    state: str
    policy: PolicyOut
    levels: list[str]
    requester: str | None
    granted_amount: Decimal | None
    decided_by: str | None
    decided_at: datetime | None
    answer: str
    used_at: datetime | None
    expires_at: datetime | None
    returned_at: datetime | None
    created_at: datetime


class PageOut(Schema):
    """A page of requests; `next` is the cursor of the following one."""

    items: list[ApprovalOut]
    next: str | None


@router.post(
    "/approvals", response={200: ApprovalOut, 201: ApprovalOut, **ERRORS}, operation_id="ask_approval"
)
@needs("approvals:write")
def ask_approval(
    request: ApiRequest,
    body: AskIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=120)],
) -> Any:
    """Ask for a remedy that needs somebody's word. The same Idempotency-Key again is the same request: 200
    instead of 201, and nothing changes."""
    shop_id = request.auth.shop_id
    conversation = find_conversation(shop_id, body.conversation)
    requester = None
    if body.requester is not None:
        requester = agents_of(shop_id).filter(email=body.requester.strip().lower()).first()
        if requester is None:
            raise NotFound("Nobody with this e-mail address works for the shop.")
    asking = Asking(**body.model_dump(exclude={"conversation", "requester"}))
    made, created = actions.ask(
        conversation, asking, requester=requester, key=idempotency_key, actor=f"token-{request.auth.pk}"
    )
    return Status(201 if created else 200, queries.request_json(queries.request_by_id(made.pk)))


@router.get("/approvals", response={200: PageOut, **ERRORS}, operation_id="list_approvals")
@needs("approvals:read")
def list_approvals(
    request: ApiRequest,
    state: Literal["pending", "approved", "refused", "withdrawn"] | None = None,
    conversation: Annotated[str | None, Query(max_length=120)] = None,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """The shop's requests, newest first."""
    rows, following = queries.page_by_id(
        request.auth.shop_id, state=state, conversation=conversation, after=after, limit=limit
    )
    return {"items": [queries.request_json(row) for row in rows], "next": following}


@router.get("/approvals/{request_id}", response={200: ApprovalOut, **ERRORS}, operation_id="get_approval")
@needs("approvals:read")
def get_approval(request: ApiRequest, request_id: Id) -> Any:
    """One request as it stands."""
    return queries.request_json(queries.request_of_shop(request.auth.shop_id, request_id))


@router.post(
    "/approvals/{request_id}/withdraw",
    response={200: ApprovalOut, **ERRORS},
    operation_id="withdraw_approval",
)
@needs("approvals:write")
def withdraw_approval(request: ApiRequest, request_id: Id) -> Any:
    """Take back what this token asked for; twice changes nothing."""
    found = queries.request_of_shop(request.auth.shop_id, request_id)
    actions.withdraw(found.pk, None, actor=f"token-{request.auth.pk}")
    return queries.request_json(queries.request_by_id(found.pk))


@router.post(
    "/approvals/{request_id}/give-back",
    response={200: ApprovalOut, **ERRORS},
    operation_id="give_back_approval",
)
@needs("approvals:write")
def give_back_approval(request: ApiRequest, request_id: Id, body: GiveBackIn) -> Any:
    """Give back what was granted to this token and is not needed; twice changes nothing."""
    found = queries.request_of_shop(request.auth.shop_id, request_id)
    granted.give_back(found.pk, None, words=body.reason, actor=f"token-{request.auth.pk}")
    return queries.request_json(queries.request_by_id(found.pk))
