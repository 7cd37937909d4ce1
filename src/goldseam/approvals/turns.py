"""What every verb of the room does around its own write: hold the rows, note the turn, tell the people."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from goldseam.approvals.models import ApprovalRequest, Notice, Turn, Verb
from goldseam.approvals.routing import ledger_key
from goldseam.conversations.actions import hold
from goldseam.core import audit
from goldseam.core.errors import Conflict, NotFound
from goldseam.core.live import announce
from goldseam.core.locks import take_turns
from goldseam.ledger.actions import post

if TYPE_CHECKING:
    from goldseam.people.models import Agent


def held(request_id: int) -> ApprovalRequest:
    """The request as it is now, kept from others until the transaction ends. The conversation's row is locked
    first, as everywhere, so that a closing, a reply and a decision never wait for each other in a circle."""
    found = ApprovalRequest.objects.filter(pk=request_id).values_list("conversation_id", flat=True).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such request."))
    hold(found)
    request = held_alone(request_id)
    if request.conversation_id != found:
        raise Conflict(gettext_noop("The conversation was just merged or taken apart; try again."))
    return request


def held_alone(request_id: int) -> ApprovalRequest:
    """The same, for callers that hold the conversation already."""
    rows = ApprovalRequest.objects.select_for_update(of=("self",))
    return rows.select_related("shop", "conversation", "requester", "decided_by", "grantor").get(
        pk=request_id
    )


def hold_grantors(shop_id: int, agent_ids: Iterable[int]) -> None:
    """Let nobody else spend these people's authority until the transaction ends: two decisions at once
    must not pass a limit of the day that each alone keeps. Always the last locks, in one order;
    the gate that every reply passes takes the same turns."""
    for agent_id in sorted(agent_ids):
        take_turns(f"authority-{shop_id}-{agent_id}")


def note(
    request: ApprovalRequest,
    verb: Verb,
    actor: Agent | None,
    *,
    acts_for: int | None = None,
    amount: Decimal | None = None,
    words: str = "",
    key: str | None = None,
) -> Turn:
    """The turn on the request's own history."""
    return Turn.objects.create(
        request=request, verb=verb, actor=actor, acts_for_id=acts_for, amount=amount, words=words, key=key
    )


def record(request: ApprovalRequest, actor: str, verb: str, **after: Any) -> None:
    """The same in the audit trail, beside the conversation's other entries."""
    what = {"remedy": request.remedy}
    if not request.is_wording:
        what["amount"] = f"{request.amount} {request.currency}"
    audit.record(request.shop_id, actor, f"approval.{verb}", f"approval-{request.pk}", after=what | after)


def book(request: ApprovalRequest, agent: Agent) -> None:
    """The decision in the ledger: once, by its key. Words cost nothing."""
    if request.is_wording:
        return
    approved = request.granted_amount is not None
    post(
        request.shop_id,
        key=ledger_key(request.pk),
        state="approved" if approved else "refused",
        amount=request.granted_amount if request.granted_amount is not None else request.amount,
        currency=request.currency,
        remedy=request.remedy,
        conversation_id=request.home_id,
        order_id=request.order_id,
        agent_id=request.requester_id,
        approver_id=request.grantor_id if approved else agent.pk,
        issue=request.issue,
        liable_party=request.conversation.liable_party,
        source=ledger_key(request.pk),
    )


def tell(
    request: ApprovalRequest, people: Iterable[int], kind: Notice.Kind | None, also: Iterable[int] = ()
) -> None:
    """Announce the request anew; `people` get a notice of this kind and, as those in `also`, their count."""
    told = {i for i in people if i is not None}
    if kind is not None:
        Notice.objects.bulk_create(Notice(agent_id=i, request=request, kind=kind) for i in sorted(told))
    announce(
        request.shop_id,
        f"approval-{request.pk}",
        f"conversation-{request.conversation_id}",
        "approvals",
        *(f"approvals-{i}" for i in sorted(told | set(also))),
    )
