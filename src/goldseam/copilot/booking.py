"""What a sent reply promises in money stands in the ledger, in the transaction in which it goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldseam.approvals.following import about_moved_messages, move_requests
from goldseam.approvals.queries import request_by_id
from goldseam.approvals.routing import ledger_key
from goldseam.conversations.queries import conversation_by_id, message_by_id
from goldseam.copilot.models import CheckedReply
from goldseam.ledger import actions as ledger
from goldseam.ledger.queries import entry_by_key, left_of
from goldseam.ledger.settling import release
from goldseam.promises.queries import promise_by_id, promises_of

if TYPE_CHECKING:
    from goldseam.approvals.events import GrantUsed
    from goldseam.conversations.events import ConversationSplit
    from goldseam.promises.events import PromiseMade, PromiseWithdrawn
    from goldseam.promises.models import Promise

_REMEDIES = {"refund": "partial_refund", "compensation": "coupon", "price_match": "price_adjust"}
"""What a promise of money is, when neither the reply's solution nor an approval says it."""

_OF_KIND = {
    "refund": {"return_refund", "refund_only", "partial_refund", "freight_refund", "cancel_order"},
    "compensation": {"coupon", "gift", "partial_refund", "freight_refund", "review_reward", "price_adjust"},
    "price_match": {"price_adjust", "partial_refund", "coupon"},
}


def book_grant(event: GrantUsed) -> None:
    """What was approved is promised to the customer now: out of the grant, which cost its granter. What of it
    was paid before is not owed again, and what was not needed stands ready no more. Words owe nothing."""
    request = request_by_id(event.request_id)
    if request.is_wording:
        return
    wanted = request.used_amount or request.amount
    grant = entry_by_key(event.shop_id, ledger_key(request.pk))
    amount = min(wanted, left_of(grant)) if grant is not None and grant.moved else wanted
    if wanted and not amount:
        return
    ledger.post(
        event.shop_id,
        key=f"grant-{request.pk}",
        state="promised",
        amount=amount,
        currency=request.currency,
        remedy=request.remedy,
        conversation_id=request.conversation_id,
        order_id=request.order_id,
        agent_id=request.requester_id,
        approver_id=request.grantor_id,
        issue=request.issue,
        liable_party=request.conversation.liable_party,
        source=ledger_key(request.pk),
        item=grant.pk if grant is not None else None,
    )
    if grant is not None:
        key = f"{ledger_key(request.pk)}-rest"
        release(grant, key=key, agent=None, reason="less was promised")


def book_promise(event: PromiseMade) -> None:
    """An amount that somebody promised on their own; what rests on an approval is booked with it."""
    promise = promise_by_id(event.promise_id)
    if not promise.amount or promise.kind not in _REMEDIES or _rests_on_grant(promise):
        return
    conversation = conversation_by_id(event.conversation_id)
    ledger.post(
        event.shop_id,
        key=f"promise-{promise.pk}",
        state="promised",
        amount=promise.amount,
        currency=promise.currency or conversation.shop.currency,
        remedy=_remedy_of(promise),
        conversation_id=conversation.pk,
        order_id=promise.order_id,
        agent_id=promise.agent_id,
        issue=conversation.issue,
        liable_party=conversation.liable_party,
        source=f"promise-{promise.pk}",
        by_right=bool(_part_of(promise)) and not promise.gift,
    )


def unbook_promise(event: PromiseWithdrawn) -> None:
    """A withdrawn promise is owed no more, and what was approved for it stands ready no more; what was paid
    already stays paid."""
    grant = _part_of(promise_by_id(event.promise_id)).get("grant")
    keys = [f"promise-{event.promise_id}"] if grant is None else [f"grant-{grant}", ledger_key(int(grant))]
    for number, key in enumerate(keys):
        entry = entry_by_key(event.shop_id, key)
        if entry is not None:
            taken = f"withdrawn-{event.promise_id}" + (f"-{number}" if number else "")
            release(entry, key=taken, agent=None, reason="promise withdrawn")


def follow_split(event: ConversationSplit) -> None:
    """Money stands where the words are: what a moved message promised, what was approved for it, and what was
    asked because of it."""
    moved = promises_of(event.new_id)
    grants = {int(grant) for promise in moved if (grant := _part_of(promise).get("grant")) is not None}
    requests = {*about_moved_messages(event.conversation_id, event.new_id), *grants}
    move_requests(event.shop_id, requests, event.conversation_id, event.new_id)
    ledger.move(event.shop_id, [f"promise-{promise.pk}" for promise in moved], event.new_id)


def _rests_on_grant(promise: Promise) -> bool:
    return _part_of(promise).get("grant") is not None


def _part_of(promise: Promise) -> dict[str, Any]:
    """How the check of the reply judged the words of this promise; empty where no check is kept."""
    row = CheckedReply.objects.filter(message_id=promise.message_id).order_by("-id").first()
    parts = row.extra.get("parts", []) if row is not None else []
    place = (promise.kind, promise.start)
    return next((part for part in parts if (part["kind"], part["start"]) == place), {})


def _remedy_of(promise: Promise) -> str:
    judged: str = _part_of(promise).get("remedy", "")
    if judged:
        return judged
    chosen = message_by_id(promise.message_id).remedy
    return chosen if chosen in _OF_KIND[promise.kind] else _REMEDIES[promise.kind]
