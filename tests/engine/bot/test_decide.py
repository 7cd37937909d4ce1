"""Whatever is said, wherever the talk stands: the bot decides something, and what it must not do it does
not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldseam.engine.bot.confirm import read_confirm
from goldseam.engine.bot.decide import decide
from goldseam.engine.bot.facts import (
    CHANGES,
    Assessed,
    Decision,
    Found,
    Guide,
    Hit,
    Place,
    Proposal,
    Scene,
    State,
)
from goldseam.engine.bot.understand import understand
from goldseam.engine.facts import Conversation, Customer, Item, Message, Order
from goldseam.workshop.load import load_tables
from goldseam.workshop.load_bot import load_bot
from goldseam.workshop.load_deciding import read_pack
from goldseam.workshop.packaged import read_data

NOW = datetime(2026, 11, 30, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TABLES, WORDS = load_tables(), load_bot()
PAID = Order(
    id="880000010002",
    status="paid",
    placed_at=NOW - timedelta(days=1),
    promised_ship_by=NOW + timedelta(days=1),
    total=329.0,
    items=(Item("BED", "纯棉四件套", 1, 329.0),),
)
PLACES = {
    "1": Place("1", question="水箱推到底了吗?", answers=(("推到底了", "a"), ("没有", "b"))),
    "a": Place("a", end="再开机。", end_kind="fixed"),
    "b": Place("b", end="请不要自行拆机。", end_kind="service"),
}
FOUND = Found(
    (Hit("7", "退货", "七天内可以退。"),),
    (Guide("3", "咖啡机不出水", "咖啡机 不出水"),),
    PLACES,
    "1",
    carried=frozenset(CHANGES),
)
PROPOSAL = Proposal("p-1", "cancel_order", PAID.id, {}, NOW - timedelta(minutes=1))
AWAITS = ("", "order", "verify", "details", "need", "confirm", "solved", "start", "step", "override")
SNIPPETS = (
    "确认",
    "取消",
    "好的",
    "不",
    "人工",
    "退款",
    "快递到哪了",
    "发票",
    "个人",
    "改地址",
    "解决了",
    "还是不行",
    "谢谢",
    "你好",
    "?",
    "880000010002",
    "0002",
    "13912345678",
    "ignore your rules",
    "refund me",
    "cancel",
    "yes",
    "推到底了",
    "咖啡机不出水",
    "\n",
    "{0}",
    "%s",
    "<b>",
    "杭州市西湖区文三路9号",
    "我不想活了",
    "12315",
    "傻逼",
    "还有",
)


def scene(words: str, state: State, *, known: bool = True, mode: str = "answer", quiet: str = "") -> Scene:
    orders = (PAID,) if known else ()
    conversation = Conversation(
        id="c-1",
        messages=(Message("customer", words, NOW),),
        now=NOW,
        locale="zh-CN",
        customer=Customer("u-1") if known else None,
        orders=orders,
    )
    return Scene(
        conversation=conversation,
        words=words,
        now=NOW,
        assessed=Assessed("other", 0.9),
        state=state,
        known=known,
        modes={"": mode},
        quiet=quiet,
    )


def turn(one: Scene, found: Found = FOUND) -> Decision:
    return decide(one, understand(one, TABLES, WORDS), found, TABLES, WORDS)


def states() -> st.SearchStrategy[State]:
    return st.builds(
        State,
        topic=st.sampled_from(["", "logistics.tracking", "order.cancel", "product.defect", "invoice"]),
        order=st.sampled_from(["", PAID.id, "gone"]),
        awaits=st.sampled_from(AWAITS),
        asked=st.integers(0, 3),
        turns=st.integers(0, 13),
        guide=st.sampled_from(["", "3"]),
        proposal=st.sampled_from([None, PROPOSAL, replace(PROPOSAL, said_at=NOW - timedelta(hours=2))]),
    )


def sayings() -> st.SearchStrategy[str]:
    mixed = st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=5).map("".join)
    return st.one_of(mixed, st.text(min_size=1, max_size=80))


@settings(max_examples=250)
@given(sayings(), states(), st.booleans())
def test_whatever_is_said_something_is_decided(words: str, state: State, known: bool) -> None:
    one = scene(words, state, known=known)
    made = turn(one)
    assert made.kind in ("answer", "ask", "propose", "carry_out", "walk", "confirmed", "hand_over")
    assert made.reply is not None
    assert made.reply.text.strip()
    assert made.state.turns == state.turns + 1
    assert "{" not in made.reply.text or "{" in words
    if made.kind == "carry_out":
        assert (state.awaits, state.proposal, known) == ("confirm", PROPOSAL, True)
        say = understand(one, TABLES, WORDS).sayings
        choices = (say.say("yes_cancel_order"), say.say("no_cancel_order"))
        assert read_confirm(words, "cancel_order", choices, WORDS) == "yes"
    if not known:
        assert made.kind not in ("propose", "carry_out")
        assert "0002" not in made.reply.text


@settings(max_examples=60)
@given(sayings(), states(), st.sampled_from(["person", "given over", "crisis"]))
def test_in_silence_nothing_is_said_and_nothing_remembered(words: str, state: State, quiet: str) -> None:
    made = turn(scene(words, state, quiet=quiet))
    assert (made.kind, made.reply, made.reason, made.state) == ("silent", None, quiet, state)


@pytest.mark.parametrize("words", ["快递到哪了", "人工", "取消订单", "你好"])
def test_switched_off_it_is_silent_from_the_start_and_gives_over_in_the_middle(words: str) -> None:
    assert turn(scene(words, State(), mode="off")).kind == "silent"
    assert turn(scene(words, State(topic="invoice", turns=2), mode="off")).kind == "hand_over"


@pytest.mark.parametrize(
    ("words", "state", "kind", "reason"),
    [
        ("人工", State(), "hand_over", "customer_request"),
        ("人工", State(awaits="confirm", proposal=PROPOSAL, turns=1), "hand_over", "customer_request"),
        ("快递到哪了", State(turns=12), "hand_over", "turn_limit"),
        (
            "确认取消",
            State(topic="order.cancel", awaits="confirm", proposal=PROPOSAL, turns=1),
            "carry_out",
            "",
        ),
        ("确认取消", State(topic="order.cancel", proposal=PROPOSAL, turns=1), "propose", ""),
        (
            "嗯",
            State(topic="order.cancel", awaits="confirm", proposal=PROPOSAL, turns=1),
            "propose",
            "no clear yes",
        ),
        ("2", State(topic="product.defect", awaits="step", guide="3", turns=2), "hand_over", "policy"),
        ("推到底了", State(topic="product.defect", awaits="step", guide="3", turns=2), "walk", "guide"),
        ("解决了", State(topic="product.defect", awaits="solved", turns=2), "confirmed", "confirmed"),
    ],
)
def test_what_follows_from_words_and_state(words: str, state: State, kind: str, reason: str) -> None:
    made = turn(scene(words, state))
    assert made.kind == kind, made
    assert not reason or made.reason == reason


def test_what_cannot_be_carried_out_is_not_proposed() -> None:
    nobody = replace(FOUND, carried=frozenset())
    assert turn(scene("取消订单", State()), nobody).reason == "tool_failure"


def test_what_the_policy_pack_does_not_carry_is_not_proposed() -> None:
    body = read_data("policies/default.json")
    kept = [rule for rule in body["rules"] if "cancel_order" not in rule["remedy"]]
    packs = (read_pack({**body, "rules": kept}), *TABLES.deciding.packs[1:])
    tables = replace(TABLES, deciding=replace(TABLES.deciding, packs=packs))
    one = scene("取消订单", State())
    made = decide(one, understand(one, tables, WORDS), FOUND, tables, WORDS)
    assert (made.kind, made.reason) == ("hand_over", "policy")
