"""How well promises and hurtful words are found, on labelled replies.

The packaged replies taught the clause model. The sets beside this file taught nothing: the third, fourth and
ninth are worded as staff words things, the eighth on purpose as hardly anybody does.
"""

from __future__ import annotations

import pytest

from goldseam.workshop.reply_lines import (
    KINDS,
    LabelledReply,
    ReplyLineError,
    load_replies,
    parse_labelled,
    parse_lines,
)
from tests.engine.reply.labelled import read_labelled, read_tone, score_commitments, score_tone

UNSEEN = {
    # set: least precision, least recall
    "promises3.zh": (0.94, 0.92),
    "promises3.en": (0.92, 0.88),
    "promises4.zh": (0.96, 0.96),
    "promises4.en": (1.00, 1.00),
    "promises9.zh": (0.85, 0.96),
    "promises9.en": (0.90, 0.95),
    "promises8.zh": (0.72, 0.72),
    "promises8.en": (0.57, 0.49),
}


def whole(language: str) -> list[LabelledReply]:
    return [reply for reply in load_replies(language) if reply.origin.startswith("labelled")]


@pytest.mark.parametrize(("language", "least"), [("zh", 300), ("en", 100)])
def test_commitments_of_the_packaged_replies(language: str, least: int) -> None:
    replies = whole(language)
    score = score_commitments(replies, language)
    assert sum(len(r.wanted) for r in replies) >= least
    assert score.precision >= 0.95, score.false
    assert score.recall >= 0.95, score.missed


@pytest.mark.parametrize("name", UNSEEN)
def test_replies_that_taught_nothing(name: str) -> None:
    score = score_commitments(read_labelled(f"{name}.txt"), name[-2:])
    precision, recall = UNSEEN[name]
    assert score.precision >= precision, score.false
    assert score.recall >= recall, score.missed


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_model_finds_promises_in_new_wordings_that_the_patterns_miss(language: str) -> None:
    replies = [r for name in ("promises3", "promises8") for r in read_labelled(f"{name}.{language}.txt")]
    alone = score_commitments(replies, language, with_model=False)
    assert score_commitments(replies, language).hits >= alone.hits + 8


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_is_found_at_least_twice(language: str) -> None:
    found = score_commitments(whole(language), language).kinds
    assert set(found) == set(KINDS)
    assert min(found.values()) >= 2


def test_labels_that_do_not_fit_are_named_by_place() -> None:
    with pytest.raises(ReplyLineError, match="here:1"):
        list(parse_labelled("ships today | ship_by=tomorrow", "here"))
    with pytest.raises(ReplyLineError, match="here:2"):
        list(parse_lines("[none]\n[nonsense]", "here", "en"))


def test_a_line_of_wordings_marks_its_last_clause_or_what_is_bracketed() -> None:
    plain, marked = parse_lines("[refund]\nkeep it, we pay T\n<we pay M>, keep it", "here", "en", 1)
    assert plain.text[slice(*plain.wanted[0][1:])].strip().startswith("we pay")
    assert marked.text[slice(*marked.wanted[0][1:])] == marked.text.split(",")[0]


def test_tone_over_all_sets() -> None:
    chinese = [r for name in ("tone.zh.txt", "tone2.zh.txt") for r in read_tone(name)]
    english = read_tone("tone.en.txt")
    assert len(chinese) + len(english) >= 200
    for replies, language in ((chinese, "zh"), (english, "en")):
        score = score_tone(replies, language)
        assert score.precision >= 0.95, score.false
        assert score.recall >= 0.95, score.missed


@pytest.mark.parametrize(("language", "least"), [("zh", 0.16), ("en", 0.11)])
def test_hurtful_words_that_taught_nothing_are_found_in_part_and_never_wrongly(
    language: str, least: float
) -> None:
    score = score_tone(read_tone(f"tone3.{language}.txt"), language)
    assert score.precision >= 0.95, score.false
    assert score.recall >= least, score.missed


def test_a_reply_that_is_fine_is_left_alone() -> None:
    for name, language in (("tone.zh.txt", "zh"), ("tone.en.txt", "en")):
        fine = [(text, kinds) for text, kinds in read_tone(name) if not kinds]
        assert len(fine) >= 15
        assert score_tone(fine, language).false == []
