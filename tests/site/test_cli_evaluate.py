"""`goldseam evaluate search` as a program sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).resolve().parents[2] / "bench" / "data" / "search"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "goldseam.site.cli", "evaluate", "search", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def write(path: Path, *rows: Any) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


ARTICLES = (
    {"id": "a", "title": "七天无理由退货", "text": "签收后七天内可以退货。"},
    {"id": "b", "title": "电热水壶除水垢", "text": "加柠檬酸烧开,静置后倒掉。"},
    {"id": 3, "title": "Lost parcels", "text": "We open a trace with the carrier."},
)


def test_figures_and_details(tmp_path: Path) -> None:
    articles = write(tmp_path / "a.jsonl", *ARTICLES)
    queries = write(
        tmp_path / "q.jsonl",
        {"query": "怎么退货", "relevant": ["a"]},
        {"query": "水垢怎么除", "relevant": ["b", "a"]},
        {"query": "my parcel is lost", "relevant": [3]},
    )
    done = run(articles, queries, "--details", tmp_path / "d.jsonl")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["recall@1"] == pytest.approx((1 + 0.5 + 1) / 3, abs=1e-3)
    assert figures["recall@3"] == 1
    assert 0.9 < figures["ndcg@10"] <= 1
    assert 0 < figures["ms_p50"] <= figures["ms_p95"]
    assert (figures["articles"], figures["queries"], figures["skipped_lines"]) == (3, 3, 0)
    details = [json.loads(line) for line in (tmp_path / "d.jsonl").read_text("utf-8").splitlines()]
    assert [line["query"] for line in details] == ["怎么退货", "水垢怎么除", "my parcel is lost"]
    assert [line["ranking"][0]["id"] for line in details] == ["a", "b", "3"]


def test_bad_lines_are_named_and_the_rest_is_measured(tmp_path: Path) -> None:
    articles = write(
        tmp_path / "a.jsonl", *ARTICLES, "{", {"id": "a", "title": "又"}, {"id": "x"}, {"title": "无名"}
    )
    queries = write(
        tmp_path / "q.jsonl",
        {"query": "怎么退货", "relevant": ["a"]},
        {"query": "怎么退货", "relevant": ["nowhere"]},
        {"query": 5, "relevant": ["a"]},
        {"query": "怎么退货"},
        [],
    )
    done = run(articles, queries, "--words-only")
    assert done.returncode == 1
    assert json.loads(done.stdout)["skipped_lines"] == 8
    for place in ("a.jsonl:4: is not", "a.jsonl:5: id: ", "a.jsonl:6: text: ", "a.jsonl:7: id: is missing"):
        assert place in done.stderr
    for place in (
        "q.jsonl:2: relevant[0]: ",
        "q.jsonl:3: query: ",
        "q.jsonl:4: relevant: ",
        "q.jsonl:5: must",
    ):
        assert place in done.stderr


def test_nothing_to_measure_and_no_file(tmp_path: Path) -> None:
    empty = write(tmp_path / "a.jsonl", "")
    assert run(empty, empty).returncode == 1
    missing = run(tmp_path / "none.jsonl", empty)
    assert missing.returncode == 2
    assert "none.jsonl" in missing.stderr


def test_a_question_without_an_answer_is_counted_apart(tmp_path: Path) -> None:
    articles = write(tmp_path / "a.jsonl", *ARTICLES)
    queries = write(
        tmp_path / "q.jsonl", {"query": "退货", "relevant": ["a"]}, {"query": "附近有地铁吗", "relevant": []}
    )
    figures = json.loads(run(articles, queries, "--words-only").stdout)
    assert (figures["queries"], figures["unanswerable"]) == (1, 1)
    assert figures["unanswerable_recognised"] == 1


@pytest.mark.parametrize(("level", "least"), [("plain", 0.99), ("hard", 0.8)])
def test_our_own_questions_are_found(level: str, least: float) -> None:
    figures = json.loads(run(DATA / "articles.jsonl", DATA / f"queries_{level}_test.jsonl").stdout)
    assert figures["method"] == "use-multilingual-3+bm25"
    assert figures["recall@3"] >= least
