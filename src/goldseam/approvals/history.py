"""Decisions that were made before, as an import or the demo shop brings them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from goldseam.approvals.models import GRANT_DAYS, ApprovalRequest, State, Turn, Verb
from goldseam.core import audit


@dataclass(frozen=True, slots=True)
class Decided:
    """A request that somebody decided. `granted` None: it was refused."""

    key: str
    conversation_id: int
    order_id: int | None
    issue: str
    remedy: str
    amount: Decimal
    currency: str
    reason: str
    requester_id: int
    decider_id: int
    asked_at: datetime
    decided_at: datetime
    granted: Decimal | None
    answer: str = ""
    used: bool = True


@transaction.atomic
def write_decided(shop_id: int, rows: Iterable[Decided], *, actor: str) -> dict[str, int]:
    """Store decided requests with their turns; a conversation's known keys stay as they are. Returns the
    request's id by key. Books nothing: the ledger's history is written beside it."""
    given = list(rows)
    known = set(ApprovalRequest.objects.filter(shop_id=shop_id).values_list("conversation_id", "key"))
    fresh = [row for row in given if (row.conversation_id, row.key) not in known]
    made = ApprovalRequest.objects.bulk_create([_request(shop_id, row) for row in fresh], batch_size=500)
    turns = Turn.objects.bulk_create(
        turn for request, row in zip(made, fresh, strict=True) for turn in _turns(request, row)
    )
    _set_times(made, turns, fresh)
    if made:
        audit.record(shop_id, actor, "approval.history", f"shop-{shop_id}", after={"requests": len(made)})
    return {row.key: request.pk for request, row in zip(made, fresh, strict=True)}


def _request(shop_id: int, row: Decided) -> ApprovalRequest:
    granted = row.granted is not None
    return ApprovalRequest(
        shop_id=shop_id,
        conversation_id=row.conversation_id,
        home_id=row.conversation_id,
        order_id=row.order_id,
        issue=row.issue,
        remedy=row.remedy,
        amount=row.granted if row.granted is not None else row.amount,
        first_amount=row.amount,
        currency=row.currency,
        reason=row.reason,
        requester_id=row.requester_id,
        asked_by=f"agent-{row.requester_id}",
        key=row.key,
        state=State.APPROVED if granted else State.REFUSED,
        levels=["lead"],
        granted_amount=row.granted,
        decided_by_id=row.decider_id,
        grantor_id=row.decider_id if granted else None,
        decided_at=row.decided_at,
        answer=row.answer,
        used_at=row.decided_at if granted and row.used else None,
        used_amount=row.granted if row.used else None,
        expires_at=row.decided_at + timedelta(days=GRANT_DAYS) if granted else None,
    )


def _turns(request: ApprovalRequest, row: Decided) -> Iterable[Turn]:
    yield Turn(
        request=request, verb=Verb.RAISED, actor_id=row.requester_id, amount=row.amount, words=row.reason
    )
    verb = Verb.APPROVED if row.granted is not None else Verb.REFUSED
    yield Turn(request=request, verb=verb, actor_id=row.decider_id, amount=row.granted, words=row.answer)


def _set_times(made: list[ApprovalRequest], turns: list[Turn], rows: list[Decided]) -> None:
    """The columns that are filled in with the present by themselves."""
    for request, row in zip(made, rows, strict=True):
        request.created_at = row.asked_at
    for index, turn in enumerate(turns):
        row = rows[index // 2]
        turn.at = row.decided_at if index % 2 else row.asked_at
    ApprovalRequest.objects.bulk_update(made, ["created_at"], batch_size=500)
    Turn.objects.bulk_update(turns, ["at"], batch_size=500)
