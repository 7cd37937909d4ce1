"""Strange and hostile texts: no hang, no crash, spans that fit."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldseam.engine.facts import Conversation, Message
from goldseam.engine.text.read import read
from goldseam.engine.text.tables import ReadingTables
from tests.engine.text.talk import NOW, reading

MEGABYTE = 1_000_000
HOSTILE = {
    "one character": "啊",
    "digits": "1",
    "numerals": "一百",
    "days": "今天昨天3天前",
    "dashes": "a-",
    "phones": "138 1234 5678 ",
    "threats": "打12315投诉不想活",
    "gaps": "向部门投诉",
    "amounts": "1,234.5元",
    "blanks": " \n\t",
    "braces": "{a|b}~*",
    "emoji": "😡🙂",
    "combining": "e\u0301",
    "latin": "refund ",
    "dots": "1.1.1.",
    "months": "11月11号",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_megabyte_does_not_hang(tables: ReadingTables, name: str) -> None:
    piece = HOSTILE[name]
    started = time.process_time()
    reading(tables, piece * (MEGABYTE // len(piece)))
    assert time.process_time() - started < 12


def test_time_grows_no_faster_than_the_text(tables: ReadingTables) -> None:
    def cost(size: int) -> float:
        started = time.process_time()
        reading(tables, "今天打12315投诉1,299元" * size)
        return time.process_time() - started

    cost(100)
    assert cost(16_000) < 60 * max(cost(1_000), 0.002)


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(st.text(max_size=120), max_size=6))
def test_any_text_is_read_and_spans_fit(texts: list[str]) -> None:
    from goldseam.workshop.load import load_reading

    tables = _CACHE.setdefault("tables", load_reading()) if "tables" not in _CACHE else _CACHE["tables"]
    messages = tuple(Message("customer", text) for text in texts)
    result = read(Conversation("c", messages, now=NOW), tables)
    for signal in result.signals:
        low, high = signal.span
        assert texts[signal.message][low:high] == signal.evidence
    assert 0 <= result.issue.confidence <= 1
    assert 0 <= result.emotion.intensity <= 3
    assert all(0 <= value <= 3 for value in result.emotion.course)
    assert 0 <= result.outlook.dissatisfied <= 1


_CACHE: dict[str, ReadingTables] = {}


def test_no_message_at_all(tables: ReadingTables) -> None:
    result = read(Conversation("c", ()), tables)
    assert (result.issue.code, result.emotion.label, result.signals) == ("other", "calm", ())


def test_thousands_of_turns(tables: ReadingTables) -> None:
    messages = tuple(Message("customer", "快递怎么还没到") for _ in range(3000))
    started = time.process_time()
    result = read(Conversation("c", messages), tables)
    assert time.process_time() - started < 3
    assert result.issue.code.startswith("logistics.")
