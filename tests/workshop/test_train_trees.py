"""Trees over the facts of orders: the same as the library's, additive, safe to load, taken where they pay."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from goldseam.engine.assess import assess
from goldseam.engine.facts import Conversation
from goldseam.engine.parse import parse_conversation
from goldseam.engine.text.order_numbers import NAMES, fact_numbers
from goldseam.engine.text.trees import tree_parts
from goldseam.workshop.load import load_tables
from goldseam.workshop.model_trees import trees_as_json, trees_from_json
from goldseam.workshop.models import ModelError
from goldseam.workshop.train import train
from goldseam.workshop.train_trees import as_rows, as_trees, can_grow, fit_boosting

LINES = 520


def facts_only(number: int) -> dict[str, object]:
    """Nobody speaks. Late parcels anger, and so does a cheap thing with dear shipping; never both at once."""
    late, dear = number * 7 % 13 - 6, number * 5 % 11
    placed = 1 + number % 9
    order = {
        "id": f"77{number:05d}",
        "status": "delivered",
        "placed_at": f"2026-03-{placed:02d}T{number % 24:02d}:00:00+00:00",
        "promised_delivery_by": "2026-03-20T00:00:00+00:00",
        "delivered_at": f"2026-03-{20 + late:02d}T00:00:00+00:00",
        "total": 40.0 + 3 * dear,
        "items": [{"sku": f"s{number % 17}", "quantity": 1, "price": 40.0}],
    }
    bad = (late > 0) != (dear > 7)
    conversation = {"id": str(number), "messages": [], "now": "2026-04-01T00:00:00+00:00", "orders": [order]}
    return {"conversation": conversation, "label": {"risk": float(bad)}}


def talk(number: int) -> Conversation:
    return parse_conversation(facts_only(number)["conversation"])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trees")
    data = folder / "risk.jsonl"
    data.write_text("\n".join(json.dumps(facts_only(n)) for n in range(LINES)), encoding="utf-8")
    result = train("risk", data, folder / "out")
    assert result.taken
    assert result.report["new"]["auc"] > 0.95
    assert result.report["new"]["auc"] > result.report["old"]["auc"]
    return folder / "out"


def test_yes_or_no_is_decided_by_the_area_under_the_curve(trained: Path) -> None:
    report = json.loads((trained / "report.json").read_text(encoding="utf-8"))
    assert report["deciding_measure"] == "auc"


def test_facts_that_matter_only_together_are_learned(trained: Path) -> None:
    tables = load_tables(trained)
    assert tables.reading.outlook.trees is not None
    unseen = [talk(number) for number in range(LINES, LINES + 143)]
    said = np.array([assess(one, tables).risk.score for one in unseen])
    truth = np.array([facts_only(number)["label"]["risk"] for number in range(LINES, LINES + 143)])
    assert said[truth == 1].min() > said[truth == 0].max()
    assert said.mean() == pytest.approx(truth.mean(), abs=0.03)


def test_every_fact_has_its_part_and_the_parts_are_the_score(trained: Path) -> None:
    tables = load_tables(trained)
    for number in range(30):
        risk = assess(talk(number), tables).risk
        assert sum(factor.weight for factor in risk.factors) == pytest.approx(risk.score, abs=1e-6)
        words = {factor.code: factor.evidence for factor in risk.factors}
        assert "fact_late" in words
        assert "比承诺送达晚的天数" in words["fact_late"]


def test_the_engine_walks_the_trees_as_the_library_does() -> None:
    chance = np.random.default_rng(4)
    rows = chance.normal(size=(600, len(NAMES)))
    rows[chance.random(rows.shape) < 0.2] = np.nan
    rows[:, 3] = np.nan
    target = (np.nan_to_num(rows[:, 0]) * np.nan_to_num(rows[:, 1]) > 0).astype(float)
    boosted = fit_boosting(rows, target)
    base, trees = as_trees(boosted, 0.5)
    again = trees_from_json(json.loads(json.dumps(trees_as_json(trees))))
    expected = 0.5 * boosted.predict(rows)
    for row, value in zip(rows[:100], expected, strict=False):
        known = {name: float(x) for name, x in zip(NAMES, row, strict=True) if not np.isnan(x)}
        mean, parts = tree_parts(again, known)
        assert base + mean + sum(parts.values()) == pytest.approx(value, abs=1e-6)
        assert "handling" not in parts


def test_few_or_equal_facts_grow_nothing() -> None:
    assert not can_grow(as_rows([{}] * 400))
    assert not can_grow(as_rows([{"late": 1.0}] * 400))
    assert not can_grow(as_rows([{"late": float(n)} for n in range(50)]))
    assert can_grow(as_rows([{"late": float(n)} for n in range(400)]))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("left", [0, 0, 0]),
        ("right", [9, 0, 0]),
        ("asks", [40, -1, -1]),
        ("means", [0.1, 0.2]),
        ("bounds", [float("nan"), 0.0, 0.0]),
        ("asks", "abc"),
    ],
)
def test_trees_that_loop_or_point_outside_are_refused(column: str, value: object) -> None:
    tree = {
        "asks": [0, -1, -1],
        "bounds": [0.5, 0.0, 0.0],
        "left": [1, 0, 0],
        "right": [2, 0, 0],
        "unknown_left": [True, True, True],
        "means": [0.5, 0.2, 0.8],
    }
    model = trees_from_json({"names": ["late"], "trees": [tree]})
    assert tree_parts(model, {"late": 2.0}) == (0.5, {"late": pytest.approx(0.3)})
    assert tree_parts(model, {}) == (0.5, {"late": pytest.approx(-0.3)})
    with pytest.raises((ValueError, TypeError)):
        trees_from_json({"names": ["late"], "trees": [{**tree, column: value}]})
    with pytest.raises(ValueError, match="does not know: tea"):
        trees_from_json({"names": ["tea"], "trees": []})


def test_damaged_trees_are_refused_with_the_file_named(trained: Path) -> None:
    path = trained / "outlook.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"trees"', b'"treez"', 1))
    with pytest.raises(ModelError, match=r"outlook\.json does not have the hash"):
        load_tables(trained)
    path.write_bytes(whole)


def test_what_is_not_known_is_absent() -> None:
    assert fact_numbers(Conversation("c", ())) == {}
    found = fact_numbers(replace(talk(6), now=None))
    assert found["extra"] == 3 * (6 * 5 % 11)
    assert "since" not in found
    assert "transit" not in found


def test_times_are_read_from_scans_where_the_order_says_none() -> None:
    events = [
        {"at": "2026-03-02T00:00:00+00:00", "status": "created"},
        {"at": "2026-03-04T00:00:00+00:00", "status": "picked_up"},
        {"at": "2026-03-09T00:00:00+00:00", "status": "delivered"},
    ]
    order = {
        "id": "1",
        "placed_at": "2026-03-01T00:00:00+00:00",
        "promised_delivery_by": "2026-03-08T00:00:00+00:00",
        "shipment": {"events": events},
    }
    found = fact_numbers(parse_conversation({"id": "c", "messages": [], "orders": [order]}))
    assert (found["handling"], found["transit"], found["late"], found["took"]) == (3, 5, 1, 8)
