"""How far a writer's word reaches: limits per case, day and month, inherited grants, approved exceptions."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldseam.engine.decide.policy import PolicyPack
from goldseam.engine.facts import Conversation, Customer, Promise
from goldseam.engine.reply.authority import WORDING, Author, Given, Granted, Said
from goldseam.engine.reply.check import ReplyCheck, check_prepared, prepare
from goldseam.engine.reply.request import ReplyRequest
from goldseam.engine.tables import Tables
from goldseam.workshop.load import load_tables
from tests.engine.decide.cases import ago, conversation, order

TABLES: Tables = load_tables()
BROKEN = conversation("收到的杯子碎了", orders=(order("delivered", title="玻璃杯"),))
OLD = conversation(
    "我想退货", orders=(order("delivered", delivered_at=ago(days=40), placed_at=ago(days=44)),)
)
HURT = conversation("杯子炸了,我的手割伤流血了,你们补偿我", orders=(order("delivered", title="玻璃杯"),))


def check(
    text: str, author: Author, talk: Conversation | None = None, remedy: str = "", tables: Tables = TABLES
) -> ReplyCheck:
    case = prepare(talk, tables) if talk else None
    return check_prepared(ReplyRequest("r", text, author, talk), case, tables, remedy)


AGENT = Author("agent", 50.0)

CASES: dict[str, tuple[str, Author, str, str]] = {
    "two gifts that pass the limit together": (
        "补偿您30元。另外再补偿您40元红包。",
        AGENT,
        "needs_approval",
        "30",
    ),
    "two gifts within the limit": ("补偿您10元。另外再补偿您40元红包。", AGENT, "ok", ""),
    "what was given in this case counts": (
        "补偿您20元",
        Author("agent", 50.0, given=Given(40)),
        "needs_approval",
        "已承诺40",
    ),
    "to say a promise again costs nothing": (
        "补偿您40元,请您放心",
        Author("agent", 50.0, given=Given(40), said=(Said("compensation", 40.0),)),
        "ok",
        "",
    ),
    "the day is full": (
        "补偿您20元",
        Author("agent", 50.0, given=Given(0, 490, 490)),
        "needs_approval",
        "每天",
    ),
    "the month is full": (
        "补偿您20元",
        Author("agent", 50.0, given=Given(0, 0, 4990)),
        "needs_approval",
        "每月",
    ),
    "a lead's month is longer": ("补偿您20元", Author("lead", 500.0, given=Given(0, 0, 4990)), "ok", ""),
    "a person's own limit is lower": ("补偿您20元", Author("agent", 50.0, 10.0), "needs_approval", "10"),
    "a person's own limit is no gain": ("补偿您60元", Author("agent", 50.0, 90.0), "needs_approval", "50"),
    "an own limit does not bind who has none": ("补偿您60元", Author("admin", None, 5.0), "ok", ""),
    "an admin has no end": ("补偿您20000元", Author("admin", None, given=Given(0, 9e9, 9e9)), "ok", ""),
    "an approved exception": (
        "补偿您200元",
        Author("agent", 50.0, granted=(Granted("7", "coupon", 200),)),
        "ok",
        "",
    ),
    "more than was approved": (
        "补偿您300元",
        Author("agent", 50.0, granted=(Granted("7", "coupon", 200),)),
        "needs_approval",
        "",
    ),
    "another remedy than was approved": (
        "补偿您200元",
        Author("agent", 50.0, granted=(Granted("7", "replace", None),)),
        "needs_approval",
        "",
    ),
    "an approval is used once": (
        "补偿您200元。另外再补偿您150元红包。",
        Author("agent", 50.0, granted=(Granted("7", "coupon", 200),)),
        "needs_approval",
        "",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_authority(name: str) -> None:
    text, author, verdict, why = CASES[name]
    found = check(text, author)
    assert found.verdict == verdict
    assert why in " ".join(j.why for _, j in found.commitments if j.verdict == verdict)


def test_an_approved_exception_is_named_and_no_gift() -> None:
    author = Author("agent", 50.0, granted=(Granted("9", "coupon", 500), Granted("7", "coupon", 200)))
    ((_, judgement),) = check("补偿您200元", author).commitments
    assert (judgement.grant, judgement.gift) == ("7", 0.0)


def test_what_the_rules_owe_is_no_gift() -> None:
    ((_, judgement),) = check(
        "给您全额退款", Author("agent", 0.0, given=Given(0, 500, 5000)), BROKEN
    ).commitments
    assert (judgement.verdict, judgement.gift) == ("ok", 0.0)


def test_an_exception_that_an_approval_carries_still_bows_to_the_facts() -> None:
    gone = conversation("退款", orders=(order("refunded"),))
    author = Author("agent", 50.0, granted=(Granted("7", "refund_only", None),))
    assert check("马上给您退款", author, gone).verdict == "contradicts_fact"


@pytest.mark.parametrize(
    ("role", "limit", "verdict"),
    [
        ("agent", 50.0, "needs_approval"),
        ("lead", 500.0, "ok"),
        ("admin", None, "ok"),
        ("bot", 10.0, "needs_approval"),
    ],
)
def test_a_late_return_is_a_leads_to_grant(role: str, limit: float | None, verdict: str) -> None:
    assert check("给您退款", Author(role, limit), OLD).verdict == verdict


def test_a_role_inherits_what_a_rule_grants_the_one_below() -> None:
    """A rule that lets an agent give 120 without naming the lead lets the lead give it too."""
    base = prepare(BROKEN, TABLES)
    offers = {
        code: dataclasses.replace(o, rule=dataclasses.replace(o.rule, grants={"agent": 120.0}, amount=None))
        for code, o in base.offers.items()
        if code == "partial_refund"
    }
    case = dataclasses.replace(base, offers=offers)
    for role, limit, amount, verdict in (
        ("agent", 50.0, 119.0, "ok"),
        ("agent", 50.0, 121.0, "needs_approval"),
        ("lead", 60.0, 119.0, "ok"),
        ("lead", 60.0, 121.0, "needs_approval"),
        ("lead", 500.0, 150.0, "ok"),
        ("bot", 10.0, 50.0, "needs_approval"),
    ):
        request = ReplyRequest("r", f"补偿您{amount:g}元", Author(role, limit), BROKEN)
        found = check_prepared(request, case, TABLES)
        assert found.verdict == verdict, (role, amount)


def test_a_solution_without_words_is_judged_too() -> None:
    assert check("好的", AGENT, OLD, "return_refund").verdict == "needs_approval"
    assert check("好的", Author("lead", 500.0), OLD, "return_refund").verdict == "ok"
    assert check("好的", AGENT, BROKEN, "replace").verdict == "ok"
    assert check("好的", AGENT, BROKEN, "explain").remedy is not None
    assert check("给您换新", AGENT, BROKEN, "replace").remedy is None
    forbidden = check("好的", AGENT, HURT, "coupon")
    assert forbidden.verdict == "not_allowed"
    approved = Author("agent", 50.0, granted=(Granted("3", "return_refund", None),))
    found = check("好的", approved, OLD, "return_refund")
    assert found.remedy is not None
    assert (found.verdict, found.remedy.grant) == ("ok", "3")


PACK: PolicyPack = TABLES.deciding.packs[0]


@settings(max_examples=200)
@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True),
    st.sampled_from(["bot", "agent", "lead"]),
    st.integers(0, 600),
    st.integers(0, 600),
    st.integers(0, 6000),
)
def test_no_path_grants_over_authority(
    amounts: list[int], role: str, limit: int, before: int, today: int
) -> None:
    """Whatever is said in how many pieces: as long as every piece is fine, the sum stays within the limit per
    case and within the day's, what was given before included."""
    author = Author(role, float(limit), given=Given(before, today, today))
    text = "。".join(f"另外再补偿您{amount}元红包" for amount in amounts)
    found = check(text, author)
    if found.verdict == "ok":
        assert len(found.commitments) == len(amounts)
        per_day = PACK.limit(role, "per_day") or 0
        assert before + sum(amounts) <= limit
        assert today + sum(amounts) <= per_day


