"""Debts that are paid: by hand, by a program, or seen in the shop's own refunds.

A refund of the shop pays exactly one debt or grant of its order when the amount is the same, or all of them
together when their sum is; anything else stays open for a person to look at, because a guess would be worse
than a question. The refund's row names the entry's key, so however often it is imported it pays once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from goldseam.commerce.queries import PaidRefund, paid_refunds
from goldseam.conversations.actions import hold
from goldseam.core.errors import Conflict
from goldseam.ledger.actions import post, reverse
from goldseam.ledger.models import Account, Entry, State
from goldseam.ledger.queries import OpenItem, open_items

if TYPE_CHECKING:
    from goldseam.commerce.events import OrderChanged, OrdersChanged
    from goldseam.people.models import Agent


def settle_refunds(event: OrderChanged | OrdersChanged) -> None:
    """Refunds that the shop has paid settle what they match."""
    ids = getattr(event, "order_ids", None) or (getattr(event, "order_id", 0),)
    with_entries = set(
        Entry.objects.filter(shop_id=event.shop_id, order_id__in=ids, moved__gt=0).values_list(
            "order_id", flat=True
        )
    )
    for refund in paid_refunds(with_entries):
        settle_refund(event.shop_id, refund)


@transaction.atomic
def settle_refund(shop_id: int, refund: PaidRefund) -> list[Entry]:
    """The payments that a refund of the shop makes; none when it was booked before or matches nothing."""
    prefix = f"refund-{refund.refund_id}"
    talks = Entry.objects.filter(order_id=refund.order_id, moved__gt=0).values_list(
        "conversation_id", flat=True
    )
    for conversation_id in sorted(set(talks)):
        hold(conversation_id)
    if Entry.objects.filter(shop_id=shop_id, key__startswith=f"{prefix}-").exists():
        return []
    opened = [item for item in open_items(order_id=refund.order_id) if item.entry.currency == refund.currency]
    return [
        _pay(shop_id, item, f"{prefix}-{item.entry.pk}", f"refund {refund.external_id}")
        for item in _matching(opened, refund.amount)
    ]


def _matching(opened: list[OpenItem], amount: Decimal) -> list[OpenItem]:
    one = next((item for item in opened if item.left == amount), None)
    if one is not None:
        return [one]
    debts = [item for item in opened if item.account == Account.PAYABLE]
    for group in (debts, opened):
        if group and sum((item.left for item in group), Decimal(0)) == amount:
            return group
    return []


@transaction.atomic
def pay(
    entry: Entry, *, key: str, agent: Agent | None, amount: Decimal | None = None, source: str = ""
) -> Entry:
    """What the entry opened was paid (all that is left of it, or `amount`). The same key again is the same
    payment. Raises Conflict when nothing is open any more, or less than the amount."""
    hold(entry.conversation_id)
    known = Entry.objects.filter(shop_id=entry.shop_id, key=key).first()
    if known is not None:
        return known
    opened = open_items(conversation_id=entry.conversation_id)
    item = next((item for item in opened if item.entry.pk == entry.pk), None)
    if item is None or (amount is not None and amount > item.left):
        raise Conflict(gettext_noop("That much is not owed any more; look at the ledger."), code="not_owed")
    wanted = OpenItem(item.entry, item.account, item.left if amount is None else amount)
    return _pay(entry.shop_id, wanted, key, source, agent)


@transaction.atomic
def release(entry: Entry, *, key: str, agent: Agent | None, reason: str) -> Entry | None:
    """What is left of what an entry opened is not needed: all of it is taken back by a reversal, a rest by a
    cancelling entry. The same key again is the same; None when nothing is left."""
    hold(entry.conversation_id)
    known = Entry.objects.filter(shop_id=entry.shop_id, key=key).first()
    if known is not None:
        return known
    opened = open_items(conversation_id=entry.conversation_id)
    item = next((item for item in opened if item.entry.pk == entry.pk), None)
    if item is None:  # settled, or taken back already
        return None
    if item.left == entry.moved:
        return reverse(entry, key=key, agent=agent, reason=reason, source=entry.source)
    return _settle(entry.shop_id, item, State.CANCELLED, key, f"{entry.source}: {reason}"[:200], agent)


def _pay(shop_id: int, item: OpenItem, key: str, source: str, agent: Agent | None = None) -> Entry:
    return _settle(shop_id, item, State.PAID, key, source, agent)


def _settle(shop_id: int, item: OpenItem, state: State, key: str, source: str, agent: Agent | None) -> Entry:
    entry = item.entry
    return post(
        shop_id,
        key=key,
        state=state,
        amount=item.left,
        currency=entry.currency,
        remedy=entry.remedy,
        conversation_id=entry.home_id,
        order_id=entry.order_id,
        agent_id=agent.pk if agent else entry.agent_id,
        approver_id=entry.approver_id,
        issue=entry.issue,
        liable_party=entry.liable_party,
        source=source,
        item=entry.pk,
    )
