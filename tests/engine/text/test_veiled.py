"""Dangers without any of the usual words: how many are seen is measured, not wished for."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldseam.engine.facts import Conversation, Message
from goldseam.engine.text.read import read
from goldseam.engine.text.signals import CRITICAL
from goldseam.engine.text.tables import ReadingTables

Line = tuple[str, str]


def wordings(name: str) -> list[Line]:
    """Code and wording of each line of a file."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    rows = [line.partition(" | ") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(code.strip(), words.strip()) for code, _, words in rows]


FIRST, LATER = wordings("veiled.txt"), wordings("veiled_later.txt")


def critical(tables: ReadingTables, *turns: tuple[str, str]) -> set[str]:
    talk = Conversation("c", tuple(Message(role, text) for role, text in turns))
    return {signal.code for signal in read(talk, tables).signals} & set(CRITICAL)


@pytest.mark.parametrize(("lines", "at_least"), [(FIRST, 13), (LATER, 15)])
def test_a_share_of_veiled_dangers_is_seen(lines: list[Line], at_least: int, tables: ReadingTables) -> None:
    wanted = [(code, text) for code, text in lines if code != "-"]
    seen = [text for code, text in wanted if code in critical(tables, ("customer", text))]
    assert len(wanted) >= 21
    assert len(seen) >= at_least, seen


@pytest.mark.parametrize("text", [text for code, text in FIRST + LATER if code == "-"])
def test_harmless_words_close_to_them_are_left_alone(text: str, tables: ReadingTables) -> None:
    assert not critical(tables, ("customer", text))


@pytest.mark.parametrize(
    ("question", "answer", "raised"),
    [
        ("您现在有伤害自己的想法吗?", "有吧 累了", {"self_harm"}),
        ("您现在有伤害自己的想法吗?", "没有", set()),
        ("Are you thinking of hurting yourself?", "sometimes", {"self_harm"}),
        ("有没有受伤?", "有一点", {"injury"}),
        ("有没有受伤?", "没有,只是吓到", set()),
        ("请问需要发票吗?", "有吧 累了", set()),
    ],
)
def test_an_answer_that_owns_up_raises_what_was_asked_about(
    question: str, answer: str, raised: set[str], tables: ReadingTables
) -> None:
    assert critical(tables, ("customer", "嗯"), ("agent", question), ("customer", answer)) == raised


@pytest.mark.parametrize(
    "text",
    [
        "空气炸锅收到了,怎么清洗",
        "想死你们家的面包了,什么时候补货",
        "电脑中毒了,能重装系统吗",
        "不是人人都买得起的",
    ],
)
def test_look_alikes_of_strong_words_are_neither_danger_nor_anger(text: str, tables: ReadingTables) -> None:
    reading = read(Conversation("c", (Message("customer", text),)), tables)
    assert not {s.code for s in reading.signals} & {*CRITICAL, "abuse"}
    assert reading.emotion.intensity < 2 or reading.emotion.label not in ("angry", "distressed")


@pytest.mark.parametrize(
    "text",
    [
        "一会我们就都走了,没人了",
        "你们客服呢",
        "累死了",
        "笑死",
        "杀价能再杀点吗",
        "这个价格要命",
        "心累,不想说了",
        "气到想打人",
        "我要死了这个好吃",
        "等你们等到死",
        "人都走光了",
    ],
)
def test_everyday_exaggeration_and_leaving_are_no_danger(text: str, tables: ReadingTables) -> None:
    assert not critical(tables, ("customer", text))


@pytest.mark.parametrize("text", ["好的", "那怎么办", "好的谢谢"])
def test_neutral_words_are_no_words_of_mood(text: str, tables: ReadingTables) -> None:
    words = read(Conversation("c", (Message("customer", text),)), tables).emotion.keywords
    assert not {"好的", "怎么办"} & set(words)
