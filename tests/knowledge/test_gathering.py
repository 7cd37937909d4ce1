"""Gathering and drafting, the pure parts; and how well it gathers, on labelled questions of our own."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldseam.engine.search.extract import MOST, extract, sentences_of
from goldseam.engine.search.gather import Rarity, Said, best_group, most_typical, nearness, pairs_of
from goldseam.workshop.vectors_sentence import sentence_encoder

QUESTIONS = Path(__file__).resolve().parents[2] / "bench" / "data" / "gaps" / "questions.jsonl"
ORDERS = 6


def said(text: str, product: str = "") -> Said:
    return Said(pairs_of(text), None, "", product)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (said("水壶有塑料味"), said("水壶有塑料味"), True),
        (said("水壶有塑料味"), said("发票抬头写错"), False),
        (said("有塑料味", "水壶"), said("有塑料味", "水杯"), False),
        (said("kettle smells of plastic"), said("Kettle smells of plastic!"), True),
        (said(""), said(""), False),
    ],
)
def test_what_belongs_together(one: Said, other: Said, together: bool):
    rarity = Rarity.of([one.pairs, other.pairs, pairs_of("快递到哪里了"), pairs_of("怎么退货")])
    assert (best_group(other, [[one]], rarity) == 0) is together


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_nearness_is_the_same_both_ways_and_each_text_is_nearest_to_itself(texts: list[str]):
    all_said = [said(text) for text in texts]
    rarity = Rarity.of(one.pairs for one in all_said)
    for one, other in itertools.combinations(all_said, 2):
        assert nearness(one, other, rarity) == pytest.approx(nearness(other, one, rarity))
        assert nearness(one, other, rarity) <= nearness(one, one, rarity) + 1e-9
    assert 0 <= most_typical(all_said, rarity) < len(texts)


def test_a_draft_leaves_out_what_is_no_rule():
    text = "请问您方便吗?先加水到最高刻度再烧开三次。补偿您20元红包。请联系[NAME_1]处理这个问题。好的。"
    assert [one.text for one in sentences_of(text, 1, 1, 0)] == ["先加水到最高刻度再烧开三次。"]


@given(st.lists(st.text(max_size=80), max_size=8))
def test_a_draft_says_only_what_was_said(texts: list[str]):
    told = [one for n, text in enumerate(texts) for one in sentences_of(text, n, n, 0)]
    chosen = extract(told, None, None)
    assert len(chosen) <= MOST
    assert all(any(one.text in text for text in texts) for one in chosen)


def measured(part: str) -> tuple[float, float]:
    """Pairwise precision and recall over several orders of arrival."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["part"] == part]
    encoder = sentence_encoder()
    assert encoder is not None
    known = [
        Said(pairs_of(row["text"]), encoder.question(row["text"]), row["issue"], row["product"])
        for row in rows
    ]
    rarity = Rarity.of(one.pairs for one in known)
    found = []
    for seed in range(ORDERS):
        order = list(range(len(rows)))
        random.Random(seed).shuffle(order)
        groups: list[list[Said]] = []
        where: dict[int, int] = {}
        for row in order:
            place = best_group(known[row], groups, rarity)
            if place is None:
                place = len(groups)
                groups.append([])
            groups[place].append(known[row])
            where[row] = place
        pairs = [
            (rows[a]["topic"] == rows[b]["topic"], where[a] == where[b])
            for a, b in itertools.combinations(order, 2)
        ]
        right = sum(same and joined for same, joined in pairs)
        found.append(
            (
                right / max(1, sum(joined for _same, joined in pairs)),
                right / sum(same for same, _joined in pairs),
            )
        )
    precision, recall = np.mean(found, axis=0)
    return float(precision), float(recall)


def test_most_of_what_is_joined_belongs_together():
    precision, recall = measured("test")
    assert precision >= 0.65
    assert recall >= 0.38
