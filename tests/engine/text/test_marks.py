"""Marks for the models: groups of words that speak only together."""

from __future__ import annotations

import pytest

from goldseam.engine.text.marks import SIGN, feature_marks, mark
from goldseam.engine.text.tables import ReadingTables


def hints(text: str, tables: ReadingTables) -> set[str]:
    names = feature_marks(mark(text, tables), text)
    return {name.removeprefix(f"{SIGN}h:") for name in names if name.startswith(f"{SIGN}h:")}


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("信写好了,人在天台", "farewell+height"),
        ("药片数好了,孩子托给我妹了", "handing_over+pills"),
        ("你几点下班,我带着棍子", "weapon+whereabouts"),
        ("椅子塌了,膝盖肿得老高", "body+harmed"),
        ("奶奶的氧气只剩今晚", "frail+pressing"),
        ("客服答应过,又没来", "again+asked"),
    ],
)
def test_groups_are_marked_together(text: str, pair: str, tables: ReadingTables) -> None:
    found = hints(text, tables)
    assert pair in found
    assert set(pair.split("+")) <= found


def test_a_group_alone_makes_no_pair(tables: ReadingTables) -> None:
    assert hints("天台能装吗", tables) == {"height"}
