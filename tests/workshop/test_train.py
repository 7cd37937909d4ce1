"""A shop teaches the engine: taken only when better, kept with hashes, brought back with one call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from goldseam.engine.assess import assess
from goldseam.engine.facts import Conversation, Message
from goldseam.engine.parse import parse_conversation
from goldseam.engine.text.read import read
from goldseam.workshop.labelled import DataError, read_labelled
from goldseam.workshop.load import load_tables
from goldseam.workshop.models import MANIFEST, ModelError
from goldseam.workshop.train import rollback, train

WORDS = ["kavo", "lumi", "pesta", "ranok", "tibu", "zerel", "mondi", "hask"]


def risk_line(number: int) -> dict[str, object]:
    """In this shop's own tongue "brod" means trouble and "sul" means content."""
    bad = number % 3 == 0
    filler = " ".join(WORDS[(number * k) % len(WORDS)] for k in (1, 3, 5))
    messages = [
        {"role": "customer", "text": f"{filler} {'brod' if bad else 'sul'} {WORDS[number % 5]}"},
        {"role": "agent", "text": "ok " + WORDS[number % 7]},
    ]
    if number % 4 == 0:
        messages.append({"role": "customer", "text": WORDS[number % 6]})
    conversation = {"id": f"r{number}", "messages": messages}
    return {"conversation": conversation, "label": {"risk": 0.9 if bad else 0.1}}


def write(path: Path, rows: list[object]) -> Path:
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8"
    )
    return path


def say(text: str) -> Conversation:
    return Conversation("c", (Message("customer", text), Message("agent", "ok")))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    data = write(folder / "risk.jsonl", [risk_line(number) for number in range(150)])
    result = train("risk", data, folder / "out")
    assert result.taken
    return folder / "out"


def test_risk_is_learned_from_unknown_words(trained: Path) -> None:
    tables = load_tables(trained)
    bad = read(say("kavo brod lumi"), tables.reading).outlook
    good = read(say("kavo sul lumi"), tables.reading).outlook
    assert bad.learned
    assert good.learned
    assert bad.dissatisfied > 0.6 > 0.4 > good.dissatisfied
    assert sum(weight for _, weight, _ in bad.parts) == pytest.approx(bad.dissatisfied, abs=1e-3)


def test_the_report_tells_all(trained: Path) -> None:
    report = json.loads((trained / "report.json").read_text(encoding="utf-8"))
    assert report["task"] == "risk"
    assert (report["train"], report["held_out"]) == (120, 30)
    assert report["new"]["spearman"] > report["old"]["spearman"]
    assert report["calibration"]
    assert report["slices"]
    assert report["worst"]
    assert "**taken**" in (trained / "report.md").read_text(encoding="utf-8")


def test_no_pickle_and_hashes(trained: Path) -> None:
    manifest = json.loads((trained / MANIFEST).read_text(encoding="utf-8"))
    assert all(name.endswith((".json", ".npz")) for name in manifest["files"])
    name = next(name for name in manifest["files"] if name.endswith(".npz"))
    content = (trained / name).read_bytes()
    (trained / name).write_bytes(content[:-1] + b"x")
    with pytest.raises(ModelError, match="hash"):
        load_tables(trained)
    (trained / name).write_bytes(content)


def test_a_model_that_does_not_win_is_not_taken(trained: Path, tmp_path: Path) -> None:
    before = (trained / MANIFEST).read_bytes()
    rows: list[object] = [risk_line(number) for number in range(100)]
    for place, row in enumerate(rows):
        assert isinstance(row, dict)
        row["label"] = {"risk": (place * 37 % 100) / 100 if place < 80 else row["label"]["risk"]}
    result = train("risk", write(tmp_path / "noise.jsonl", rows), trained)
    assert not result.taken
    assert (trained / MANIFEST).read_bytes() == before


def test_roll_back(tmp_path: Path) -> None:
    out = tmp_path / "out"
    data = write(tmp_path / "risk.jsonl", [risk_line(number) for number in range(60)])
    assert train("risk", data, out).taken
    assert load_tables(out).reading.outlook.learned
    rollback(out)
    assert not load_tables(out).reading.outlook.learned
    with pytest.raises(ModelError, match="train into it first"):
        rollback(tmp_path / "nothing")


def test_issue_learns_a_shops_own_code_and_words(tmp_path: Path) -> None:
    rows: list[object] = []
    for number in range(80):
        own = number % 2 == 0
        text = f"{'flumex' if own else 'grobint'} {WORDS[number % 8]} {WORDS[(number * 3) % 8]}"
        label = {"issue": "shop.rental" if own else "invoice"}
        rows.append(
            {
                "conversation": {"id": str(number), "messages": [{"role": "customer", "text": text}]},
                "label": label,
            }
        )
    out = tmp_path / "out"
    assert train("issue", write(tmp_path / "issue.jsonl", rows), out).taken
    tables = load_tables(out)
    assert (
        read(Conversation("c", (Message("customer", "kavo flumex"),)), tables.reading).issue.code
        == "shop.rental"
    )
    assert read(Conversation("c", (Message("customer", "请开发票"),)), tables.reading).issue.code == "invoice"


