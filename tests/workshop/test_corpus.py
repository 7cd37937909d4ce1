"""The starter corpus: its format, its size, its cleanliness."""

from __future__ import annotations

from collections import Counter

import pytest

from goldseam.workshop.corpus import (
    ISSUES,
    LABELS,
    SIGNALS,
    CorpusError,
    held_out_writers,
    load_corpus,
    parse,
    split,
    variants,
)
from goldseam.workshop.corpus_check import check, near_copies, plain

SAMPLE = """
# a comment
= logistics.delay+invoice | angry 2 | platform,repeat_contact | w1 | fam-a
> agent: 您好
> customer: 在吗
快递{三|五}天没动了{,管不管|}
还有{一|二|三|四|五}件
= praise | grateful 1 | - | w2 | fam-b
谢谢
"""


def test_the_format() -> None:
    examples = list(parse(SAMPLE, "a.txt", "zh"))
    first = examples[0]
    assert first.issues == ("logistics.delay", "invoice")
    assert (first.label, first.intensity) == ("angry", 2)
    assert first.signals == ("platform", "repeat_contact")
    assert first.before == (("agent", "您好"), ("customer", "在吗"))
    assert first.origin == "zh/a.txt:6"
    per_line = Counter(example.origin for example in examples)
    assert set(per_line.values()) == {3, 1}
    assert examples[3].before == ()
    assert examples[-1].signals == ()


def test_a_line_may_differ_from_its_header() -> None:
    marks = "-churn +abuse =product.missing+promo.dispute"
    text = f"= promo.dispute | calm 0 | churn | w | f\n赠品没有 @@ {marks}\n券呢"
    first, second = parse(text, "a.txt", "zh")
    assert (first.text, first.issues) == ("赠品没有", ("product.missing", "promo.dispute"))
    assert (first.signals, second.signals) == (("abuse",), ("churn",))
    assert second.issues == ("promo.dispute",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("= praise | calm 0 | - | w", "five fields"),
        ("= nonsense | calm 0 | - | w | f", "unknown issue"),
        ("= praise | calm 4 | - | w | f", "mood"),
        ("= praise | calm 0 | rage | w | f", "unknown signal"),
        ("= praise | calm 0 | - |  | f", "writer"),
        ("a line", "before the first header"),
        ("= praise | calm 0 | - | w | f\n> bystander: hm\nx", "role"),
        ("= praise | calm 0 | - | w | f\na{b", "unbalanced"),
        ("= praise | calm 0 | - | w | f\nx @@ =praise+nonsense", "unknown issue"),
        ("= praise | calm 0 | - | w | f\nx @@ -churn", "adds or takes away nothing"),
    ],
)
def test_a_break_of_the_format_names_its_place(text: str, message: str) -> None:
    with pytest.raises(CorpusError, match=rf"corpus/zh/x\.txt:\d+: .*{message}"):
        list(parse(text, "x.txt", "zh"))


def test_variants_are_few_and_always_the_same() -> None:
    line = "{a|b|c}{d|e|f}"
    assert len(variants(line, 3)) == 3
    assert variants(line, 3) == variants(line, 3)
    assert len(set(variants(line, 20))) == 9


def test_writers_and_families_never_straddle_the_split() -> None:
    train, test = split(load_corpus(), held_out_writers(load_corpus()))
    assert not {(e.language, e.writer) for e in train} & {(e.language, e.writer) for e in test}
    assert not {(e.language, e.family) for e in train} & {(e.language, e.family) for e in test}
    assert len(train) > 3 * len(test) > 1000


def test_the_corpus_is_large_and_covers_everything() -> None:
    examples = load_corpus()
    lines = {example.origin: example for example in examples}.values()
    languages = Counter(example.language for example in lines)
    assert languages["zh"] >= 6000
    assert languages["en"] >= 1800
    for language in ("zh", "en"):
        own = [example for example in lines if example.language == language]
        issues = Counter(example.issues[0] for example in own)
        assert set(issues) == set(ISSUES)
        assert min(issues.values()) >= 20
        assert {example.label for example in own} == set(LABELS)
        assert {code for example in own for code in example.signals} == set(SIGNALS)


def test_no_repeats_no_near_copies_across_the_split_no_conflicts() -> None:
    report = check(load_corpus())
    assert report.repeated == ()
    assert report.near_copies == ()
    assert report.conflicts == ()


def test_the_check_finds_what_it_looks_for() -> None:
    text = """
= praise | grateful 1 | - | w{n} | fam-{n}
这家店的东西一直都特别好用推荐{tail}
"""
    one = list(parse(text.replace("{n}", "1").replace("{tail}", ""), "a.txt", "zh"))
    two = list(parse(text.replace("{n}", "2").replace("{tail}", "哦"), "b.txt", "zh"))
    assert len(near_copies(one, two)) == 1
    other = list(parse("= other | calm 0 | - | w3 | f3\n这家店的东西,一直都特别好用推荐!", "c.txt", "zh"))
    assert check([*one, *other]).conflicts
    assert check([*one, *other]).repeated
    assert plain("A b,c!") == "abc"
