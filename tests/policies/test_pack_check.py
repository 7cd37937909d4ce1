"""What the check finds, by cases; and what it promises for every pack there may be."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldseam.engine.assessment import Liability, Risk
from goldseam.engine.decide.pack_canon import canonical
from goldseam.engine.decide.pack_check import blocks, check_pack
from goldseam.engine.decide.pack_cover import covering
from goldseam.engine.decide.pack_form import examine_form
from goldseam.engine.decide.pack_logic import apart, inside, shape_of
from goldseam.engine.decide.pack_terms import LADDER, SEVERITIES
from goldseam.engine.decide.policy import compile_pack
from goldseam.engine.decide.remedies import allowed, needs_approval, offered_amount
from goldseam.engine.decide.situation import policy_facts
from goldseam.workshop.load_deciding import load_deciding
from goldseam.workshop.load_terms import shipped_pack, shipped_packs
from tests.engine.decide.cases import viewed as view_of
from tests.policies.packs import ON, TERMS, conversations, packs, rule, rules, small_pack

NEVER_STOP = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def codes(*given_rules: dict[str, Any], **head: Any) -> set[tuple[str, str]]:
    """(code, cell) of everything found in a pack of these rules, situations left aside."""
    found = check_pack(small_pack(*given_rules) | head, TERMS, ON)
    return {(f.code, f.cell) for f in found if f.code not in ("gap", "thin", "days_gap")}


@pytest.mark.parametrize("name", shipped_packs())
def test_the_shipped_packs_have_nothing_to_complain_of(name: str) -> None:
    found = check_pack(shipped_pack(name), TERMS, ON)
    assert [f for f in found if f.severity != "note"] == []
    assert {f.code for f in found} <= {"by_right"}


@pytest.mark.parametrize("name", shipped_packs())
def test_every_shipped_rule_has_words_a_source_and_a_first_day(name: str) -> None:
    for row in shipped_pack(name)["rules"]:
        language = "zh" if name == "default" else "en"
        assert row["words"][language], row["id"]
        assert row["words"]["en"], row["id"]
        assert row["source"]["en"], row["id"]
        assert row["valid_from"], row["id"]


def test_the_chinese_pack_knows_the_law() -> None:
    sources = " ".join(row["source"]["zh"] for row in shipped_pack("default")["rules"])
    law = "消费者权益保护法"
    for article in ("十九", "二十", "二十二", "二十四", "二十五", "四十八", "五十二", "五十四", "五十五"):
        assert f"{law}第{article}条" in sources or f"、第{article}条" in sources, article
    for text in (
        "食品安全法第一百四十八条",
        "电子商务法第十七条",
        "电子商务法第十九条",
        "电子商务法第二十条",
        "虚假发货",
    ):
        assert text in sources
    assert "部分商品修理更换退货责任规定第十条" in sources


def test_every_source_says_whether_it_is_law_and_since_when() -> None:
    """Law with article and first day, the custom of platforms, or the shop's own standard; a rule that rests
    on law alone does not speak before that law does."""
    for row in shipped_pack("default")["rules"]:
        source = row["source"]["zh"]
        assert source.startswith(("法律:", "平台惯例(非法律):", "本店")), row["id"]
        days = re.findall(r"\((\d{4}-\d{2}-\d{2})起施行", source)
        if source.startswith("法律:"):
            assert days, row["id"]
            assert row["valid_from"] >= min(days), row["id"]
        elif source.startswith("本店"):
            assert "非法律" in source, row["id"]


FORM = [
    ({"id": "R 1"}, "bad_code", "rules[0].id"),
    ({"ammount": {"kind": "full"}}, "unknown_key", "ammount"),
    ({"remedy": "give_everything"}, "unknown_value", "remedy"),
    ({"remedy": []}, "empty_list", "remedy"),
    ({"effect": "maybe"}, "unknown_value", "effect"),
    ({"payer": "nobody"}, "unknown_value", "payer"),
    ({"words": "text"}, "not_a_table", "words"),
    ({"words": {"zh": 3}}, "not_a_text", "words.zh"),
    ({"when": {"weather": "rain"}}, "unknown_field", "when.weather"),
    ({"when": {"issue": "logistics.late"}}, "unknown_value", "when.issue"),
    ({"when": {"signals": ["smoke"]}}, "unknown_value", "when.signals"),
    ({"when": {"product_class": ["boats"]}}, "unknown_value", "when.product_class"),
    ({"when": {"tier": ["a,b"]}}, "comma", "when.tier"),
    ({"when": {"stalled_hours": 24}}, "bad_range", "when.stalled_hours"),
    ({"when": {"stalled_hours": {"min": 9, "max": 3}}}, "range_reversed", "when.stalled_hours"),
    ({"when": {"delivered": "yes"}}, "not_a_flag", "when.delivered"),
    ({"when": {"signals": {"all": ["media"]}}}, "bad_condition", "when.signals"),
    ({"amount": {"kind": "percent"}}, "unknown_value", "amount.kind"),
    ({"amount": {"kind": "share", "value": 5}}, "share_over_one", "amount.value"),
    ({"amount": {"kind": "fixed"}}, "no_amount", "amount.value"),
    ({"amount": {"kind": "fixed", "value": float("nan")}}, "bad_number", "amount.value"),
    ({"amount": {"kind": "full", "cap": -1}}, "bad_number", "amount.cap"),
    ({"grants": {"boss": 5}}, "unknown_key", "grants.boss"),
    ({"grants": {"agent": "much"}}, "bad_number", "grants.agent"),
    ({"valid_from": "2026-02-30"}, "bad_date", "valid_from"),
    ({"valid_from": "2026-03-01", "valid_to": "2026-02-01"}, "dates_reversed", "valid_to"),
    ({"merit": 9}, "bad_number", "merit"),
]


@pytest.mark.parametrize(("change", "code", "cell"), FORM, ids=lambda value: str(value)[:40])
def test_errors_of_form_name_their_cell(change: dict[str, Any], code: str, cell: str) -> None:
    found = examine_form(small_pack(rule("r") | change), TERMS)
    assert [(f.code, f.cell) for f in found] == [(code, cell)]
    assert blocks(found)


def test_errors_of_the_head_name_their_cell() -> None:
    pack = small_pack(rule("r"), rule("r"))
    del pack["authority"]["bot"]["per_day"], pack["follow_up_hours"]["P1"], pack["name"]
    pack["extra"] = 1
    found = {(f.code, f.cell) for f in examine_form(pack, TERMS)}
    assert found == {
        ("unknown_key", "extra"),
        ("missing", "name"),
        ("missing", "follow_up_hours.P1"),
        ("missing", "authority.bot.per_day"),
        ("duplicate_id", "id"),
    }


def test_unreachable_rules() -> None:
    assert ("never", "when") in codes(rule("r", when={"order_state": ["paid"], "delivered": True}))
    assert ("never", "when") in codes(rule("r", when={"order_state": ["none"], "stalled_hours": {"min": 1}}))
    assert ("untold", "when.priority") in codes(rule("r", when={"priority": ["P0"]}))
    assert ("impossible", "remedy") in codes(
        rule("r", "cancel_order", when={"delivered": True, "order_state": ["completed"]})
    )
    wide, narrow = rule("wide", merit=0.2), rule("narrow", when={"tier": ["vip"]})
    assert ("shadowed", "when") in codes(wide, narrow)
    assert ("shadowed", "when") not in codes(narrow | {"merit": 0.3}, wide)
    assert ("duplicate", "when") in codes(rule("a"), rule("b"))


def days(low: int | None, high: int | None) -> dict[str, Any]:
    ends = {"min": low, "max": high}
    return {"days_since_delivered": {key: value for key, value in ends.items() if value is not None}}


def test_rules_that_together_leave_nothing_for_another() -> None:
    week, month, later = (
        rule("week", when=days(None, 7), merit=0.2),
        rule("month", when=days(7, 30), merit=0.2),
        rule("later", when=days(30, None), merit=0.2),
    )
    rest = rule("rest", when=days(0, None))
    found = [f for f in check_pack(small_pack(week, month, later, rest), TERMS, ON) if f.code == "shadowed"]
    assert [f.rules for f in found] == [("rest", "week", "month", "later")]
    assert ("shadowed", "when") not in codes(week, later, rest)  # the second to fourth week is left
    assert ("shadowed", "when") not in codes(week, month | {"when": days(7, 30) | {"tier": ["vip"]}}, rest)
    paid, sent = ({"order_state": [state]} for state in ("paid", "shipped"))
    both = {"order_state": ["paid", "shipped"]}
    bans = (rule("b1", effect="forbid", when=paid), rule("b2", effect="forbid", when=sent))
    assert ("contradiction", "remedy") in codes(*bans, rule("r", when=both))
    assert ("contradiction", "remedy") not in codes(bans[0], rule("r", when=both))


def test_contradictions_and_overlaps() -> None:
    allow = rule("a", when={"signals": ["legal"], "order_state": ["paid"]})
    ban = rule("b", effect="forbid", when={"signals": ["legal", "media"]})
    assert ("contradiction", "remedy") in codes(allow, ban)
    part = rule("a", when={"order_state": ["paid"]})
    assert ("contradiction", "remedy") not in codes(part, ban)
    five = {"amount": {"kind": "fixed", "value": 5}}
    nine = {"amount": {"kind": "fixed", "value": 9}}
    assert ("opposed", "remedy") in codes(rule("a", **five), rule("b", **nine))
    vip, late = {"tier": ["vip"]}, {"late_ship_hours": {"min": 1}}
    assert ("overlap", "amount") in codes(rule("a", when=vip, **five), rule("b", when=late, **nine))
    assert codes(rule("a", when=vip, merit=0.1, **five), rule("b", when=late, **nine)) == set()
    early = rule("a", when=late, valid_to="2026-01-01", **five)
    assert ("overlap", "amount") not in codes(early, rule("b", when=vip, valid_from="2026-01-02", **nine))


def test_money_and_authority() -> None:
    assert ("over_authority", "grants.agent") in codes(rule("r", grants={"agent": 51}))
    assert ("over_authority", "grants.agent") in codes(rule("r", grants={"agent": None}))
    assert ("by_right", "grants.agent") in codes(rule("r", "return_refund", grants={"agent": None}))
    assert ("ladder", "grants.lead") in codes(rule("r", grants={"agent": 40, "lead": 10}))
    assert ("terms_of_nothing", "amount") in codes(rule("r", effect="forbid", amount={"kind": "full"}))
    assert ("terms_of_nothing", "grants") in codes(rule("r", effect="forbid", grants={"lead": 0}))
    assert ("exception_alone", "grants.agent") in codes(rule("r", effect="forbid", grants={"agent": 5}))
    by_lead = codes(rule("r", effect="forbid", grants={"lead": 5}))
    assert not {"terms_of_nothing", "exception_alone"} & {code for code, _ in by_lead}
    assert ("no_cap", "amount.cap") in codes(rule("r", amount={"kind": "share", "value": 0.1}))
    assert ("cap_below", "amount.cap") in codes(rule("r", amount={"kind": "fixed", "value": 9, "cap": 5}))
    low = {role: {"per_case": 10, "per_day": 20, "per_month": 30} for role in LADDER}
    assert ("nobody", "amount.value") in codes(
        rule("r", amount={"kind": "fixed", "value": 11}), authority=low
    )
    odd = copy.deepcopy(low)
    odd["agent"]["per_case"], odd["lead"]["per_day"] = 15, 5
    found = codes(rule("r"), authority=odd)
    assert {("ladder", "authority.lead.per_case"), ("periods", "authority.lead.per_day")} <= found


def test_words_sources_and_dates() -> None:
    assert ("no_words", "words.zh") in codes(rule("r", words={"en": "x"}))
    assert ("no_source", "source.zh") in codes(rule("r", source={}))
    assert ("no_translation", "words.en") in codes(
        rule("a", merit=0.2), rule("b", "gift", words={"zh": "规"})
    )
    assert ("expired", "valid_to") in codes(rule("r", valid_to="2026-11-23"))
    assert ("not_yet", "valid_from") in codes(rule("r", valid_from="2026-11-25"))


def test_a_missing_situation_is_told() -> None:
    pack = shipped_pack("default")
    pack["rules"] = [
        r for r in pack["rules"] if r["id"] not in ("invoice-issue", "explain-always", "lookup-any")
    ]
    found = check_pack(pack, TERMS, ON)
    silent = {(f.details["issue"], f.details["state"]) for f in found if f.code == "gap"}
    assert ("invoice", "paid") in silent
    assert ("refund.return", "delivered") not in silent
    assert blocks(found)
    pack["rules"].append(rule("talk", "explain"))
    found = check_pack(pack, TERMS, ON)
    assert ("invoice", "paid") in {
        (f.details["issue"], f.details["state"]) for f in found if f.code == "thin"
    }
    assert not blocks(found)


def test_days_without_help_are_told() -> None:
    pack = shipped_pack("default")
    pack["rules"] = [
        r
        for r in pack["rules"]
        if "return_refund" not in r["remedy"] or r["id"] in ("no-reason-return", "late-return")
    ]
    for row in pack["rules"]:
        if row["id"] == "late-return":
            row["when"] = row["when"] | {"days_since_delivered": {"min": 20, "max": 30}}
    found = [f for f in check_pack(pack, TERMS, ON) if f.code == "days_gap"]
    assert any(f.details["issue"] == "refund.return" and f.details["high"] == "20" for f in found)


def test_disabled_rules_do_not_speak() -> None:
    pack = small_pack(rule("a"), rule("b", disabled=True))
    assert [r.id for r in compile_pack(pack, TERMS.issues, TERMS.remedies).rules] == ["a"]


@given(JSON)
@NEVER_STOP
def test_no_json_crashes_the_check(data: Any) -> None:
    found = check_pack(data, TERMS, ON)
    assert blocks(found)


@given(packs(), st.data())
@NEVER_STOP
def test_no_damaged_pack_crashes_the_check(pack: dict[str, Any], data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(sorted(pack)))
    row = data.draw(st.sampled_from(pack["rules"]))
    key = data.draw(st.sampled_from(sorted(row)))
    pack[place] = data.draw(JSON) if data.draw(st.booleans()) else pack[place]
    row[key] = data.draw(JSON)
    found = check_pack(pack, TERMS, ON)
    assert all(f.severity in SEVERITIES for f in found)
    if not blocks(found):
        compile_pack(pack, TERMS.issues, TERMS.remedies)


@given(packs())
@NEVER_STOP
def test_random_packs_are_checked_and_have_one_canonical_form(pack: dict[str, Any]) -> None:
    assert [f for f in examine_form(pack, TERMS) if f.severity == "error"] == []
    check_pack(pack, TERMS, ON)
    form = canonical(pack)
    assert canonical(form) == form
    for row in pack["rules"]:
        row["remedy"].sort()
    assert compile_pack(form, TERMS.issues, TERMS.remedies) == compile_pack(
        pack, TERMS.issues, TERMS.remedies
    )


@given(rules("a", allow_only=True), rules("b"), st.lists(conversations(), min_size=3, max_size=8), st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_inside_and_apart_are_true_for_all_facts(one: Any, two: Any, talks: Any, data: st.DataObject) -> None:
    pack = compile_pack(small_pack(one, two), TERMS.issues, TERMS.remedies)
    first, second = (shape_of(found) for found in pack.rules)
    within, never = inside(first, second), apart(first, second)
    if not within and not never:
        return
    for talk in talks:
        issue = data.draw(st.sampled_from(sorted(TERMS.issues)[:9]))
        view = view_of(talk, issue)
        facts = policy_facts(view, view.order, 0.5, "seller") | {"requests": frozenset(TERMS.remedies)}
        held = {found.id for found in pack.matching(facts, ON)}
        assert not (within and held == {"a"})
        assert not (never and held == {"a", "b"})


@given(
    rules("a", allow_only=True),
    st.lists(rules("b"), min_size=2, max_size=4),
    st.lists(conversations(), min_size=3, max_size=8),
    st.data(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_covering_is_true_for_all_facts(one: Any, more: Any, talks: Any, data: st.DataObject) -> None:
    more = [found | {"id": f"b{place}"} for place, found in enumerate(more)]
    pack = compile_pack(small_pack(one, *more), TERMS.issues, TERMS.remedies)
    first, *others = (shape_of(found) for found in pack.rules)
    if first.empty or not covering(first, others):
        return
    for talk in talks:
        issue = data.draw(st.sampled_from(sorted(TERMS.issues)[:9]))
        view = view_of(talk, issue)
        facts = policy_facts(view, view.order, 0.5, "seller") | {"requests": frozenset(TERMS.remedies)}
        held = {found.id for found in pack.matching(facts, ON)}
        assert held != {"a"}


@given(packs(), st.lists(conversations(), min_size=1, max_size=6), st.data())
@NEVER_STOP
def test_no_path_grants_over_authority(pack: dict[str, Any], talks: Any, data: st.DataObject) -> None:
    """Whatever needs no approval lies within what the rule grants the role (or one below it) or within the
    role's own authority, also where the amount is not known yet."""
    compiled = compile_pack(pack, TERMS.issues, TERMS.remedies)
    tables = load_deciding()
    for talk in talks:
        view = replace(view_of(talk, data.draw(st.sampled_from(sorted(TERMS.issues)))), pack=compiled)
        offers = allowed(view, Risk(0.3, "low"), Liability("seller", 1.0), tables.remedies)
        for offer in offers.values():
            amount, _ = offered_amount(view, offer)
            for place, role in enumerate(LADDER):
                if needs_approval(view, offer.rule, amount, role):
                    continue
                reach = [compiled.authority[role]["per_case"]] if role not in offer.rule.grants else []
                names = LADDER[: place + 1] if role not in offer.rule.grants else (role,)
                reach += [offer.rule.grants[name] for name in names if name in offer.rule.grants]
                if None in reach:
                    continue
                assert (amount or 0.0) <= max(reach)
                if amount is None and offer.rule.amount is not None:
                    most = offer.rule.amount
                    assert (most.value if most.kind == "fixed" else most.cap or float("inf")) <= max(reach)
            assert needs_approval(view, offer.rule, amount, "stranger") or not amount
