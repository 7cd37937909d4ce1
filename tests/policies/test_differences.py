"""What changed, cell by cell and in words; and that every finding has words."""

from __future__ import annotations

import ast
import copy
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings

from goldseam.engine.decide import pack_check, pack_form, pack_gaps, pack_money
from goldseam.engine.decide.pack_canon import canonical
from goldseam.engine.decide.pack_diff import ABSENT, differences
from goldseam.engine.decide.pack_terms import FIELDS, Finding
from goldseam.policies import cells, wording
from goldseam.policies.table import changes_in_words
from goldseam.workshop.load_terms import shipped_pack
from tests.policies.packs import packs, rule, small_pack


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[Any, ...]]:
    before, after = canonical(small_pack(old)), canonical(small_pack(new))
    return [(c.kind, c.rule, c.cell, c.before, c.after) for c in differences(before, after)]


def test_a_grant_without_limit_is_a_change() -> None:
    with_it = rule("r", grants={"agent": None})
    assert changes(rule("r"), with_it) == [("changed", "r", "grants.agent", ABSENT, None)]
    assert changes(with_it, rule("r")) == [("changed", "r", "grants.agent", None, ABSENT)]


CASES: list[tuple[dict[str, Any], dict[str, Any], str, Any, Any]] = [
    ({}, {"when": {"stalled_hours": {"min": 9}}}, "when.stalled_hours", ABSENT, {"min": 9}),
    ({"when": {"tier": ["a"]}}, {"when": {"tier": ["b"]}}, "when.tier", ["a"], ["b"]),
    ({}, {"amount": {"kind": "full"}}, "amount.kind", ABSENT, "full"),
    ({"promise_hours": 4}, {"promise_hours": 5}, "promise_hours", 4, 5),
    ({}, {"disabled": True}, "disabled", ABSENT, True),
    ({"words": {"zh": "甲"}}, {"words": {"zh": "乙"}}, "words.zh", "甲", "乙"),
]


@pytest.mark.parametrize(("old", "new", "cell", "before", "after"), CASES, ids=lambda v: str(v)[:30])
def test_one_cell(old: dict[str, Any], new: dict[str, Any], cell: str, before: Any, after: Any) -> None:
    assert changes(rule("r") | old, rule("r") | new) == [("changed", "r", cell, before, after)]


def test_rules_come_go_and_move() -> None:
    one, two, three = rule("one"), rule("two"), rule("three")
    old, new = canonical(small_pack(one, two)), canonical(small_pack(two, one, three))
    assert [(c.kind, c.rule) for c in differences(old, new)] == [("added", "three"), ("moved", "two")]
    assert [(c.kind, c.rule) for c in differences(new, old)] == [("removed", "three"), ("moved", "one")]


@given(packs(), packs())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_difference_means_the_same_pack(one: dict[str, Any], two: dict[str, Any]) -> None:
    old, new = canonical(one), canonical(two)
    assert (differences(old, new) == []) is (old == new)
    assert differences(old, copy.deepcopy(old)) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_change_can_be_said(language: str) -> None:
    old = shipped_pack("default")
    new = copy.deepcopy(old)
    new["rules"] = [r for r in new["rules"] if r["id"] != "invoice-asked"] + [
        canonical(small_pack(rule("new")))["rules"][0]
    ]
    new["rules"][0]["grants"] = {"agent": None}
    new["rules"][1]["when"] = {"signals": {"none": ["legal"]}}
    new["authority"]["agent"]["per_day"] = None
    new["product_classes"]["wine"] = ["红酒"]
    with translation.override(language):
        told = changes_in_words(differences(old, new), {r["id"]: r for r in new["rules"]}, language)
        limit = cells.limit_text(None)
    lines = {(found.name, line.after) for found in told for line in found.lines}
    assert {("", limit), ("", "红酒"), ("crisis-protocol", limit)} <= lines
    assert {found.kind for found in told} == {"added", "removed", "changed"}


def test_an_amount_reads_as_a_sentence() -> None:
    share = {"amount": {"kind": "share", "value": 0.05, "cap": 20}}
    cases = [
        (share, {"amount": {"kind": "share", "value": 0.3, "cap": 50}}),
        (share, {"amount": {"kind": "full"}}),
        (share, {}),
        ({}, share),
    ]
    for old, new in cases:
        before, after = (canonical(small_pack(rule("r") | found)) for found in (old, new))
        with translation.override("en"):
            (told,) = changes_in_words(differences(before, after), {"r": after["rules"][0]}, "en")
            (line,) = told.lines
        assert ("5%" in line.before.replace(" ", "")) is bool(old), line
        assert line.before != line.after
        assert "0.05" not in line.before + line.after


def codes_in(*modules: Any) -> set[str]:
    """Every code that the checks can give a finding, read from their source."""
    found: set[str] = set()
    for module in modules:
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            name = getattr(
                getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", "")
            )
            if isinstance(node, ast.Call) and name in ("Finding", "tell", "BadCell") and node.args:
                first = node.args[0]
                found |= {
                    n.value
                    for n in ast.walk(first)
                    if isinstance(n, ast.Constant) and isinstance(n.value, str)
                }
    return {code for code in found if code.isidentifier()}


def test_every_finding_has_words() -> None:
    codes = codes_in(pack_form, pack_check, pack_money, pack_gaps, cells)
    assert len(codes) > 25
    assert codes - set(wording.FINDINGS) <= {"no_"}
    for code in wording.FINDINGS:
        assert wording.finding_text(Finding(code, "error"))


def test_every_fact_has_a_name() -> None:
    assert set(wording.FIELDS) == FIELDS
