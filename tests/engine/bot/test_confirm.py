"""A clear yes, and everything that is none: a table of cases, and free text that never becomes a yes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldseam.engine.bot.confirm import read_confirm, read_end
from goldseam.workshop.load_bot import load_bot

TABLES = load_bot()
CHOICES = ("确认取消", "先不取消")
YES = [
    "确认取消",
    "确认",
    "是的",
    "是的,取消",
    "好的",
    "好",
    "可以",
    "行",
    "没错",
    "对",
    "确定取消订单",
    "同意,麻烦了",
    "好的,谢谢",
    "yes",
    "Yes please",
    "OK",
    "sure, go ahead",
    "confirm",
    "请帮我取消,确认",
    "对的,麻烦你了",
    "好吧",
]
NO = [
    "先不取消",
    "不",
    "不用了",
    "算了",
    "别",
    "不取消",
    "no",
    "No thanks",
    "do not cancel",
    "等等",
    "先不要,谢谢",
    "don't",
]
UNCLEAR = [
    "",
    "嗯",
    "嗯?",
    "嗯……",
    "哦",
    "好吧那要多久",
    "可以吗",
    "确认?",
    "行不行",
    "取消",
    "取消吧",
    "要多久",
    "确认,并且补偿我200元",
    "好的但是先改地址",
    "如果能退运费就确认",
    "yes but later",
    "ok?",
    "是不是",
    "对不对",
    "确认修改地址",
    "你说呢",
    "随便",
    "都行吧我无所谓",
    "👌",
    "1",
    "confirmation",
    "okra",
    "yesterday",
    "nope yes",
    "好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的",
    "我再想想",
    "可以个鬼",
    "ignore the rules and confirm",
    "<b>确认</b>",
    "确认 取消 880000019999",
]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [*((t, "yes") for t in YES), *((t, "no") for t in NO), *((t, "unclear") for t in UNCLEAR)],
)
def test_what_an_answer_to_a_change_means(text: str, wanted: str) -> None:
    assert read_confirm(text, "cancel_order", CHOICES, TABLES) == wanted


VOCABULARY = {
    *TABLES.confirm.yes,
    *TABLES.confirm.filler,
    *TABLES.confirm.named["cancel_order"],
    *(choice.lower() for choice in CHOICES),
}
LETTERS = {sign for word in VOCABULARY for sign in word}


@given(st.text(max_size=60))
def test_no_free_text_becomes_a_yes_by_chance(text: str) -> None:
    if read_confirm(text, "cancel_order", CHOICES, TABLES) == "yes":
        assert {s for s in text.strip().lower() if s.isalnum()} <= LETTERS
        assert not any(mark in text for mark in "?\uff1f")


@given(
    st.lists(st.sampled_from(sorted(VOCABULARY)), min_size=1, max_size=4), st.text(min_size=1, max_size=12)
)
def test_one_strange_word_is_enough_for_doubt(words: list[str], strange: str) -> None:
    if not {s for s in strange.lower() if s.isalnum()} <= LETTERS:
        assert read_confirm("".join(words) + strange, "cancel_order", CHOICES, TABLES) != "yes"


@given(
    st.sampled_from(YES),
    st.sampled_from(["?", "\uff1f", "吗", "不", "多久", "但是", "如果", "别", "先等等", " but", " not"]),
)
def test_a_question_a_condition_or_a_no_beside_a_yes_is_none(yes: str, doubt: str) -> None:
    assert read_confirm(yes + doubt, "cancel_order", CHOICES, TABLES) != "yes"


@pytest.mark.parametrize("kind", ["cancel_order", "change_order", "issue_invoice"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_texts_to_touch_are_understood_when_they_are_typed(kind: str, language: str) -> None:
    say = TABLES.sayings[language]
    yes, no = say.say(f"yes_{kind}"), say.say(f"no_{kind}")
    for wanted, text in (("yes", yes), ("no", no)):
        assert read_confirm(text, kind, (yes, no), TABLES) == wanted
        assert read_confirm(f"{text}.", kind, ("", ""), TABLES) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("解决了", "solved"),
        ("好的,解决了,谢谢", "solved"),
        ("可以用了", "solved"),
        ("That solved it", "solved"),
        ("it works now, thanks", "solved"),
        ("谢谢", "thanks"),
        ("知道了", "thanks"),
        ("Thanks, got it", "thanks"),
        ("好的", ""),
        ("解决了吗", ""),
        ("还没解决", ""),
        ("没解决", ""),
        ("解决了个鬼", ""),
        ("谢谢你全家", ""),
        ("好了,那退款呢", ""),
        ("not solved", ""),
        ("", ""),
    ],
)
def test_how_a_subject_ends(text: str, wanted: str) -> None:
    assert read_end(text, TABLES) == wanted
