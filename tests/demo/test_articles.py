"""The demo shop's articles can be read, name goods that exist, and are found."""

from __future__ import annotations

from goldseam.demo.articles import articles
from goldseam.demo.catalogue import goods


def test_articles_fit_the_shop() -> None:
    found = articles()
    assert len(found) >= 40
    assert len({record.external_id for record in found}) == len(found)
    assert {record.kind for record in found} == {"policy", "how_to", "fault"}
    assert {record.language for record in found} == {"zh", "en"}
    known = {good.sku for good in goods()}
    assert {sku for record in found for sku in record.skus} <= known
    assert all(record.questions for record in found)
