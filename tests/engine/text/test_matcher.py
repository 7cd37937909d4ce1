"""The phrase language and its automaton."""

from __future__ import annotations

import pytest

from goldseam.engine.text.matcher import Phrase, expand, find, make_matcher, split_parts
from goldseam.engine.text.normal import detect_language, fold, make_folding


def found(phrase: Phrase, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in find(make_matcher([phrase]), text)]


def literal(*parts: str) -> Phrase:
    return Phrase(tuple((part,) for part in parts), "signal", "x")


def test_alternatives() -> None:
    assert expand("a{b|c{d|e}|}f") == ["abf", "acdf", "acef", "af"]
    assert split_parts("a~{b|c}~d") == ["a", "{b|c}", "d"]
    assert split_parts("a{b~c|d}") == ["a{b~c|d}"]


@pytest.mark.parametrize("pattern", ["a{b", "a}b", "{a|{b}"])
def test_unbalanced_braces_are_named(pattern: str) -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        expand(pattern)


def test_parts_must_stand_close_in_one_sentence() -> None:
    phrase = literal("ab", "yz")
    assert found(phrase, "ab-yz") == ["ab-yz"]
    assert found(phrase, "ab" + "-" * 9 + "yz") == []
    assert found(phrase, "ab. 。yz") == []
    assert found(phrase, "yz ab") == []


def test_latin_words_are_whole_unless_starred() -> None:
    assert found(literal("sue"), "pursue the issue") == []
    assert found(literal("sue"), "i will sue you") == ["sue"]
    assert found(literal("refund*"), "refunded today") == ["refund"]


def test_anchors_hold_to_the_ends_of_the_text() -> None:
    assert found(literal("^取消$"), "取消") == ["取消"]
    assert found(literal("^取消$"), "取消了") == []
    assert found(literal("退$"), "我要退") == ["退"]
    assert found(literal("退$"), "退我钱") == []


def test_overlapping_finds_are_all_there() -> None:
    phrases = [literal("差评"), literal("给差评"), literal("评")]
    hits = find(make_matcher(phrases), "要给差评")
    assert sorted((hit.start, hit.end) for hit in hits) == [(1, 4), (2, 4), (3, 4)]


def test_literals_of_a_part_that_are_used_alike_share_what_is_kept() -> None:
    phrase = Phrase((("催了", "问了", "催过*", "又来催"),), "signal", "x")
    kept = make_matcher([phrase]).automaton
    assert kept.get("催了") is kept.get("问了")
    assert kept.get("催过") != kept.get("催了") != kept.get("又来催")


def test_empty_phrases_are_refused() -> None:
    with pytest.raises(ValueError, match="empty part"):
        make_matcher([literal("*")])


def test_folding_keeps_the_length() -> None:
    folding = make_folding("訴", "诉", {"客付": "客服"})
    text = "ＡＢＣ！投訴客付İ"
    assert len(fold(text, folding)) == len(text)
    assert fold("投訴客付", folding) == "投诉客服"
    with pytest.raises(ValueError, match="length"):
        make_folding("", "", {"ab": "abc"})
    with pytest.raises(ValueError, match="pair up"):
        make_folding("ab", "a", {})


@pytest.mark.parametrize(
    ("texts", "locale", "language"),
    [
        (["快递到哪了"], "", "zh"),
        (["size和color都wrong"], "", "zh"),
        (["where is it"], "", "en"),
        (["где моя посылка"], "", "other"),
        (["12345"], "zh-CN", "zh"),
        (["12345"], "en-GB", "en"),
        ([], "", "zh"),
    ],
)
def test_language(texts: list[str], locale: str, language: str) -> None:
    assert detect_language(texts, locale) == language
