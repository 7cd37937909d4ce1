"""The copilot panel: numbers that add up, words that are explained, answers that are kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import goldseam.engine
from goldseam.conversations import actions
from goldseam.conversations.models import Conversation
from goldseam.copilot import codes
from goldseam.copilot.actions import RATED_PARTS, assess
from goldseam.copilot.facts import gather
from goldseam.copilot.models import Correction, Decision
from goldseam.copilot.panel import bars_of, panel_of
from goldseam.copilot.queries import latest_decision
from goldseam.engine.assessment import HANDOVER_REASONS
from goldseam.people.models import Agent, Shop


def risk(score: float, *weights: float) -> dict[str, Any]:
    factors = [{"code": f"f{i}", "weight": weight, "evidence": ""} for i, weight in enumerate(weights)]
    return {"score": score, "level": "low", "factors": factors}


@pytest.mark.parametrize(
    "given",
    [
        risk(0.62, 0.21, 0.204, 0.096, 0.11),
        risk(0.1, 0.3, -0.25, 0.05),
        risk(0.0),
        risk(1.0, 0.999, 0.001),
        risk(0.333, 0.111, 0.111, 0.111),
        risk(0.05, 0.004, 0.004, 0.004, 0.038),
        risk(0.97, -0.2, 0.5, 0.67),
    ],
)
def test_bars_add_up_to_the_score(given: dict[str, Any]) -> None:
    bars, total = bars_of(given, str)
    assert total == round(given["score"] * 100)
    assert sum(bar.points for bar in bars) == total if bars else total == 0
    exact = [f["weight"] * 100 for f in given["factors"] if abs(f["weight"]) >= 0.005]
    assert all(0 < bar.length <= 100 for bar in bars)
    assert all(abs(bar.points - value) < 2.6 for bar, value in zip(bars, exact, strict=True))


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


@pytest.fixture
def desk(client: Client, shop: Shop) -> Client:
    client.force_login(Agent.objects.get(email="agent@porcelain.test"))
    return client


def conversation(key: str) -> Conversation:
    return Conversation.objects.get(external_id=key)


def show(desk: Client, key: str) -> str:
    return desk.get(reverse("copilot:panel", args=[conversation(key).pk])).content.decode()


def test_every_risk_factor_has_a_name() -> None:
    path = Path(goldseam.engine.__file__).parent / "data" / "weights" / "risk.json"
    weights = json.loads(path.read_text(encoding="utf-8"))
    assert set(weights["weights"]) <= set(codes.FACTORS)
    assert set(weights["signals"]) == set(codes.SIGNALS)
    assert set(weights["issues"]) == set(codes.ISSUES)


def test_every_code_has_a_name(shop: Shop) -> None:
    for decision in Decision.objects.all():
        said = decision.assessment
        assert said["issue"]["code"] in codes.ISSUES
        assert said["emotion"]["label"] in codes.EMOTIONS
        assert said["liability"]["party"] in codes.PARTIES
        assert said["risk"]["level"] in codes.RISK_LEVELS
        assert {signal["code"] for signal in said["signals"]} <= set(codes.SIGNALS)
        assert {remedy["code"] for remedy in said["remedies"]} <= set(codes.REMEDIES)
        named = {str(codes.factor_name(factor["code"])) for factor in said["risk"]["factors"]}
        assert not {name for name in named if "_" in name}
        why = decision.extra["order_why"]
        assert not why or why in {*codes.ORDER_REASONS, "unclear", "unknown_number"}
    assert set(HANDOVER_REASONS) == set(codes.HANDOVERS)


def test_the_panel_within_the_queries(desk: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        show(desk, "c-1001")


def test_danger_comes_with_its_protocol(desk: Client) -> None:
    assert "有人受伤" in show(desk, "c-1002")
    assert "protocol" not in show(desk, "c-1009")
    actions.receive_message(conversation("c-1009"), "我不想活了，买什么都被骗")
    body = show(desk, "c-1009")
    assert "客户可能伤害自己" in body
    assert "12356" in body


def test_an_unclear_order_is_said_and_asked_for(desk: Client, shop: Shop) -> None:
    target = conversation("c-1004")
    decision = latest_decision(target.pk)
    assert decision is not None
    decision.assessment["order_id"] = None
    decision.extra["order_candidates"] = ["313021098903", "313021098999"]
    decision.save()
    body = show(desk, "c-1004")
    assert "不清楚指哪笔订单" in body
    assert "313021098999" in body


def test_without_a_decision_the_panel_says_so_and_can_be_asked(desk: Client, shop: Shop) -> None:
    target = actions.open_conversation(shop, "silent", actor="test")
    assert "尚未评估" in show(desk, "silent")
    actions.take_in(
        shop, "silent", "agent", "您好", customer=None, channel="api", key=None, at=None, actor="test"
    )
    answer = desk.post(reverse("copilot:assess", args=[target.pk]))
    assert answer.status_code == 200
    assert latest_decision(target.pk) is not None


def test_every_remedy_has_a_draft_of_its_own(desk: Client) -> None:
    target = conversation("c-1001")
    decision = latest_decision(target.pk)
    assert decision is not None
    offered = [remedy["code"] for remedy in panel_of(decision).remedies]
    assert len(offered) > 1
    address = reverse("copilot:draft", args=[target.pk])
    texts = {code: desk.get(address, {"remedy": code}).json()["text"] for code in offered}
    assert all(texts.values())
    assert len(set(texts.values())) > 1
    assert desk.get(address, {"remedy": "dance"}).status_code == 404


def test_a_correction_is_kept_and_survives_the_next_message(desk: Client) -> None:
    target = conversation("c-1005")
    address = reverse("copilot:issue", args=[target.pk])
    assert desk.post(address, {"issue": "nonsense"}).status_code == 400
    assert desk.post(address, {"issue": "refund.freight"}).status_code == 200
    correction = Correction.objects.get()
    assert (correction.conversation, correction.part, correction.after) == (target, "issue", "refund.freight")
    assert correction.before != correction.after
    actions.receive_message(target, "衣服大了,想换小一码")
    target.refresh_from_db()
    assert (target.issue, target.issue_corrected) == ("refund.freight", True)


def test_signals_are_marked_where_they_stand(desk: Client) -> None:
    target = conversation("c-1001")
    marked = [
        (message.text[start:end], code)
        for message in target.messages.all()
        for start, end, code in message.marks
    ]
    assert any("12315" in text and code == "regulator" for text, code in marked)
    body = desk.get(reverse("conversations:thread", args=[target.pk])).content.decode()
    assert 'title="提到监管部门"' in body


def test_the_order_meant_becomes_findable(desk: Client) -> None:
    target = conversation("c-1003")
    assert target.order is not None
    found = (
        desk.get(reverse("conversations:inbox"), {"q": target.order.external_id[-4:]}).context["page"].rows
    )
    assert [row.pk for row in found] == [target.pk]


def test_assessing_again_keeps_both_decisions(shop: Shop) -> None:
    target = conversation("c-1003")
    before = target.decisions.count()
    assess(target)
    assert target.decisions.count() == before + 1


def test_the_engine_speaks_in_the_shops_time(shop: Shop) -> None:
    facts = gather(conversation("c-1001"), datetime(2026, 11, 24, 20, 30, tzinfo=UTC))
    assert facts.now is not None
    assert facts.now.isoformat() == "2026-11-25T04:30:00+08:00"


def test_every_part_can_be_answered(desk: Client, django_assert_max_num_queries: Any) -> None:
    target = conversation("c-1003")
    address = reverse("copilot:rate", args=[target.pk])
    for verdict in ("bad", "good"):
        assert desk.post(address, {"part": "remedies", "verdict": verdict}).status_code == 200
    assert [(row.part, row.after) for row in target.corrections.all()] == [("remedies", "good")]
    offered = [part for part in RATED_PARTS if f'name="part" value="{part}"' in show(desk, "c-1003")]
    assert offered == list(RATED_PARTS)
    with django_assert_max_num_queries(12):
        body = show(desk, "c-1003")
    assert body.count('aria-pressed="true"') == 1
    for wrong in ({"part": "weather", "verdict": "good"}, {"part": "draft", "verdict": "meh"}, {}):
        assert desk.post(address, wrong).status_code == 400
