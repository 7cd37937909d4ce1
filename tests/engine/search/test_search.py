"""Ranking by meaning and words, on vectors made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldseam.engine.search.index import SearchArticle, SearchIndex
from goldseam.engine.search.lexical import LexicalIndex, bm25, query_weights
from goldseam.engine.search.passages import LONGEST, passages, sentences
from goldseam.engine.search.plain_words import PlainWord, PlainWords
from goldseam.engine.search.rank import Spread, confidence, fuse, order
from goldseam.engine.search.semantic import VectorSet
from goldseam.engine.search.terms import terms

NO_WORDS = PlainWords()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("退货", ["退", "货", "退货"]),
        ("显示E1吗", ["显", "示", "显示", "e1", "吗"]),
        ("USB线", ["usb", "线"]),
        ("ABC,abc", ["abc", "abc"]),
        ("", []),
        ("!?…", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_sentences_keep_their_marks_and_decimals() -> None:
    assert sentences("先断电。再等3.5分钟!\n好了") == ["先断电。", "再等3.5分钟!", "好了"]
    assert sentences("Unplug it. Wait 3.5 minutes.") == ["Unplug it.", "Wait 3.5 minutes."]


@given(st.text(alphabet="断电再试。.! \nab", max_size=900))
def test_passages_lose_nothing_but_space(text: str) -> None:
    found = passages(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(0 < len(passage) <= 3 * LONGEST for passage in found)


def test_bm25_is_the_same_in_the_index_and_alone() -> None:
    texts = ["电饭煲煮粥溢锅", "电热水壶除水垢", "煮粥煮粥煮粥", "完全不同的话"]
    documents = [terms(text) for text in texts]
    weights = query_weights(terms("煮粥溢出"), terms("溢锅"))
    scores = LexicalIndex(documents).scores(weights)
    holding = {term: sum(term in document for document in documents) for term in weights}
    mean = sum(map(len, documents)) / len(documents)
    alone = [
        bm25({t: d.count(t) for t in weights}, len(d), weights, holding, len(documents), mean)
        for d in documents
    ]
    assert scores == pytest.approx(alone, rel=1e-5)
    assert scores.argmax() == 0
    assert scores[3] == 0


def test_widening_needs_all_parts_in_any_order() -> None:
    words = PlainWords((PlainWord(("锅", "饭"), "电饭煲"), PlainWord(("fuse",), "breaker")))
    assert words.widen("做饭的那个锅坏了") == "电饭煲"
    assert words.widen("锅坏了") == ""
    assert words.widen("the FUSE blows") == "breaker"


def test_meaning_finds_what_words_miss() -> None:
    articles = [
        SearchArticle("scale", "除水垢", "加柠檬酸烧开。"),
        SearchArticle("leak", "底部漏水", "检查密封圈。"),
        SearchArticle("noise", "噪音大", "拧紧螺丝。"),
        SearchArticle("smell", "有异味", "通风晾干。"),
    ]
    vectors = np.eye(4, dtype=np.float32)
    index = SearchIndex(articles, vectors, NO_WORDS)
    asked = np.array([0.9, 0.1, 0.1, 0.1], dtype=np.float32)
    assert index.search("里头一圈白渣", asked).ids[0] == "scale"
    assert index.search("底部漏水", None).ids[0] == "leak", "without a vector the words decide"


def test_an_asked_question_stands_for_its_article() -> None:
    with_question = SearchArticle("a", "甲", "乙丙。", ("夜里老响怎么办",))
    assert with_question.vector_texts()[-1] == "夜里老响怎么办"
    others = [SearchArticle(str(i), f"标题{i}", f"正文{i}。") for i in range(5)]
    index = SearchIndex([*others, with_question], None, NO_WORDS)
    assert index.search("夜里老响", None).ids[0] == "a"


def test_other_script_comes_after() -> None:
    articles = [SearchArticle("zh", "退货 return", "return。"), SearchArticle("en", "return", "return.")]
    assert SearchIndex(articles, None, NO_WORDS).search("return", None).ids[0] == "en"
    assert SearchIndex(articles, None, NO_WORDS).search("退货", None).ids[0] == "zh"


def test_nothing_to_search() -> None:
    found = SearchIndex([], None, NO_WORDS).search("什么", None)
    assert found.ids == ()
    assert found.confidence == 0


def test_fusion_is_indifferent_to_shift_and_scale_of_cosines() -> None:
    random = np.random.default_rng(1)
    semantic = random.normal(size=30).astype(np.float32)
    lexical = random.random(30).astype(np.float32)
    none = np.zeros(30, dtype=bool)
    first = fuse(semantic, lexical, none)
    assert fuse(semantic * 0.1 + 0.8, lexical, none) == pytest.approx(first, abs=1e-3)


def test_spread_without_difference_says_nothing() -> None:
    same = np.full(4, 0.3, dtype=np.float32)
    assert Spread.of(same).standard(same).tolist() == [0, 0, 0, 0]


def test_order_keeps_ties_in_place() -> None:
    assert order(np.array([1, 3, 3, 2], dtype=np.float32), 3).tolist() == [1, 2, 3]


def test_confidence_grows_with_the_lead() -> None:
    even = [3.0, 2.9, 2.8, 2.7, 2.6, 2.5]
    ahead = [6.5, 2.9, 2.8, 2.7, 2.6, 2.5]
    assert confidence(even) < 0.5 < confidence(ahead)
    assert confidence([]) == 0


def test_coarse_products_find_the_same_nearest() -> None:
    random = np.random.default_rng(7)
    topics = random.normal(size=(40, 160))
    rows = topics[random.integers(0, 40, 3000)] + 0.3 * random.normal(size=(3000, 160))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    coarse, exact = VectorSet(rows, small=100), VectorSet(rows, small=10_000)
    for row in rows[::500]:
        one, other = coarse.products(row), exact.products(row)
        assert np.argsort(-one)[:10].tolist() == np.argsort(-other)[:10].tolist()
        assert float(np.abs(one - other).max()) < 0.2
