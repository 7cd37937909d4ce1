"""What a reply may promise: facts, policy and authority, in named cases and for any text."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldseam.engine.facts import Conversation, Order
from goldseam.engine.reply.authority import Author
from goldseam.engine.reply.check import ReplyCheck, check_reply
from goldseam.engine.reply.moments import due
from goldseam.engine.reply.request import ReplyRequest, parse_reply
from goldseam.engine.reply.verdicts import VERDICTS
from goldseam.engine.tables import Tables
from goldseam.workshop.load import load_tables
from tests.engine.decide.cases import NOW, ago, ahead, conversation, order, scan

TABLES: Tables = load_tables()
MOVING = (scan("in_transit", ago(hours=72), "广州中转"),)
FRESH = (scan("in_transit", ago(hours=3), "杭州"),)


def check(
    text: str, talk: Conversation | None = None, role: str = "agent", limit: float | None = 50.0
) -> ReplyCheck:
    return check_reply(ReplyRequest("r", text, Author(role, limit), talk), TABLES)


def talk(words: str, *orders: Order, **more: Any) -> Conversation:
    return conversation(words, orders=orders, **more)


LATE = talk("怎么还不发货", order("paid", promised_ship_by=ago(hours=30)))
STUCK = talk("快递停了三天了", order("shipped", scans=MOVING))
BROKEN = talk("收到的杯子碎了", order("delivered", title="玻璃杯"))
REFUNDED = talk("退款到哪了", order("refunded"))
OLD = talk("我想退货", order("delivered", delivered_at=ago(days=40), placed_at=ago(days=44)))
CAKE = talk("蛋糕不喜欢,我要退货", order("delivered", title="草莓蛋糕"))

CASES: dict[str, tuple[str, Conversation | None, str, str, str]] = {
    # reply, conversation, kind, verdict, words of the reason
    "a voucher within the limit": ("给您补偿20元", None, "compensation", "ok", ""),
    "a voucher over the limit": ("给您补偿200元", None, "compensation", "needs_approval", "50"),
    "threefold": ("我们给您三倍赔偿", None, "compensation", "needs_approval", "主管"),
    "an admission": ("确实是我们的失误", None, "admission", "needs_approval", "主管"),
    "a guarantee": ("绝对不会有任何问题", None, "guarantee", "not_allowed", "保证"),
    "shipping today what is not shipped": ("今天给您发货", LATE, "ship_by", "ok", ""),
    "shipping what is shipped": ("今天给您发货", STUCK, "ship_by", "contradicts_fact", "已发货"),
    "a claim of shipping": ("您的货已经发出了", LATE, "ship_by", "contradicts_fact", "已付款未发货"),
    "a true claim of shipping": ("您的货已经发出了", STUCK, "ship_by", "ok", ""),
    "delivery of what is not shipped": ("今天就能送到", LATE, "deliver_by", "contradicts_fact", "还没有发货"),
    "delivery of a stalled parcel": ("明天就能送到", STUCK, "deliver_by", "contradicts_fact", "3天"),
    "delivery of a moving parcel": (
        "明天就能送到",
        talk("到哪了", order("shipped", scans=FRESH)),
        "deliver_by",
        "ok",
        "",
    ),
    "delivery of a lost parcel": (
        "后天就能送到",
        talk("丢了吗", order("shipped", scans=(*MOVING, scan("lost", ago(hours=2))))),
        "deliver_by",
        "contradicts_fact",
        "丢失",
    ),
    "refunding what is refunded": ("马上给您退款", REFUNDED, "refund", "contradicts_fact", "已退款"),
    "a claim of a refund": ("已经给您退款了", BROKEN, "refund", "contradicts_fact", "已签收"),
    "a true claim of a refund": ("已经给您退款了", REFUNDED, "refund", "ok", ""),
    "more than was paid": ("给您退500元", BROKEN, "refund", "contradicts_fact", "200元"),
    "a statutory refund over the limit": ("给您全额退款", BROKEN, "refund", "ok", ""),
    "a replacement of broken goods": ("给您免费换新", BROKEN, "replace", "ok", ""),
    "a replacement before delivery": ("给您换新", LATE, "replace", "contradicts_fact", "已付款未发货"),
    "an exception after forty days": ("给您退款", OLD, "refund", "needs_approval", ""),
    "shipping anew what is shipped": ("给您补发一个,今天寄出", STUCK, "reship", "needs_approval", ""),
    "a call back": ("今天18点前给您回电", STUCK, "call_back", "ok", ""),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    text, context, kind, verdict, why = CASES[name]
    found = check(text, context)
    (commitment, judgement), *_ = found.commitments
    assert commitment.kind == kind
    assert judgement.verdict == verdict, judgement.why
    assert why in judgement.why
    assert (judgement.rewrite is None) == (verdict == "ok")
    assert found.verdict == verdict


def test_a_known_arrival_of_stock_contradicts_an_earlier_shipping_date() -> None:
    context = replace(LATE, messages=(*LATE.messages, *conversation("system: 库存 11月25日 到货").messages))
    ((_, judgement),) = check("今天一定给您发出", context).commitments
    assert judgement.verdict == "contradicts_fact"
    assert "11月25日" in judgement.why


def test_a_wording_instead_of_a_forbidden_one_is_itself_allowed() -> None:
    for text, context, *_ in CASES.values():
        for _, judgement in check(text, context).commitments:
            if judgement.rewrite:
                assert check(judgement.rewrite, context).verdict == "ok", judgement.rewrite


@pytest.mark.parametrize(
    ("role", "verdict"),
    [("bot", "not_allowed"), ("agent", "needs_approval"), ("lead", "ok"), ("admin", "ok")],
)
def test_who_may_admit_fault(role: str, verdict: str) -> None:
    assert check("是我们的错", role=role, limit=None).verdict == verdict


@pytest.mark.parametrize(
    ("role", "verdict"),
    [
        ("bot", "needs_approval"),
        ("agent", "needs_approval"),
        ("lead", "ok"),
        ("", "needs_approval"),
        ("guest", "needs_approval"),
    ],
)
def test_authority_by_role_when_no_limit_is_given(role: str, verdict: str) -> None:
    assert check("补偿您80元", role=role, limit=None).verdict == verdict


def test_the_worst_part_gives_the_verdict() -> None:
    found = check("补偿您20元,绝对不会再有问题,再补偿您300元")
    assert {j.verdict for _, j in found.commitments} >= {"ok", "not_allowed", "needs_approval"}
    assert found.verdict == "not_allowed"


DUES = {
    "今天": NOW.replace(hour=23, minute=59, second=59),
    "24小时内": NOW + timedelta(hours=24),
    "半小时": NOW + timedelta(minutes=30),
    "明天下午3点前": (NOW + timedelta(days=1)).replace(hour=15, minute=0),
    "三天内": (NOW + timedelta(days=3)).replace(hour=23, minute=59, second=59),
    "1-3个工作日": datetime(2026, 11, 25, 23, 59, 59, tzinfo=NOW.tzinfo),
    "周五": datetime(2026, 11, 27, 23, 59, 59, tzinfo=NOW.tzinfo),
    "11月25日前": datetime(2026, 11, 25, 23, 59, 59, tzinfo=NOW.tzinfo),
    "25号": datetime(2026, 11, 25, 23, 59, 59, tzinfo=NOW.tzinfo),
    "月底": datetime(2026, 11, 30, 23, 59, 59, tzinfo=NOW.tzinfo),
    "下周一": datetime(2026, 11, 23, 23, 59, 59, tzinfo=NOW.tzinfo),
    "今天18点前": NOW.replace(hour=18, minute=0),
    "晚上8点": NOW.replace(hour=20, minute=0),
    "1月5日": datetime(2027, 1, 5, 23, 59, 59, tzinfo=NOW.tzinfo),
}


@pytest.mark.parametrize("words", DUES)
def test_when_a_promise_falls_due(words: str) -> None:
    moment, place = due(words, NOW, TABLES.deciding.reply.words["zh"].promises)
    assert moment == DUES[words]
    assert place is not None


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("within 24 hours", NOW + timedelta(hours=24)),
        ("by 5 pm", NOW.replace(hour=17, minute=0)),
        ("tomorrow", (NOW + timedelta(days=1)).replace(hour=23, minute=59, second=59)),
        ("in 2-3 business days", datetime(2026, 11, 25, 23, 59, 59, tzinfo=NOW.tzinfo)),
        ("by November 25", datetime(2026, 11, 25, 23, 59, 59, tzinfo=NOW.tzinfo)),
        ("on Friday", datetime(2026, 11, 27, 23, 59, 59, tzinfo=NOW.tzinfo)),
    ],
)
def test_when_a_promise_falls_due_in_english(words: str, moment: datetime) -> None:
    assert due(words, NOW, TABLES.deciding.reply.words["en"].promises)[0] == moment


@pytest.mark.parametrize(
    "text",
    [
        "最近一次物流记录:11月21日 21:30 广州中转场 已到达。",
        "包裹11月21日 18:05已经到达广州中转场",
        "已经过了页面上的送达时间 11月21日 03:12。",
        "物流已经 4 天 没有新记录。",
        "退款状态:审核中,尚未到账。申请金额 699元,申请时间 11月20日 09:30。",
        "Latest record of the carrier: Nov 21, 21:30 Guangzhou hub Arrived at facility.",
        "The delivery date on the page, Nov 21, has passed.",
        "There is no new record since Nov 21.",
    ],
)
def test_what_a_record_says_is_no_promise(text: str) -> None:
    assert check(text).binding == "ok"


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("给您退两百五", 250.0),
        ("再补您一百二十块", 120.0),
        ("赔您一百零五元", 105.0),
        ("给您转三百六十五块钱", 365.0),
        ("补偿您三十来块", 30.0),
        ("I'll send you twenty quid for the trouble", 20.0),
        ("here is a tenner as compensation", 10.0),
        ("we offer you fifty dollars in store credit", 50.0),
    ],
)
def test_money_in_spoken_words_counts_against_the_limit(text: str, worth: float) -> None:
    found = check(text, limit=worth - 1)
    assert [c.amount for c, _ in found.commitments] == [worth]
    assert found.verdict == "needs_approval"
    assert check(text, limit=worth).verdict == "ok"


@pytest.mark.parametrize("words", ["31号", "2月30日", "13月40日", "99999999小时内", "25点前"])
def test_times_that_do_not_exist_give_no_moment_and_no_crash(words: str) -> None:
    moment, _ = due(words, NOW, TABLES.deciding.reply.words["zh"].promises)
    assert moment is None or moment >= NOW


def test_loss_without_acknowledgement_and_answer_without_step() -> None:
    assert {t.kind for t in check("您的订单状态为已签收", BROKEN).tone} >= {
        "no_acknowledgement",
        "no_next_step",
    }
    kind = check("杯子碎了一定很扫兴,请发张照片,我今天18点前为您安排补发", BROKEN)
    assert not {t.kind for t in kind.tone} & {"no_acknowledgement", "no_next_step"}
    assert check("抱歉给您添麻烦了").tone[0].kind == "no_next_step"


TEXT = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [
                "今天",
                "给您",
                "退款",
                "补偿",
                "200元",
                "三倍",
                "一定",
                "发货",
                ",",
                "。",
                "?",
                "不能",
                "明天",
                "25号",
                "refund",
                " I'll ",
                "$20",
                "by Friday",
                "\n",
                "😀",
                "İ",
            ]
        ),
        max_size=14,
    ).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(
    TEXT,
    st.sampled_from([None, LATE, STUCK, BROKEN, REFUNDED]),
    st.sampled_from(["agent", "lead", "bot", ""]),
    st.sampled_from([None, 0.0, 50.0]),
)
def test_for_any_text_spans_fit_and_the_verdict_is_the_worst(
    text: str, context: Conversation | None, role: str, limit: float | None
) -> None:
    found = check(text, context, role, limit)
    for commitment, judgement in found.commitments:
        start, end = commitment.span
        assert 0 <= start < end <= len(text)
        assert text[start:end] == commitment.text
        assert judgement.verdict in VERDICTS
        assert judgement.why
    for finding in found.tone:
        assert 0 <= finding.span[0] <= finding.span[1] <= len(text)
        assert finding.rewrite
    worst = max((VERDICTS.index(j.verdict) for _, j in found.commitments), default=0)
    assert found.verdict == VERDICTS[worst]


@settings(max_examples=150, deadline=None)
@given(
    st.floats(0.01, 5000).map(lambda x: round(x, 2)),
    st.sampled_from(["agent", "lead", "bot"]),
    st.floats(0, 1000),
)
def test_no_money_over_the_writers_limit_is_ever_fine(amount: float, role: str, limit: float) -> None:
    verdict = check(f"补偿您{amount}元", None, role, limit).verdict
    assert verdict == ("needs_approval" if amount > limit + 0.005 else "ok")


def test_the_request_is_read_with_paths() -> None:
    asked = parse_reply(
        {
            "id": "r",
            "text": "好",
            "author": None,
            "conversation": {"messages": [{"role": "customer", "text": "在吗"}]},
        }
    )
    assert asked.conversation is not None
    assert asked.author == Author()
    assert ahead(hours=1) > NOW


@pytest.mark.parametrize(
    "piece",
    ["1234567890", "一二三四五六七八九十", "的", "今天给您退款", "we will ", "发", "您没有", "$1", " "],
)
def test_a_text_of_any_length_is_read_in_time_that_grows_with_it(piece: str) -> None:
    begun = time.process_time()
    found = check(piece * (20_000 // len(piece)), STUCK)
    assert time.process_time() - begun < 2.0
    assert found.verdict in VERDICTS
