"""Drafts: the loss named, the facts known, the next step with its time; nothing that is not carried."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldseam.engine.reply.commitments import find_commitments
from goldseam.engine.reply.tone import tone
from goldseam.workshop.load_deciding import load_deciding
from tests.engine.decide.cases import NOW, ago, conversation, judged, order, scan
from tests.engine.decide.test_remedies import ASKS, ISSUES, SIGNALS, orders

STALLED = (scan("in_transit", ago(hours=72), "广州中转"),)
LATE = order("shipped", scans=STALLED, promised_delivery_by=ago(days=3))
WORDS = load_deciding().reply.words

# issue, turns, orders, more about the reading, what must be said, what must not
CASES: dict[
    str, tuple[str, tuple[str, ...], tuple[Any, ...], dict[str, Any], tuple[str, ...], tuple[str, ...]]
] = {
    "a stalled parcel": (
        "logistics.delay",
        ("停三天了",),
        (LATE,),
        {"mood": ("anxious", 2)},
        ("广州中转", "3天", "11月19日", "今天"),
        ("亲", "退款"),
    ),
    "cancel before shipping": (
        "order.cancel",
        ("取消吧",),
        (order("paid"),),
        {"asks": ("cancel_order",)},
        ("可以取消", "原路退回"),
        ("拒收",),
    ),
    "cancel after shipping": (
        "order.cancel",
        ("取消吧",),
        (order("shipped", scans=STALLED),),
        {"asks": ("cancel_order",)},
        ("不能直接取消", "拒收"),
        ("可以取消",),
    ),
    "cancel, order not known": (
        "order.cancel",
        ("取消吧",),
        (),
        {"asks": ("cancel_order",)},
        ("还没发货的话", "订单号"),
        ("现在还没发货",),
    ),
    "which of two orders": (
        "refund.return",
        ("想退货",),
        (order(id="10018801"), order(id="10029902", title="台灯")),
        {"meant": None},
        ("8801", "9902", "台灯", "哪一笔"),
        ("可以退货",),
    ),
    "self-harm": (
        "refund.rejected",
        ("不想活了",),
        (),
        {"signals": ("self_harm",)},
        ("您现在安全吗", "12356", "120"),
        ("订单号", "优惠券"),
    ),
    "injury": (
        "product.defect",
        ("手割破了",),
        (order(),),
        {"signals": ("injury",)},
        ("人要紧", "就医"),
        ("优惠券", "换新"),
    ),
    "smoke": ("product.safety", ("冒烟了",), (order(),), {}, ("停止使用", "断开电源"), ("排查",)),
    "threat": (
        "refund.rejected",
        ("弄死你们",),
        (),
        {"signals": ("threat_to_staff",)},
        ("负责人",),
        ("报警",),
    ),
    "a thankful end": (
        "logistics.tracking",
        ("到哪了", "agent: 明天送到", "好的谢谢"),
        (LATE,),
        {},
        ("不客气",),
        ("催",),
    ),
    "an end with agreement": (
        "order.change",
        ("改地址", "agent: 已改好", "好的"),
        (),
        {},
        ("随时找我",),
        ("订单号",),
    ),
    "an answer to a question is no end": (
        "order.change",
        ("改地址", "agent: 请问是这一单吗?", "是的"),
        (),
        {},
        ("订单号",),
        ("随时找我",),
    ),
    "no second greeting": (
        "invoice",
        ("开发票", "agent: 您好,请提供抬头", "公司的"),
        (order(),),
        {},
        ("发票",),
        ("您好",),
    ),
    "a greeting": ("other", ("你好",), (), {}, ("请告诉我",), ("核实",)),
    "not sure what it is": (
        "product.missing",
        ("那个呢",),
        (order(),),
        {"confidence": 0.2},
        ("我看到了",),
        ("没有收齐",),
    ),
    "approval is asked for, not promised": (
        "refund.return",
        ("想退货",),
        (order(delivered_at=ago(days=12)),),
        {"asks": ("return_refund",)},
        ("申请", "告诉您结果"),
        ("可以退货退款",),
    ),
    "praise": ("praise", ("很好用",), (order(),), {"mood": ("grateful", 2)}, ("谢谢",), ("抱歉", "退")),
    "a cake cannot go back without a fault": (
        "refund.return",
        ("不喜欢,退",),
        (order(title="草莓蛋糕"),),
        {"asks": ("return_refund",)},
        ("无理由退货", "质量问题"),
        ("可以退货",),
    ),
    "no refusal that does not fit": (
        "refund.progress",
        ("退款呢",),
        (order("refunding"),),
        {"asks": ("return_refund",)},
        ("退款正在处理中",),
        ("无理由",),
    ),
    "bad service": (
        "service.attitude",
        ("态度太差",),
        (),
        {"mood": ("angry", 3)},
        ("抱歉", "主管"),
        ("订单号",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    issue, turns, placed, more, said, unsaid = CASES[name]
    text = judged(conversation(*turns, orders=placed), issue, **more).draft.text
    for words in said:
        assert words in text
    for words in unsaid:
        assert words not in text


def test_in_english_with_dates_and_times_in_words() -> None:
    talk = conversation("where is it", orders=(LATE,), locale="en")
    text = judged(talk, "logistics.delay", language="en", mood=("angry", 2)).draft.text
    assert "no carrier scan for 3 days" in text
    assert "19 November" in text
    assert "by 12:00 today" in text or "by 22:00 today" in text


def test_the_next_word_is_dated_by_priority() -> None:
    calm = judged(conversation("到哪了", orders=(LATE,)), "invoice").draft.text
    assert "11月23日10:00前" in calm or "今天22:00前" in calm
    assert "小时内" in judged(conversation("到哪了", now=None), "logistics.tracking").draft.text


@settings(max_examples=250, deadline=None)
@given(
    orders(),
    ISSUES,
    ASKS,
    SIGNALS,
    st.sampled_from(["calm", "angry", "anxious", "distressed"]),
    st.integers(0, 3),
    st.booleans(),
)
def test_a_draft_is_whole_and_hurts_nobody(
    one: Any, issue: str, asks: tuple[str, ...], signals: tuple[str, ...], mood: str, level: int, known: bool
) -> None:
    for language, locale in (("zh", "zh-CN"), ("en", "en")):
        talk = conversation("x", orders=(one,) if known else (), locale=locale)
        text = judged(
            talk, issue, asks=asks, signals=signals, mood=(mood, level), language=language
        ).draft.text
        assert text.strip()
        assert "{" not in text
        hurtful = {t.kind for t in tone(text, (), None, WORDS[language])} - {"no_next_step"}
        assert not hurtful & {"blame", "denial", "cold", "command", "sarcasm", "absolute"}, text


@settings(max_examples=250, deadline=None)
@given(orders(), ISSUES, ASKS)
def test_a_draft_promises_no_money_that_needs_approval(one: Any, issue: str, asks: tuple[str, ...]) -> None:
    found = judged(conversation("x", orders=(one,)), issue, asks=asks)
    kinds = {c.kind for c in find_commitments(found.draft.text, NOW, one.total, WORDS["zh"].promises)}
    assert not kinds & {"admission", "guarantee"}, found.draft.text
    amounts = {f"{r.amount:g}" for r in found.remedies if r.amount and r.needs_approval}
    assert not any(f"退您{a}元" in found.draft.text or f"补{a}元" in found.draft.text for a in amounts)
