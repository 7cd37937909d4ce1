"""What cannot wait and what must reach a person."""

from __future__ import annotations

from typing import Any

import pytest

from goldseam.engine.facts import Customer
from tests.engine.decide.cases import ago, conversation, judged, order, scan

LATE = order("shipped", scans=(scan("in_transit", ago(hours=90), "广州"),), promised_delivery_by=ago(days=4))

CASES: dict[str, tuple[tuple[str, ...], str, dict[str, Any], str, str | None]] = {
    "self-harm": (("活不下去了",), "refund.progress", {"signals": ("self_harm",)}, "P0", "crisis"),
    "threat": (("我拿刀来找你们",), "refund.rejected", {"signals": ("threat_to_staff",)}, "P0", "crisis"),
    "injury": (("手被割伤了",), "product.defect", {"signals": ("injury",)}, "P0", "safety"),
    "smoke": (("插头冒烟",), "product.safety", {}, "P0", "safety"),
    "a danger beside another issue": (
        ("退款,还冒烟",),
        "refund.return",
        {"secondary": ("product.safety",)},
        "P0",
        "safety",
    ),
    "self-harm in a thankful talk": (
        ("谢谢",),
        "praise",
        {"signals": ("self_harm",), "mood": ("grateful", 1)},
        "P0",
        "crisis",
    ),
    "regulator and angry": (
        ("打12315",),
        "refund.rejected",
        {"signals": ("regulator",), "mood": ("angry", 3)},
        "P1",
        "high_risk",
    ),
    "angry at a broken promise": (("还没到!",), "logistics.delay", {"mood": ("angry", 3)}, "P1", "high_risk"),
    "asks for a person": (("转人工",), "other", {}, "P2", "customer_request"),
    "asks for a manager": (("叫你们经理来",), "refund.return", {}, "P2", "customer_request"),
    "a plain question": (("怎么安装",), "product.how_to", {}, "P3", None),
    "where is it": (("到哪了",), "logistics.tracking", {}, "P3", None),
    "praise": (("很好用",), "praise", {"mood": ("grateful", 1)}, "P3", None),
    "a greeting": (("在吗",), "other", {"confidence": 0.3}, "P3", None),
    "not understood": (("那个弄一下",), "refund.return", {"confidence": 0.2}, "P2", "low_confidence"),
    "a normal return": (("想退货",), "refund.return", {}, "P2", None),
    "possible abuse": (("不给钱就差评",), "refund.return", {"signals": ("fraud_suspect",)}, "P2", "policy"),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    turns, issue, more, priority, reason = CASES[name]
    orders = (LATE,) if "broken" in name else ()
    found = judged(conversation(*turns, orders=orders), issue, **more)
    assert found.priority == priority
    assert found.handover.reason == reason
    assert found.handover.needed is (reason is not None)


@pytest.mark.parametrize("signal", ["self_harm", "injury", "threat_to_staff"])
@pytest.mark.parametrize(
    "issue", ["praise", "other", "product.how_to", "refund.rejected", "logistics.delay", "invoice"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_three_are_always_at_once(signal: str, issue: str, language: str) -> None:
    found = judged(conversation("x"), issue, signals=(signal,), language=language, confidence=0.1)
    assert found.priority == "P0"
    assert found.handover.needed
    assert found.handover.reason in ("crisis", "safety")
    assert found.remedies[0].code in ("escalate_crisis", "escalate_safety")


def test_a_long_talk_is_handed_over() -> None:
    turns = tuple(part for i in range(14) for part in (f"第{i}个问题是什么意思", f"agent: 第{i}个答案"))
    found = judged(conversation(*turns, customer=Customer("u")), "product.how_to")
    assert found.handover.reason == "turn_limit"


def test_an_unsure_hint_of_danger_still_reaches_a_person() -> None:
    found = judged(conversation("有点烫"), "product.safety", confidence=0.4)
    assert found.handover.reason == "safety"
