"""Promises, read by programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema

from goldseam.core.api import ERRORS, ApiRequest, needs
from goldseam.promises import queries

router = Router(tags=["promises"])


class PromiseOut(Schema):
    """A commitment of a sent reply. `span` is half-open in the message's text; `due_named` tells whether the
    words named the time, else it is the policy pack's; `how` what settled it; `late` that it was done after
    its time."""

    id: int
    conversation: str
    order: str | None
    message: int
    span: tuple[int, int]
    words: str
    kind: str
    amount: str | None
    currency: str
    policy: str
    by: str | None
    made_at: datetime
    due_at: datetime
    due_named: bool
    state: str
    settled_at: datetime | None
    how: str
    late: bool
    reason: str


class PromisesOut(Schema):
    """A page of promises; `next` is the cursor of the following one."""

    items: list[PromiseOut]
    next: str | None


@router.get("/promises", response={200: PromisesOut, **ERRORS}, operation_id="list_promises")
@needs("conversations:read")
def list_promises(
    request: ApiRequest,
    state: Literal["open", "kept", "broken", "withdrawn"] | None = None,
    conversation: Annotated[str | None, Query(max_length=120)] = None,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """What the shop's people promised, newest first; `conversation` is the shop's own id of one."""
    rows, following = queries.page_by_id(
        request.auth.shop_id, state=state, conversation=conversation, after=after, limit=limit
    )
    return {"items": [queries.promise_json(row) for row in rows], "next": following}
