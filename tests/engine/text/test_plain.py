"""Short forms, English words and dialect said again in plain Mandarin."""

from __future__ import annotations

import pytest

from goldseam.engine.text.marks import mark, message_features
from goldseam.engine.text.plain import in_plain_words, make_plain
from goldseam.engine.text.tables import ReadingTables

SAID_AGAIN = [
    ("kf 怎么kp啊", "客服 怎么开票啊"),
    ("你们发的啥子快递", "你们发的什么快递"),
    ("件货仲未收到", "件货还未收到"),
    ("点解唔发货", "为什么不发货"),
    ("帮我cancel这单", "帮我取消这单"),
    ("侬今朝发货伐", "你今天发货伐"),
]
LEFT_ALONE = ["什么时候发货", "kf", "where is my order", "", "型号xz9的滤芯"]


@pytest.mark.parametrize(("text", "plain"), SAID_AGAIN)
def test_said_again(text: str, plain: str, tables: ReadingTables) -> None:
    assert in_plain_words(text, tables.plain) == plain


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone(text: str, tables: ReadingTables) -> None:
    assert in_plain_words(text, tables.plain) == ""


def test_the_plain_words_come_beside_the_written_ones(tables: ReadingTables) -> None:
    found = message_features(mark("要kp", tables), "要kp", tables)
    assert {"开票", "要开票", " kp"} <= found


def test_characters_must_pair_up() -> None:
    with pytest.raises(ValueError, match="one to one"):
        make_plain({}, "唔冇", "不", {})
