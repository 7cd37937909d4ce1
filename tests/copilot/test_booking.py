"""Promises of money stand in the ledger when they go out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from goldseam.approvals.events import GrantUsed
from goldseam.approvals.models import ApprovalRequest
from goldseam.conversations.models import Message
from goldseam.copilot.booking import book_grant
from goldseam.ledger.models import Entry
from goldseam.ledger.queries import owed
from goldseam.promises.actions import Commitment, make, withdraw
from tests.ledger.conftest import House, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return build()


def _commitment(kind: str, amount: str | None) -> Commitment:
    value = None if amount is None else Decimal(amount)
    due = timezone.now() + timedelta(days=1)
    return Commitment(kind, 0, 5, "补偿20元", due, named=False, amount=value, currency="CNY")


def _message(house: House, remedy: str = "") -> Message:
    return Message.objects.create(
        conversation=house.conversation, role="agent", text="补偿20元", at=timezone.now(), remedy=remedy
    )


@pytest.mark.parametrize(
    ("kind", "chosen", "remedy"),
    [
        ("compensation", "", "coupon"),
        ("compensation", "gift", "gift"),
        ("refund", "return_refund", "return_refund"),
        ("refund", "explain", "partial_refund"),
        ("price_match", "", "price_adjust"),
    ],
)
def test_a_promised_amount_is_owed(house: House, kind: str, chosen: str, remedy: str) -> None:
    make(house.conversation, _message(house, chosen), house.agent, [_commitment(kind, "20")])
    entry = Entry.objects.get()
    assert (entry.state, entry.remedy) == ("promised", remedy)
    assert entry.amount == 20
    assert entry.granter_id == house.agent.pk


def test_promises_without_money_are_none_of_the_ledgers(house: House) -> None:
    make(
        house.conversation,
        _message(house),
        house.agent,
        [_commitment("ship_by", None), _commitment("refund", None)],
    )
    assert not Entry.objects.exists()


def test_a_withdrawn_promise_is_owed_no_more(house: House) -> None:
    (promise,) = make(house.conversation, _message(house), house.agent, [_commitment("compensation", "20")])
    withdraw(promise, house.agent, "谈妥了换货")
    assert owed(house.conversation.pk) == {}


def test_a_used_grant_is_owed_and_costs_its_granter_once(house: House) -> None:
    request = ApprovalRequest.objects.create(
        shop=house.shop,
        conversation=house.conversation,
        home=house.conversation,
        remedy="coupon",
        amount=80,
        first_amount=80,
        currency="CNY",
        reason="x",
        asked_by="agent",
        requester=house.agent,
        key="k",
        state="approved",
        granted_amount=80,
        grantor=house.lead,
        decided_by=house.lead,
        decided_at=timezone.now(),
    )
    house.post(f"approval-{request.pk}", "approved", "80", approver_id=house.lead.pk)
    for _ in range(2):
        book_grant(GrantUsed(house.shop.pk, house.conversation.pk, request.pk))
    assert owed(house.conversation.pk) == {"CNY": Decimal(80)}
    assert Entry.objects.get(state="promised").granted == 0
