"""Assessing a batch comes to the same as assessing one conversation after the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goldseam.commerce.actions import upsert_orders
from goldseam.commerce.records import ItemRecord, OrderRecord, ParcelRecord, RefundRecord, ScanRecord
from goldseam.conversations.importing import upsert_conversations
from goldseam.conversations.models import Conversation, Message
from goldseam.conversations.records import ConversationRecord, MessageRecord
from goldseam.copilot.actions import assess
from goldseam.copilot.facts import gather, gather_many
from goldseam.copilot.models import Decision
from goldseam.people.models import Shop

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
TEXTS = (
    "快递停了三天了，孩子开学要用！",
    "再不处理我就打12315投诉，去抖音曝光你们",
    "谢谢，很满意",
    "订单 o-1-3 的发票怎么开",
    "收到的壶漏水，要退货",
)


@pytest.fixture
def shop() -> Shop:
    shop = Shop.objects.create(slug="s", name="小店")
    upsert_orders(shop, [order(buyer, number) for buyer in range(3) for number in range(25)], actor="t")
    return shop


def order(buyer: int, number: int) -> OrderRecord:
    placed = None if number == 7 else NOW - timedelta(days=30 * number + buyer)
    return OrderRecord(
        f"o-{buyer}-{number}",
        customer=f"u-{buyer}",
        status="shipped",
        placed_at=placed,
        promised_delivery_by=NOW - timedelta(days=2),
        total=Decimal(100 + number),
        items=[ItemRecord("TEA", "茶壶", 1, Decimal(100))],
        parcels=[
            ParcelRecord(f"P{buyer}{number}", "顺丰", [ScanRecord(NOW - timedelta(days=4), "in_transit")])
        ],
        refunds=[RefundRecord("r", Decimal(5), status="paid", requested_at=placed)]
        if number % 5 == 0
        else [],
    )


def records(count: int) -> list[ConversationRecord]:
    return [
        ConversationRecord(
            f"c-{i}",
            [MessageRecord("customer", TEXTS[i % len(TEXTS)], NOW - timedelta(days=i))],
            customer=f"u-{i % 4}" if i % 5 else "",
            status="closed" if i % 2 else "open",
        )
        for i in range(count)
    ]


def test_the_facts_are_the_same(shop: Shop) -> None:
    upsert_conversations(shop, records(20), actor="t")
    rows = list(Conversation.objects.select_related("shop", "customer"))
    together = gather_many([(row, NOW) for row in rows])
    assert together == [gather(row, NOW) for row in rows]
    assert max(len(facts.orders) for facts in together) == 20


def test_the_triage_is_the_same(shop: Shop) -> None:
    columns = (
        "issue",
        "issue_confidence",
        "emotion",
        "intensity",
        "priority",
        "order__external_id",
        "handover",
    )
    upsert_conversations(shop, records(10), actor="t")
    closed = Conversation.objects.filter(status="closed").select_related("shop", "customer")
    before = list(closed.order_by("pk").values_list(*columns))
    marks = list(Message.objects.order_by("pk").values_list("marks", flat=True))
    assert any(marks)
    for row in closed:
        assess(row, now=row.last_message_at)
    assert list(closed.order_by("pk").values_list(*columns)) == before
    assert list(Message.objects.order_by("pk").values_list("marks", flat=True)) == marks
    for row in closed:
        later, first = Decision.objects.filter(conversation=row).order_by("-pk")[:2]
        assert later.assessment["issue"] == first.assessment["issue"]
        assert later.made_at == first.made_at


def test_open_ones_raise_alerts_and_closed_ones_do_not(shop: Shop) -> None:
    upsert_conversations(shop, records(10), actor="t")
    urgent = Conversation.objects.filter(priority__in=["P0", "P1"])
    assert {row.alerted_at is not None for row in urgent.filter(status="open")} == {True}
    assert {row.alerted_at is not None for row in urgent.filter(status="closed")} <= {False}


def test_news_of_an_order_reach_the_open_conversation(shop: Shop) -> None:
    upsert_conversations(
        shop,
        [
            ConversationRecord("c-1", [MessageRecord("customer", "我的快递到哪了", NOW)], customer="u-1"),
            ConversationRecord("c-2", [MessageRecord("customer", "我的快递到哪了", NOW)], customer="u-2"),
        ],
        actor="t",
    )
    lost = ParcelRecord("P13", scans=[ScanRecord(NOW, "lost", text="包裹遗失")])
    upsert_orders(shop, [OrderRecord("o-1-3", parcels=[lost])], actor="t")
    upsert_orders(shop, [OrderRecord("o-1-3", parcels=[lost])], actor="t")
    decisions = Decision.objects.order_by("pk").values_list("conversation__external_id", flat=True)
    assert list(decisions) == ["c-1", "c-2", "c-1"]
    latest = Decision.objects.latest("pk")
    scans = [o["shipment"]["events"] for o in latest.facts["orders"] if o["id"] == "o-1-3"]
    assert scans[0][0]["status"] == "lost"


def test_a_batch_needs_few_queries(shop: Shop) -> None:
    with CaptureQueriesContext(connection) as queries:
        upsert_conversations(shop, records(50), actor="t")
    assert len(queries) < 50 * 4
