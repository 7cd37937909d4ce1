"""Evidence that was found in one language is said in the other."""

from __future__ import annotations

import pytest

from goldseam.engine.decide.retelling import Retelling
from goldseam.workshop.load import load_tables

PAIRS = (
    ("问题类型:支付问题", "kind of trouble: payment"),
    ("情绪:平静(学到了)", "mood: calm (学到了)"),
    ("最后一句是客户说的,还没回复", "the customer's last message has no answer"),
    ("承诺11月14日送达,现在11月30日,仍未送达", "promised 14 November, now 30 November, not delivered"),
    ("物流已停滞117天", "no carrier scan for 117 days"),
    ("要找监管部门:「市监局」", 'mentions a regulator: "市监局"'),
    ("同类会话12次中9次客户满意", "worked in 9 of 12 similar conversations"),
    ("首次下单的客户;同时有几个问题", "first order of this customer; several problems at once"),
    ("快递停了三天", "快递停了三天"),
)


@pytest.mark.parametrize(("zh", "en"), PAIRS)
def test_both_ways(zh: str, en: str) -> None:
    texts = load_tables().deciding.texts
    assert Retelling(texts["zh"], texts["en"])(zh) == en
    assert Retelling(texts["en"], texts["zh"])(en) == zh
