"""Requests go where the words went that they are about: with a merge and its undoing, with a split."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from goldseam.approvals.models import ApprovalRequest, State
from goldseam.approvals.routing import ledger_key
from goldseam.approvals.saying import remedy_words
from goldseam.conversations.actions import reopen, stand_together
from goldseam.conversations.queries import conversation_by_id, spoken
from goldseam.core import audit
from goldseam.core.errors import Conflict
from goldseam.core.live import announce
from goldseam.ledger.actions import move

if TYPE_CHECKING:
    from goldseam.conversations.events import ConversationsMerged


def follow_merge(event: ConversationsMerged) -> None:
    """Requests stand where the conversation went that they were asked on, and come back with it; what waits
    opens a conversation that was closed before. Raises Conflict when both wait for the same remedy: one of
    the two has to be withdrawn first."""
    both = (event.conversation_id, event.source_id)
    waiting = ApprovalRequest.objects.filter(conversation__in=both, state=State.PENDING)
    remedies = list(waiting.order_by("remedy").values_list("remedy", "conversation_id").distinct())
    twice = next((r for r, _c in remedies if [name for name, _c in remedies].count(r) > 1), None)
    if twice is not None:
        told = {"remedy": remedy_words(twice)}
        raise Conflict(
            _("Both wait for approval of “%(remedy)s”: withdraw one of the two requests first.") % told,
            code="request_pending",
        )
    if stand_together(ApprovalRequest.objects.all(), *both):
        _tell(event.shop_id, both)
        for pk in sorted(set(waiting.values_list("conversation_id", flat=True))):
            _keep_open(pk)


def _keep_open(conversation_id: int) -> None:
    conversation = conversation_by_id(conversation_id)
    if conversation.status == "closed":
        reopen(conversation, actor="merge")


def about_moved_messages(old_id: int, new_id: int) -> list[int]:
    """Requests of a conversation whose every message that they rest on went on into another one."""
    moved = set(spoken(new_id).values_list("pk", flat=True))
    rows = ApprovalRequest.objects.filter(conversation=old_id).values_list("pk", "references")
    named = {pk: {r["id"] for r in refs if r["kind"] == "message"} for pk, refs in rows}
    return [pk for pk, numbers in named.items() if numbers and numbers <= moved]


def move_requests(shop_id: int, request_ids: Iterable[int], old_id: int, new_id: int) -> None:
    """These requests, and what the ledger holds of them, belong to the new conversation. The caller holds
    both."""
    wanted = sorted(set(request_ids))
    if not wanted:
        return
    ApprovalRequest.objects.filter(pk__in=wanted, conversation=old_id).update(
        conversation=new_id, home=new_id
    )
    move(shop_id, [ledger_key(pk) for pk in wanted], new_id)
    for pk in wanted:
        audit.record(shop_id, "split", "approval.moved", f"approval-{pk}", after={"conversation": new_id})
    _tell(shop_id, (old_id, new_id))


def _tell(shop_id: int, conversation_ids: Iterable[int]) -> None:
    names = [f"{kind}-{pk}" for pk in conversation_ids for kind in ("conversation", "ledger")]
    announce(shop_id, "approvals", *names)
