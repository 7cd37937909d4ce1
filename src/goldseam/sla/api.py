"""Clocks and figures, for programs of the shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from ninja import Field, Router, Schema

from goldseam.conversations.queries import find_conversation
from goldseam.core.api import ERRORS, ApiRequest, needs
from goldseam.sla import queries

router = Router(tags=["sla"])

Days = Annotated[int, Field(ge=1, le=366)]


class ClockOut(Schema):
    """One clock. Times are minutes of working time; `due_at` is set while it runs."""

    kind: str
    rule: str
    target: int | None
    used_minutes: int
    outcome: str
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None


class ClocksOut(Schema):
    """A conversation's clocks, and the one that runs out next."""

    id: str
    state: str
    kind: str
    due_at: datetime | None
    clocks: list[ClockOut]


class KeptOut(Schema):
    """How many clocks of a kind ended in the time asked for, and how many were kept."""

    kind: str
    met: int
    breached: int
    share: float | None


@router.get(
    "/sla/conversations/{external_id}", response={200: ClocksOut, **ERRORS}, operation_id="get_clocks"
)
@needs("conversations:read")
def clocks(request: ApiRequest, external_id: str) -> dict[str, Any]:
    """The clocks of a conversation."""
    row = find_conversation(request.auth.shop_id, external_id)
    return {
        "id": row.external_id,
        "state": row.sla_state,
        "kind": row.sla_kind,
        "due_at": row.sla_due_at,
        "clocks": queries.clocks_of(row.pk),
    }


@router.get("/sla/figures", response={200: list[KeptOut], **ERRORS}, operation_id="get_kept_times")
@needs("conversations:read")
def figures(request: ApiRequest, days: Days = 30) -> list[queries.Kept]:
    """How the clocks that ended in the last days fared, by kind."""
    return queries.kept_since(request.auth.shop_id, timezone.now() - timedelta(days=days))
