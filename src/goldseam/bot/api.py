"""The shop's own system reads the changes that customers have confirmed, and says how they went."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Router, Schema

from goldseam.bot import queries
from goldseam.bot.requests import change_json, settle
from goldseam.core.api import ERRORS, ApiRequest, needs

router = Router(tags=["changes"])


class ChangeOut(Schema):
    """A change with what the customer confirmed. `details`: `address` and `phone` of change_order, `title`
    and `tax` of issue_invoice."""

    id: UUID
    kind: str
    order_id: str
    details: dict[str, str]
    conversation_id: str
    confirmed_by: str
    policy: str
    state: str
    why: str
    asked_at: datetime
    settled_at: datetime | None


class ResultIn(Schema):
    """How it went."""

    state: Literal["done", "failed"]
    why: str = Field("", max_length=300, pattern=r"^[^\x00]*$", description="for the agents, when it failed")


@router.get("/changes", response={200: list[ChangeOut], **ERRORS}, operation_id="list_changes")
@needs("changes:write")
def list_changes(
    request: ApiRequest, state: Literal["waiting", "done", "failed", "late"] | None = None
) -> Any:
    """The newest 200 changes, in one state when given."""
    return [change_json(row) for row in queries.changes_of_shop(request.auth.shop_id, state or "")]


@router.post("/changes/{change_id}/result", response={200: ChangeOut, **ERRORS}, operation_id="settle_change")
@needs("changes:write")
def settle_change(request: ApiRequest, change_id: UUID, body: ResultIn) -> Any:
    """Say that a change is done or has failed; the customer is told. The same answer again changes
    nothing."""
    actor = f"token-{request.auth.pk}"
    return change_json(settle(request.auth.shop_id, change_id, body.state, body.why, actor=actor))
