"""Real data that nobody here wrote comes in whole. It lies outside the project (GOLDSEAM_SHARED_DATA, or
../shared/data beside the checkout) and is not needed for anything else."""

from __future__ import annotations

import os
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
from django.db.models import F

from goldseam.commerce.models import Customer, Order, Parcel, Product, Refund, Scan
from goldseam.conversations.models import Conversation, Message
from goldseam.copilot.models import Decision
from goldseam.knowledge.models import Article
from tests.importing.conftest import Run

MAPPINGS = Path(__file__).parent / "mappings"
DATA = Path(os.environ.get("GOLDSEAM_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="no shared data: GOLDSEAM_SHARED_DATA names no folder"),
]


def test_the_chinese_shop(run: Run) -> None:
    result = run(MAPPINGS / "store_zh.toml", paths=[DATA / "store_zh"])
    assert result.counts("customer") == (28, 0, 0, 0)
    assert result.counts("product") == (52, 0, 0, 0)
    created, _, _, refused = result.counts()
    assert (created, refused) == (41, 53)  # 3 traces, 49 invoices, 1 service: their orders are not there
    assert {reason for _, _, reason in result.report.kinds} == {
        "This order is not known yet, and a new one needs a status."
    }
    assert (Order.objects.count(), Parcel.objects.count(), Scan.objects.count()) == (41, 36, 153)
    order = Order.objects.get(external_id="313271663680")
    assert (order.status, order.total, order.items.count()) == ("paid", Decimal("3294.00"), 2)
    assert order.promised_delivery_by is not None
    assert order.delivered_at is not None
    assert order.delivered_at < order.promised_delivery_by
    assert order.customer is not None
    assert order.customer.phone
    assert Order.objects.filter(attributes__has_key="invoice").count() == 22
    assert Product.objects.filter(attributes__has_key="faults").count() == 52
    assert result.counts("product_sheet") == (0, 52, 0, 0)
    assert Article.objects.filter(kind="fault", title__contains="(F001)").count() == 27
    again = run(MAPPINGS / "store_zh.toml", paths=[DATA / "store_zh"])
    assert again.counts()[:2] == (0, 0)
    assert again.counts("product_sheet") == (0, 0, 52, 0)


def test_the_english_shop(run: Run) -> None:
    result = run(MAPPINGS / "store_en.toml", paths=[DATA / "store_en"])
    assert result.report.refused == 0
    counts = [result.counts(entity)[0] for entity in ("customer", "product", "order")]
    assert counts == [500, Product.objects.count(), 1000]
    assert (Customer.objects.count(), Parcel.objects.count(), Refund.objects.count()) == (500, 577, 102)
    assert not Order.objects.filter(customer__name="").exists()
    assert run(MAPPINGS / "store_en.toml", paths=[DATA / "store_en"]).counts() == (0, 0, 1000, 0)


def test_the_chat_sessions_come_in_triaged(run: Run) -> None:
    result = run(MAPPINGS / "chats_zh.toml", paths=[DATA / "chats_zh"])
    assert result.counts("conversation") == (994, 0, 0, 0)
    assert Message.objects.count() == 12_136
    assert not Conversation.objects.filter(issue="").exists()
    assert not Conversation.objects.filter(search=None).exists()
    assert not Conversation.objects.filter(customer=None).exists()
    assert Decision.objects.count() == 994
    assert Conversation.objects.values("issue").distinct().count() > 15
    again = run(MAPPINGS / "chats_zh.toml", paths=[DATA / "chats_zh"])
    assert again.counts("conversation") == (0, 0, 994, 0)
    assert Decision.objects.count() == 994


def beginning(name: str, lines: int) -> str:
    """The first lines of a shared file; the whole would take a minute."""
    with (DATA / name).open(encoding="utf-8") as file:
        return "".join(islice(file, lines))


def test_complaint_dialogues(run: Run) -> None:
    lines = beginning("helpdesk_zh/stc3_open.jsonl", 200)
    assert run(MAPPINGS / "helpdesk_zh.toml", {"d.jsonl": lines}).counts("conversation") == (200, 0, 0, 0)
    assert not Conversation.objects.filter(issue="").exists()
    assert set(Conversation.objects.values_list("status", flat=True)) == {"closed"}
    assert Conversation.objects.filter(outcome="unsatisfied").exists()


def test_a_marketplaces_tables(run: Run) -> None:
    tables = ("customers", "products", "orders")
    files = {
        f"olist_{name}_dataset.csv": beginning(f"orders_reviews/olist_{name}_dataset.csv", 501)
        for name in tables
    }
    result = run(MAPPINGS / "olist.toml", files)
    assert [result.counts(name)[0] for name in ("customer", "product", "order")] == [500, 500, 500]
    late = Order.objects.filter(delivered_at__gt=F("promised_delivery_by"))
    assert 0 < late.count() < 100
