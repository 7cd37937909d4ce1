"""Policy packs: what is refused when compiled, and that the index finds what reading every rule finds."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from goldseam.engine.decide.policy import InvalidPack, PolicyPack, indexed
from goldseam.engine.decide.situation import policy_facts
from goldseam.engine.facts import Order
from goldseam.workshop.load_deciding import load_deciding, read_pack
from goldseam.workshop.packaged import read_data
from tests.engine.decide.cases import NOW, conversation, viewed
from tests.engine.decide.test_remedies import ASKS, ISSUES, SIGNALS, orders

PACKS = load_deciding().packs
ON = NOW.date()


def small(**rule: Any) -> dict[str, Any]:
    """A pack of one rule."""
    raw: dict[str, Any] = copy.deepcopy(
        {k: v for k, v in read_data("policies/default.json").items() if k != "rules"}
    )
    base = {
        "id": "r-1",
        "remedy": "coupon",
        "words": {"zh": "x", "en": "x"},
        "when": {"issue": "logistics.delay"},
    }
    return {**raw, "rules": [{**base, **rule}]}


@pytest.mark.parametrize(
    "rule",
    [
        {"remedy": "fly_to_the_moon"},
        {"when": {"issue": "logistics.teleport"}},
        {"when": {"colour": "red"}},
        {"when": {"stalled_hours": 48}},
        {"when": {"stalled_hours": {"atleast": 48}}},
        {"when": {"shipped": "yes"}},
        {"effect": "maybe"},
        {"amount": {"kind": "gift"}},
        {"grants": {"king": 5}},
        {"valid_from": "01.07.2024"},
    ],
)
def test_a_wrong_rule_is_refused_with_its_id(rule: dict[str, Any]) -> None:
    with pytest.raises(InvalidPack, match="r-1"):
        read_pack(small(**rule))


def test_an_id_is_used_once() -> None:
    raw = small()
    raw["rules"] *= 2
    with pytest.raises(InvalidPack, match="twice"):
        read_pack(raw)


@pytest.mark.parametrize(
    ("start", "end", "on", "matches"),
    [
        (None, None, ON, True),
        ("2026-11-22", None, ON, True),
        ("2026-11-23", None, ON, False),
        (None, "2026-11-22", ON, True),
        (None, "2026-11-21", ON, False),
        ("2030-01-01", None, None, True),
        (None, "2020-01-01", None, False),
    ],
)
def test_validity(start: str | None, end: str | None, on: date | None, matches: bool) -> None:
    pack = read_pack(small(valid_from=start, valid_to=end))
    view = viewed(conversation("x"), "logistics.delay")
    assert bool(pack.matching(policy_facts(view, view.order, 0.1, "carrier"), on)) is matches


def test_an_unknown_fact_fails_a_range_and_a_star_means_the_whole_family() -> None:
    pack = read_pack(small(when={"issue": "logistics.*", "stalled_hours": {"min": 1}}))
    view = viewed(conversation("x"), "logistics.lost")
    facts = policy_facts(view, view.order, 0.1, "carrier")
    assert pack.matching(facts, ON) == []
    assert [r.id for r in pack.matching({**facts, "stalled_hours": 2.0}, ON)] == ["r-1"]


@pytest.mark.parametrize("pack", PACKS, ids=[p.name for p in PACKS])
def test_every_rule_has_words_and_a_source(pack: PolicyPack) -> None:
    assert len(pack.rules) >= 100
    for rule in pack.rules:
        assert all(rule.words.values()), rule.id
        assert all(rule.source.values()), rule.id
        assert rule.source, rule.id


@settings(max_examples=150, deadline=None)
@given(orders(), ISSUES, ASKS, SIGNALS)
def test_the_index_finds_what_reading_every_rule_finds(
    one: Order, issue: str, asks: tuple[str, ...], signals: tuple[str, ...]
) -> None:
    view = viewed(conversation("x", orders=(one,)), issue, asks=asks, signals=signals)
    facts = policy_facts(view, view.order, 0.4, "carrier")
    for pack in PACKS:
        slow = PolicyPack(
            **{name: getattr(pack, name) for name in pack.__slots__ if name != "index"}, index={}
        )
        assert pack.matching(facts, ON) == slow.matching(facts, ON)
        assert {r.id for r, _ in indexed(pack.rules, issue, view.order.state)} >= {
            r.id for r in pack.matching(facts, ON)
        }
