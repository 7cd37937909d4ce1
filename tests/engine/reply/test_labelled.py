"""How well promises and hurtful words are found, on labelled replies.

The first sets were used while the patterns were made. What was measured on each later set when it was new,
before it changed anything, is written in `FIRST_LOOK`: to be expected on wording nobody here thought of.
"""

from __future__ import annotations

import pytest

from tests.engine.reply.labelled import read_labelled, read_tone, score_commitments, score_tone

SETS = ["promises", "promises2", "promises3", "promises4"]
FIRST_LOOK = {
    # set: precision, recall
    "promises.zh": (0.95, 0.82),
    "promises.en": (0.92, 0.97),
    "promises2.zh": (0.88, 0.67),
    "promises2.en": (0.89, 0.71),
    "promises3.zh": (0.87, 0.56),
    "promises3.en": (0.77, 0.48),
    "promises4.zh": (0.87, 0.74),
    "promises4.en": (1.00, 0.88),
    "tone.zh": (0.96, 0.88),
    "tone.en": (0.98, 0.95),
    "tone2.zh": (1.00, 0.28),
}


@pytest.mark.parametrize(("language", "least"), [("zh", 300), ("en", 100)])
def test_commitments_over_all_sets(language: str, least: int) -> None:
    replies = [r for name in SETS for r in read_labelled(f"{name}.{language}.txt")]
    score = score_commitments(replies, language)
    assert sum(len(r.wanted) for r in replies) >= least
    assert score.precision >= 0.95, score.false
    assert score.recall >= 0.95, score.missed


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", SETS)
def test_no_set_falls_below_its_first_look(name: str, language: str) -> None:
    score = score_commitments(read_labelled(f"{name}.{language}.txt"), language)
    precision, recall = FIRST_LOOK[f"{name}.{language}"]
    assert score.precision >= precision - 0.005
    assert score.recall >= recall


@pytest.mark.parametrize(("language", "kinds"), [("zh", 13), ("en", 13)])
def test_every_kind_is_found_at_least_twice(language: str, kinds: int) -> None:
    replies = [r for name in SETS for r in read_labelled(f"{name}.{language}.txt")]
    found = score_commitments(replies, language).kinds
    assert len(found) == kinds
    assert min(found.values()) >= 2


def test_tone_over_all_sets() -> None:
    chinese = [r for name in ("tone.zh.txt", "tone2.zh.txt") for r in read_tone(name)]
    english = read_tone("tone.en.txt")
    assert len(chinese) + len(english) >= 200
    for replies, language in ((chinese, "zh"), (english, "en")):
        score = score_tone(replies, language)
        assert score.precision >= 0.95, score.false
        assert score.recall >= 0.95, score.missed


def test_a_reply_that_is_fine_is_left_alone() -> None:
    for name, language in (("tone.zh.txt", "zh"), ("tone.en.txt", "en")):
        fine = [(text, kinds) for text, kinds in read_tone(name) if not kinds]
        assert len(fine) >= 15
        assert score_tone(fine, language).false == []
