"""Which solved conversations are shown beside an open one."""

from __future__ import annotations

import pytest

from goldseam.conversations import actions
from goldseam.conversations.alike import solved_alike
from goldseam.conversations.models import Conversation
from goldseam.people.models import Shop

pytestmark = pytest.mark.django_db


def told(shop: Shop, key: str, words: str, outcome: str = "satisfied", issue: str = "product.defect") -> None:
    row = actions.open_conversation(shop, key, actor="test")
    actions.receive_message(row, words)
    if outcome:
        actions.close(row, outcome=outcome, actor="test")
    Conversation.objects.filter(pk=row.pk).update(issue=issue)


def test_the_likest_comes_first_and_only_what_ended_well() -> None:
    shop, other = (Shop.objects.create(slug=slug, name=slug) for slug in ("a", "b"))
    told(shop, "motor", "榨汁机电机不转了")
    told(shop, "leak", "榨汁机杯底漏水")
    told(shop, "angry", "榨汁机杯底漏水漏一桌", outcome="unsatisfied")
    told(shop, "late", "榨汁机漏水", issue="logistics.delay")
    told(other, "foreign", "榨汁机杯底漏水")
    told(shop, "open", "你们这个榨汁机漏水,擦都擦不干", outcome="")
    found = solved_alike(Conversation.objects.get(shop=shop, external_id="open"))
    assert [row.external_id for row in found] == ["leak", "motor"]


def test_without_an_issue_nothing_is_alike() -> None:
    shop = Shop.objects.create(slug="a", name="a")
    assert solved_alike(Conversation(shop=shop)) == []