def test_bad_lines_are_named_and_left_out(tmp_path: Path) -> None:
    good = [risk_line(number) for number in range(3)]
    rows: list[object] = [
        *good,
        "{broken",
        {"conversation": {"id": "x", "messages": [{"role": "king", "text": "a"}]}, "label": {"risk": 0.5}},
        {"conversation": {"id": "y", "messages": [{"role": "customer", "text": "a"}]}, "label": {"risk": 2}},
        {"conversation": {"id": "z", "messages": [{"role": "customer", "text": "a"}]}},
    ]
    items, bad = read_labelled(write(tmp_path / "d.jsonl", rows), "risk")
    assert len(items) == 3
    assert [line.line for line in bad] == [4, 5, 6, 7]
    assert bad[1].path == "conversation.messages[0].role"
    assert bad[2].path == bad[3].path == "label.risk"


def test_time_orders_the_lines_when_all_are_dated(tmp_path: Path) -> None:
    rows = []
    for day in (3, 1, 2):
        message = {"role": "customer", "text": "a", "at": f"2026-11-0{day}T00:00:00+00:00"}
        rows.append({"conversation": {"id": str(day), "messages": [message]}, "label": {"risk": 0.5}})
    items, _ = read_labelled(write(tmp_path / "d.jsonl", list(rows)), "risk")
    assert [item.conversation.id for item in items] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("task", "content", "message"),
    [
        ("risk", "", "no usable"),
        ("mood", '{"a": 1}', "no usable"),
        ("tea", "{}", "unknown task"),
        ("risk", None, "cannot read"),
    ],
)
def test_unusable_data_is_refused(tmp_path: Path, task: str, content: str | None, message: str) -> None:
    path = tmp_path / "d.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        train(task, path, tmp_path / "out")


def test_too_little_data_is_refused(tmp_path: Path) -> None:
    data = write(tmp_path / "d.jsonl", [risk_line(number) for number in range(10)])
    with pytest.raises(DataError, match="at least 30"):
        train("risk", data, tmp_path / "out")


def remedy_line(number: int, *, helps: bool = True) -> dict[str, object]:
    """In this shop looking a stalled parcel up settles it and asking the carrier never does."""
    remedy = ("lookup", "expedite")[number % 2]
    satisfied = (remedy == "lookup") if helps else number % 4 < 2
    conversation = {
        "id": f"m{number}",
        "messages": [{"role": "customer", "text": "快递停了三天了,怎么还没到"}],
        "orders": [{"id": f"88{number:04d}", "status": "shipped", "total": 50 + number % 9}],
    }
    return {"conversation": conversation, "label": {"remedy": remedy, "satisfied": satisfied}}


def best(folder: Path | None) -> list[str]:
    talk = parse_conversation(remedy_line(1)["conversation"])
    ranked = [r.code for r in assess(talk, load_tables(folder)).remedies]
    return [code for code in ranked if code in ("lookup", "expedite")]


def test_remedies_are_ranked_by_what_worked_in_this_shop(tmp_path: Path) -> None:
    assert best(None)[0] == "expedite"
    data = write(tmp_path / "closed.jsonl", [remedy_line(number) for number in range(120)])
    result = train("remedies", data, tmp_path / "out")
    assert result.taken
    assert result.report["new"]["auc"] > result.report["old"]["auc"]
    assert best(tmp_path / "out")[0] == "lookup"
    assert rollback(tmp_path / "out") == "the models that come with the product"
    assert best(tmp_path / "out")[0] == "expedite"


def test_remedies_keep_the_documented_belief_where_nothing_was_tried(tmp_path: Path) -> None:
    data = write(tmp_path / "closed.jsonl", [remedy_line(number) for number in range(120)])
    train("remedies", data, tmp_path / "out")
    tables, old = load_tables(tmp_path / "out"), load_tables()
    talk = parse_conversation(
        {
            "id": "other",
            "messages": [{"role": "customer", "text": "怎么开发票"}],
            "orders": [{"id": "1", "status": "delivered"}],
        }
    )
    assert [r.code for r in assess(talk, tables).remedies] == [r.code for r in assess(talk, old).remedies]


def test_outcomes_without_a_pattern_teach_nothing(tmp_path: Path) -> None:
    data = write(tmp_path / "first.jsonl", [remedy_line(number) for number in range(120)])
    assert train("remedies", data, tmp_path / "out").taken
    noise = [remedy_line(n) for n in range(40, 60)] + [remedy_line(n, helps=False) for n in range(60)]
    again = train("remedies", write(tmp_path / "second.jsonl", [*noise, *noise[:20]]), tmp_path / "out")
    assert not again.taken
    assert best(tmp_path / "out")[0] == "lookup"


def test_labels_of_remedies_are_checked(tmp_path: Path) -> None:
    wrong = [remedy_line(1), remedy_line(2), remedy_line(3)]
    wrong[0]["label"] = {"remedy": "flowers", "satisfied": 1}
    wrong[1]["label"] = {"remedy": "lookup", "satisfied": 2}
    _, bad = read_labelled(write(tmp_path / "closed.jsonl", [*wrong]), "remedies")
    assert [(b.line, b.path) for b in bad] == [(1, "label.remedy"), (2, "label.satisfied")]
