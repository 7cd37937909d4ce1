"""The risk score, its factors and levels."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldseam.engine.decide.features import Feature
from goldseam.engine.decide.risk import level, risk, score
from goldseam.engine.facts import Customer, Promise
from goldseam.engine.reading import Outlook
from goldseam.workshop.load_deciding import load_deciding
from tests.engine.decide.cases import ago, conversation, judged, order, reading, scan, viewed

WEIGHTS = load_deciding().risk
MOVING = (scan("in_transit", ago(hours=72), "广州"),)
LATE = order("shipped", scans=MOVING, promised_delivery_by=ago(days=3))


def chance(*turns: str, issue: str = "logistics.delay", **more: object) -> float:
    keep = {k: more.pop(k) for k in ("orders", "customer", "promises") if k in more}
    return judged(conversation(*turns, **keep), issue, **more).risk.score


RISES = {
    "a stronger mood": (chance("慢", mood=("anxious", 1)), chance("慢", mood=("anxious", 3))),
    "anger over calm": (chance("慢"), chance("慢", mood=("angry", 1))),
    "a regulator is named": (chance("慢"), chance("慢", signals=("regulator",))),
    "a broken promise": (
        chance("慢", orders=(order("shipped", scans=MOVING),)),
        chance("慢", orders=(LATE,)),
    ),
    "repeated contacts": (
        chance("慢", customer=Customer("u", contacts_30d=1)),
        chance("慢", customer=Customer("u", contacts_30d=5)),
    ),
    "former complaints": (
        chance("慢", customer=Customer("u")),
        chance("慢", customer=Customer("u", complaints_365d=2)),
    ),
    "a refusal": (
        chance("能退吗", "agent: 好的,我看一下"),
        chance("能退吗", "agent: 抱歉,这个没法退"),
    ),
    "blame by the agent": (
        chance("坏了", "agent: 您发一下照片", "发了"),
        chance("坏了", "agent: 是您自己没看清楚", "发了"),
    ),
    "a question put off twice": (
        chance("什么时候到?", "agent: 明天上午到", "好的谢谢"),
        chance("什么时候到?", "agent: 请您耐心等待", "到底什么时候到?", "agent: 请您耐心等待"),
    ),
    "saying the same again": (
        chance("我的快递到哪里了", "那双鞋子尺码是多少"),
        chance("我的快递到哪里了", "我的快递到哪里了啊"),
    ),
    "a last word that says no": (
        chance("没收到", "agent: 已经签收了", "家里人在"),
        chance("没收到", "agent: 已经签收了", "家里人没拿"),
    ),
    "asking on after the answer": (
        chance("怎么退", "agent: 您在订单里点一下", "订单里点一下"),
        chance("怎么退", "agent: 您在订单里点一下", "点哪里呢"),
    ),
    "the same words after the answer": (
        chance("尺码换成大号", "agent: 您好", "昨天买的那双"),
        chance("尺码换成大号", "agent: 您好", "尺码换成大号吧"),
    ),
    "thanks a moment ago": (
        chance("换大号", "agent: 换好了", "谢谢", "agent: 嗯", "地址照旧"),
        chance("换大号", "agent: 换好了", "知道", "agent: 嗯", "地址照旧"),
    ),
    "an agent who does not take leave": (
        chance("换大号", "agent: 还有其他可以帮您的吗", "地址照旧"),
        chance("换大号", "agent: 大号有货", "地址照旧"),
    ),
    "money": (chance("我的鞋子呢"), chance("我的运费呢")),
    "a long story, not a pasted form": (
        chance("鞋 https://shop.example/item/" + "1234567890" * 20),
        chance("鞋子" + "穿了一天鞋底就裂开" * 9),
    ),
    "a dear order": (
        chance("慢", orders=(order("shipped"),)),
        chance("慢", orders=(order("shipped", total=9000.0),)),
    ),
    "a graver issue": (chance("问", issue="product.how_to"), chance("问", issue="product.counterfeit")),
    "thanks at the end": (
        chance("慢", "agent: 已为您催了", "谢谢"),
        chance("慢", "agent: 已为您催了", "还是没人管"),
    ),
    "grateful over calm": (chance("好", issue="praise", mood=("grateful", 1)), chance("好", issue="praise")),
}


@pytest.mark.parametrize("name", RISES)
def test_rises_with(name: str) -> None:
    lower, higher = RISES[name]
    assert lower < higher


def test_factors_name_the_customers_own_facts() -> None:
    found = judged(
        conversation("还没到", orders=(LATE,), customer=Customer("u", contacts_30d=3)),
        "logistics.delay",
        signals=("regulator",),
    ).risk
    words = {f.code: f.evidence for f in found.factors}
    assert words["promise_broken"] == "承诺11月19日送达,现在11月22日,仍未送达"
    assert words["repeat_contact"] == "30天内第3次联系"
    assert words["signal_regulator"] == "要找监管部门:「“regulator”」"


def test_strongest_factor_first_and_the_base_last() -> None:
    factors = judged(conversation("慢", orders=(LATE,)), "logistics.delay", mood=("angry", 3)).risk.factors
    sizes = [abs(f.weight) for f in factors[:-1]]
    assert sizes == sorted(sizes, reverse=True)
    assert factors[-1].code == "base"


@pytest.mark.parametrize(
    ("value", "name"), [(0.0, "low"), (0.25, "medium"), (0.5, "high"), (0.75, "critical"), (1.0, "critical")]
)
def test_levels(value: float, name: str) -> None:
    assert level(value, WEIGHTS) == name


FEATURES = st.lists(
    st.builds(
        Feature,
        code=st.sampled_from(["a", "b", "c", "d"]),
        value=st.floats(-5, 5, allow_nan=False),
        weight=st.floats(-4, 4, allow_nan=False),
        evidence=st.just("x"),
    ),
    max_size=40,
)


@given(FEATURES)
def test_factor_weights_sum_to_the_score(found: list[Feature]) -> None:
    result = score(found, WEIGHTS, "base")
    assert 0 <= result.score <= 1
    assert math.isclose(math.fsum(f.weight for f in result.factors), result.score, abs_tol=1e-9)


@given(FEATURES)
def test_a_factor_pushes_the_way_its_feature_does(found: list[Feature]) -> None:
    signs = {(f.code, f.value * f.weight > 0) for f in found}
    for factor in score(found, WEIGHTS, "base").factors[:-1]:
        assert (factor.code, factor.weight > 0) in signs


@given(FEATURES)
def test_the_score_is_the_logistic_of_the_sum(found: list[Feature]) -> None:
    total = WEIGHTS.intercept + math.fsum(f.value * f.weight for f in found)
    assert score(found, WEIGHTS, "base").score == pytest.approx(1 / (1 + math.exp(-total)), abs=0.003)


def test_a_model_taught_by_the_shop_stands_for_the_whole() -> None:
    view = viewed(conversation("慢"), "logistics.delay")
    parts = (("base", 0.1, ""), ("words", 0.55, "还没到"))
    learned = Outlook(0.65, learned=True, parts=parts)
    found = risk(replace(view, reading=replace(reading("logistics.delay"), outlook=learned)), WEIGHTS)
    assert found.score == 0.65
    assert found.level == "high"
    assert [(f.code, f.weight) for f in found.factors] == [("words", 0.55), ("base", 0.1)]


def promised(*states: str) -> tuple[Promise, ...]:
    return tuple(Promise("call_back", "今天18点前给您回电", ago(hours=20), state) for state in states)


def test_promises_of_our_own_that_are_broken_raise_the_risk() -> None:
    none, kept, one, two = (
        chance("说好的电话呢", promises=promised(*states))
        for states in ((), ("kept", "open", "withdrawn"), ("broken",), ("broken", "broken"))
    )
    assert none == kept < one < two
    found = judged(conversation("说好的电话呢", promises=promised("broken")), "other").risk
    (factor,) = (f for f in found.factors if f.code == "own_promise_broken")
    assert "今天18点前给您回电" in factor.evidence
    assert math.fsum(f.weight for f in found.factors) == pytest.approx(found.score)


@pytest.mark.parametrize("learned", [0.0, 0.2, 0.65, 1.0])
def test_a_taught_model_knows_nothing_of_them_so_they_are_added(learned: float) -> None:
    outlook = Outlook(learned, learned=True, parts=(("base", learned, ""),))
    base, broken = (
        risk(
            replace(viewed(conversation("慢", promises=p)), reading=replace(reading(), outlook=outlook)),
            WEIGHTS,
        )
        for p in ((), promised("broken"))
    )
    assert base.score <= broken.score <= 1
    assert (base.score < broken.score) == (learned < 1)
    assert math.fsum(f.weight for f in broken.factors) == pytest.approx(broken.score)
