"""Reads of requests, and their gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from goldseam.approvals.models import GRANT_DAYS, ApprovalRequest, ApprovalSettings, Cover, State
from goldseam.approvals.packs import Packs
from goldseam.core.errors import NotFound
from goldseam.core.paging import decode_cursor, encode_cursor
from goldseam.engine.reply.authority import plain
from goldseam.people.queries import shops_of

if TYPE_CHECKING:
    from goldseam.people.models import Agent


NOTICE_OF_EXPIRY = timedelta(days=1)
"""So long before what was granted expires, whoever asked for it is told."""

UNUSED = Q(state=State.APPROVED, used_at=None, returned_at=None)
"""What was granted and neither used nor given back."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Something that was approved and not used yet. `amount` is 0 for remedies without money; `granted_to` is
    the person who asked (None: a program did). `text` is the reply that was approved to the letter, where
    that is what was asked for."""

    request_id: int
    remedy: str
    amount: Decimal
    currency: str
    granted_to: int | None
    text: str = ""


def grants_of(conversation_id: int) -> list[Grant]:
    """What may be promised on a conversation because somebody approved it, the oldest first."""
    rows = ApprovalRequest.objects.filter(UNUSED, conversation_id=conversation_id).order_by(
        "decided_at", "id"
    )
    return [
        Grant(
            row.pk,
            row.remedy,
            row.granted_amount or Decimal(0),
            row.currency,
            row.requester_id,
            row.reply if row.is_wording else "",
        )
        for row in rows
    ]


def pending_of(conversation_id: int) -> list[ApprovalRequest]:
    """What waits for a word on a conversation, the oldest first."""
    rows = ApprovalRequest.objects.select_related("requester")
    return list(rows.filter(conversation_id=conversation_id, state=State.PENDING).order_by("id"))


def words_wait(conversation_id: int, requester: Agent, text: str) -> bool:
    """Whether this person has asked for these very words, and waits for a word on them."""
    return any(
        row.is_wording and row.requester_id == requester.pk and plain(row.reply) == plain(text)
        for row in pending_of(conversation_id)
    )


def requests_of(conversation_id: int) -> list[ApprovalRequest]:
    """Every request on a conversation, the newest first; 20 at most."""
    rows = ApprovalRequest.objects.select_related("requester", "decided_by", "grantor", "shop")
    return list(rows.filter(conversation_id=conversation_id).order_by("-id")[:20])


def access_request(agent: Agent, request_id: int) -> ApprovalRequest:
    """The gate: a request of a shop of this person, else "not found"."""
    found = _whole().filter(pk=request_id, shop__in=shops_of(agent)).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such request."))
    return found


def access_cover(agent: Agent, cover_id: int) -> Cover:
    """The gate to an absence or deputy of a shop of this person."""
    rows = Cover.objects.select_related("agent", "deputy")
    found = rows.filter(pk=cover_id, shop__in=shops_of(agent)).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such absence."))
    return found


def request_of_shop(shop_id: int, request_id: int) -> ApprovalRequest:
    """A request of this shop, for programs; else "not found"."""
    found = _whole().filter(pk=request_id, shop_id=shop_id).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such request."))
    return found


def request_by_id(request_id: int) -> ApprovalRequest:
    """For rooms that already hold an id of their own; not for requests of people."""
    return _whole().get(pk=request_id)


def page_by_id(
    shop_id: int, *, state: str | None, conversation: str | None, after: str | None, limit: int
) -> tuple[list[ApprovalRequest], str | None]:
    """A shop's requests, newest first, and the cursor of the next page."""
    rows = _whole().filter(shop_id=shop_id).order_by("-id")
    if state:
        rows = rows.filter(state=state)
    if conversation:
        rows = rows.filter(conversation__external_id=conversation)
    if after:
        rows = rows.filter(pk__lt=decode_cursor(after, int)[0])
    page = list(rows[: limit + 1])
    following = encode_cursor([page[limit - 1].pk]) if len(page) > limit else None
    return page[:limit], following


def due_requests(now: datetime, limit: int = 200) -> Sequence[int]:
    """Ids of requests whose time to answer has passed, the longest waiting first."""
    rows = ApprovalRequest.objects.filter(state=State.PENDING, due_at__lte=now).order_by("due_at", "id")
    return list(rows.values_list("pk", flat=True)[:limit])


def pending_everywhere() -> QuerySet[ApprovalRequest]:
    """What waits in all shops, one after the other, with the notices that were given of it."""
    rows = ApprovalRequest.objects.filter(state=State.PENDING).select_related("shop")
    return rows.prefetch_related("notices").order_by("shop_id", "id")


def waiting_requests(shop_id: int) -> Sequence[int]:
    """Ids of a shop's requests that are passed on some time, in the order in which they were asked."""
    rows = ApprovalRequest.objects.filter(shop_id=shop_id, state=State.PENDING, due_at__isnull=False)
    return list(rows.order_by("id").values_list("pk", flat=True))


def expiring_grants(now: datetime, limit: int = 200) -> Sequence[int]:
    """Ids of unused grants whose time is over or will be before long, the oldest first."""
    soon = Q(expires_at__lte=now) | Q(expires_at__lte=now + NOTICE_OF_EXPIRY, warned_at=None)
    rows = ApprovalRequest.objects.filter(UNUSED & soon).order_by("expires_at", "id")
    return list(rows.values_list("pk", flat=True)[:limit])


def grant_days(shop_id: int) -> int:
    """How many days what was granted may be used."""
    days = ApprovalSettings.objects.filter(shop=shop_id).values_list("grant_days", flat=True).first()
    return GRANT_DAYS if days is None else days


def base_of_pack(shop_id: int, label: str) -> str:
    """Which shipped pack a label in force stands for; empty when it is in force no more."""
    return Packs(shop_id).base_of(label)


def request_json(request: ApprovalRequest) -> dict[str, Any]:
    """A request as programs see it. `key` names the payment that it allows: pay each key once."""
    order = request.order
    return {
        "id": request.pk,
        "key": f"approval-{request.pk}",
        "conversation": request.conversation.external_id,
        "order": order.external_id if order else None,
        "remedy": request.remedy,
        "issue": request.issue,
        "amount": str(request.amount),
        "currency": request.currency,
        "reason": request.reason,
        "evidence": request.evidence,
        "references": request.references,
        "reply": request.reply,
        "state": request.state,
        "policy": {"verdict": request.verdict, "rule": request.policy, "pack": request.pack},
        "levels": request.levels,
        "requester": request.requester.email if request.requester else None,
        "granted_amount": None if request.granted_amount is None else str(request.granted_amount),
        "decided_by": request.decided_by.email if request.decided_by else None,
        "decided_at": request.decided_at,
        "answer": request.answer,
        "used_at": request.used_at,
        "expires_at": request.expires_at,
        "returned_at": request.returned_at,
        "created_at": request.created_at,
    }


def _whole() -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.select_related(
        "shop",
        "conversation__customer",
        "conversation__assignee",
        "order",
        "requester",
        "decided_by",
        "grantor",
    )