def test_words_about_a_second_parcel_are_not_held_against_the_first() -> None:
    talk = conversation("碗碎了,给我补一个", orders=(order("delivered", title="玻璃碗"),))
    assert check("今天就寄出。", AGENT, talk).verdict == "contradicts_fact"
    for text in ("给您补发一个,今天就寄出。", "给您换一个新的,明天就能送到您手上。"):
        verdicts = {c.kind: j.verdict for c, j in check(text, AGENT, talk).commitments}
        assert "contradicts_fact" not in verdicts.values(), text
    promised = dataclasses.replace(talk, promises=(Promise("reship", "给您补发一个"),))
    assert check("今天就寄出。", AGENT, promised).verdict == "ok"
    assert check("今天就寄出。", AGENT, talk, "replace").verdict == "ok"


def test_a_time_that_has_passed_cannot_be_promised() -> None:
    assert check("今天上午9点前给您回电。", AGENT, BROKEN).verdict == "contradicts_fact"
    assert check("今天18点前给您回电。", AGENT, BROKEN).verdict == "ok"


ABUSE = conversation(
    "我收到的是空盒,不赔我就一直退",
    orders=(order("delivered", title="玻璃杯"),),
    customer=Customer("u-1", refunds_365d=14),
)


FORBIDDEN = {
    "small money where somebody is hurt": (
        "补偿您200元",
        HURT,
        "not_allowed",
        "injury-no-small-money",
        "coupon",
    ),
    "a voucher where somebody is hurt": (
        "补偿您5元优惠券",
        HURT,
        "not_allowed",
        "injury-no-small-money",
        "coupon",
    ),
    "the price of what hurt somebody": ("给您退款200元", HURT, "ok", "safety-refund", "return_refund"),
    "a voucher after many refunds": (
        "补偿您20元优惠券",
        ABUSE,
        "needs_approval",
        "many-refunds-no-gesture",
        "coupon",
    ),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_a_rule_forbids_can_be_asked_for_only_where_it_says_so(name: str) -> None:
    text, talk, verdict, policy, remedy = FORBIDDEN[name]
    (found,) = check(text, AGENT, talk).commitments
    assert (found[1].verdict, found[1].policy, found[1].remedy) == (verdict, policy, remedy)
    if verdict != "ok":
        rule = TABLES.deciding.pack_for(talk, "zh").rule(policy)
        assert rule is not None
        assert rule.words["zh"] in found[1].why


@pytest.mark.parametrize("talk", [HURT, ABUSE, BROKEN, OLD])
def test_words_and_a_request_are_told_the_same(talk: Conversation) -> None:
    """A remedy chosen without words and the standing that a request is judged by never differ."""
    case = prepare(talk, TABLES)
    carried = {code for codes in TABLES.deciding.reply.remedies.values() for code in codes}
    for code in sorted(carried):
        said = check("好的", AGENT, talk, code).remedy
        assert said is not None
        standing = case.standing(code).verdict
        if standing in ("exception", "not_offered") and said.verdict != "contradicts_fact":
            assert said.verdict == "needs_approval", code
        if standing == "forbidden":
            assert said.verdict == "not_allowed", code
        assert said.remedy in ("", code)


FAULT = "是我们的过错,非常抱歉。\n查清之后会再给您一个说法。另外,发票开错也是我们的责任。"
SWORN = "绝对保证不会再坏。"


def words(text: str) -> Granted:
    return Granted("7", WORDING, texts=(text,))


WORDS = words(FAULT)


@pytest.mark.parametrize(
    ("text", "role", "granted", "verdict", "carried"),
    [
        (FAULT, "agent", (), "needs_approval", False),
        (FAULT, "agent", (WORDS,), "ok", True),
        (FAULT.replace("\n", "  \r\n") + "\n", "agent", (WORDS,), "ok", True),
        (FAULT + "真的很对不起。", "agent", (WORDS,), "needs_approval", False),
        (FAULT, "agent", (Granted("7", "coupon", 500),), "needs_approval", False),
        (FAULT + "补偿您200元。", "agent", (words(FAULT + "补偿您200元。"),), "needs_approval", True),
        (SWORN, "agent", (words(SWORN),), "not_allowed", False),
        (SWORN, "lead", (words(SWORN),), "ok", True),
    ],
)
def test_approved_words_carry_the_very_text_and_no_money(
    text: str, role: str, granted: tuple[Granted, ...], verdict: str, carried: bool
) -> None:
    found = check(text, Author(role, 50.0, granted=granted), BROKEN)
    assert found.verdict == verdict
    assert found.approved_words == ("7" if carried else None)


def test_only_words_that_need_approval_are_asked_for() -> None:
    asked = {role: check("是我们的过错。" + SWORN, Author(role, 50.0), BROKEN) for role in ("agent", "lead")}
    found = {role: [(c.kind, j.remedy) for c, j in seen.commitments] for role, seen in asked.items()}
    assert found == {
        "agent": [("admission", WORDING), ("guarantee", "")],
        "lead": [("admission", ""), ("guarantee", WORDING)],
    }
