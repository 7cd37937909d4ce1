"""Who is answerable, in named cases."""

from __future__ import annotations

import pytest

from goldseam.engine.decide.liability import PARTIES
from tests.engine.decide.cases import ago, ahead, conversation, judged, order, scan

MOVING = (scan("picked_up", ago(hours=90)), scan("in_transit", ago(hours=72), "广州中转"))
FRESH = (scan("picked_up", ago(hours=20)), scan("in_transit", ago(hours=3), "杭州"))
LABEL = (scan("created", ago(hours=40)),)

CASES = {
    "stalled at the carrier": (
        "logistics.delay",
        order("shipped", scans=MOVING),
        "快递停了三天了",
        "carrier",
    ),
    "not shipped past the promise": (
        "logistics.not_shipped",
        order("paid", promised_ship_by=ago(hours=30)),
        "怎么还不发货",
        "seller",
    ),
    "label made, never picked up": (
        "logistics.not_shipped",
        order("paid", scans=LABEL, promised_ship_by=ago(hours=30)),
        "怎么还不发货",
        "warehouse",
    ),
    "a delay that began in the warehouse": (
        "logistics.delay",
        order("shipped", scans=FRESH, shipped_at=ago(hours=20), promised_ship_by=ago(hours=80)),
        "太慢了",
        "warehouse",
    ),
    "shipped in time, late in transit": (
        "logistics.delay",
        order(
            "shipped",
            scans=MOVING,
            shipped_at=ago(hours=95),
            promised_ship_by=ago(hours=90),
            promised_delivery_by=ago(hours=10),
        ),
        "太慢了",
        "carrier",
    ),
    "asked about as delay, but never shipped": (
        "logistics.delay",
        order("paid", promised_ship_by=ago(hours=30)),
        "怎么还没到",
        "seller",
    ),
    "lost": (
        "logistics.lost",
        order("shipped", scans=(*MOVING, scan("lost", ago(hours=5)))),
        "丢了吗",
        "carrier",
    ),
    "signed for, not received": ("logistics.false_delivery", order("delivered"), "没收到", "carrier"),
    "damaged with a damage scan": (
        "logistics.damaged",
        order("delivered", scans=(scan("damaged", ago(hours=60)),)),
        "箱子压烂了",
        "carrier",
    ),
    "wrong item": ("product.wrong_item", order(), "发错颜色了", "warehouse"),
    "missing": ("product.missing", order(), "少了一个", "warehouse"),
    "fault": ("product.defect", order(), "用两天就坏了", "manufacturer"),
    "safety": ("product.safety", order(), "冒烟了", "manufacturer"),
    "not as described": ("product.not_as_described", order(), "和图片不一样", "seller"),
    "changed mind": ("refund.return", order(), "不喜欢,想退了", "buyer"),
    "bought the wrong one": ("product.size_fit", order(), "我买错尺码了", "buyer"),
    "invoice": ("invoice", order(), "发票呢", "seller"),
    "staff's conduct is the seller's": ("service.attitude", order(), "客服态度太差", "seller"),
    "paid twice": ("payment.issue", order(), "扣了两次钱", "platform"),
    "a plain question": ("product.how_to", order(), "怎么安装", "unclear"),
    "praise": ("praise", order(), "很好", "unclear"),
    "where is it, nothing wrong": ("logistics.tracking", order("shipped", scans=FRESH), "到哪了", "unclear"),
    "where is it, and it has not moved": (
        "logistics.tracking",
        order("shipped", scans=MOVING),
        "到哪了",
        "carrier",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_party(name: str) -> None:
    issue, one, words, party = CASES[name]
    found = judged(conversation(words, orders=(one,)), issue).liability
    assert found.party == party
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c[3] != "unclear"])
def test_a_named_party_has_evidence(name: str) -> None:
    issue, one, words, _ = CASES[name]
    assert judged(conversation(words, orders=(one,)), issue).liability.evidence


def test_a_booked_fitting_blames_nobody() -> None:
    talk = conversation("我要装空调", orders=(order(title="空调"),))
    found = judged(talk, "warranty.repair", asks=("schedule_service",)).liability
    assert found.party == "unclear"
    assert found.evidence == ("客户只约上门,没有说东西有毛病:「要schedule_service」",)


@pytest.mark.parametrize(
    "more", [{"asks": ("schedule_service", "repair")}, {"secondary": ("product.defect",)}]
)
def test_a_visit_for_a_fault_still_has_a_party(more: dict[str, tuple[str, ...]]) -> None:
    told = {"asks": ("schedule_service",), **more}
    found = judged(conversation("约师傅来修", orders=(order(),)), "warranty.repair", **told).liability
    assert found.party == "manufacturer"


def test_evidence_names_the_facts_in_the_language_of_the_customer() -> None:
    stalled = order("shipped", scans=MOVING, promised_delivery_by=ahead(hours=1))
    assert judged(conversation("停了", orders=(stalled,)), "logistics.delay").liability.evidence == (
        "到广州中转后3天没有新的物流记录",
    )
    english = judged(conversation("stuck", orders=(stalled,), locale="en"), "logistics.delay", language="en")
    assert english.liability.evidence == ("no carrier scan for 3 days after 广州中转",)


def test_more_evidence_gives_more_confidence() -> None:
    bare = judged(conversation("慢", orders=(order("shipped", scans=FRESH),)), "logistics.delay").liability
    known = judged(conversation("慢", orders=(order("shipped", scans=MOVING),)), "logistics.delay").liability
    assert known.confidence > bare.confidence


def test_nobody_in_the_chat_is_ever_a_party() -> None:
    assert "agent" not in PARTIES
    rude = conversation("你什么态度", "agent: 是您自己没看清楚", "投诉你")
    assert judged(rude, "service.attitude").liability.party == "seller"
