"""A kept decision is made again by its own pack; a new pack changes the next ones, never the old."""

from __future__ import annotations

from typing import Any

import pytest

from goldseam.conversations.models import Conversation
from goldseam.copilot.actions import assess
from goldseam.copilot.engine import tables, tables_of
from goldseam.copilot.models import Decision
from goldseam.copilot.replay import replay
from goldseam.core.errors import NotFound
from goldseam.people.models import Agent, Shop
from goldseam.people.queries import Role
from goldseam.policies import actions
from goldseam.policies.models import PackVersion
from goldseam.policies.queries import shipped_ref
from tests.policies.conftest import person
from tests.policies.packs import rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


def publish(shop: Shop, author: Agent, lead: Agent, *rules: dict[str, Any]) -> PackVersion:
    draft = actions.start_draft(shop, "default", author)
    for found in rules:
        draft = actions.put_rule(draft, author, found, revision=draft.revision)
    return actions.publish(actions.submit(draft, author), lead)


def remedies(decision: Decision) -> dict[str, str]:
    return {found["code"]: found["policy"] for found in decision.assessment["remedies"]}


def test_every_kept_decision_comes_out_the_same(shop: Shop) -> None:
    kept = list(Decision.objects.all())
    assert len(kept) >= 10
    for decision in kept:
        again = replay(decision)
        assert again.same_engine
        assert again.differs == (), decision.facts["messages"][-1]["text"]


def test_an_own_pack_decides_and_old_decisions_keep_theirs(shop: Shop, author: Agent, lead: Agent) -> None:
    conversation = Conversation.objects.get(external_id="c-1004")
    before = assess(conversation)
    assert "gift" not in remedies(before)
    gift = rule("sorry-gift", "gift", when={"issue": ["logistics.not_shipped"]}, merit=0.9)
    version = publish(shop, author, lead, gift)
    after = assess(conversation)
    assert remedies(after)["gift"] == "sorry-gift"
    assert after.assessment["model"]["policy_pack"] == version.label
    assert after.extra["pack_digest"] == version.digest
    back = publish(shop, author, lead, gift | {"id": "sorry-twice", "merit": 0.95})
    assert assess(conversation).assessment["model"]["policy_pack"] == back.label
    actions.roll_back(shop, "default", author, target=None)
    now = assess(conversation)
    assert now.assessment["model"]["policy_pack"] == shipped_ref("default").label
    for decision in (before, after, now):
        decision.refresh_from_db()
        assert replay(decision).differs == ()


def test_the_other_packs_and_shops_are_not_touched(shop: Shop, author: Agent, lead: Agent) -> None:
    publish(shop, author, lead, rule("x", "gift", when={"issue": ["praise"], "order_known": True}))
    packs = tables_of(shop.pk).tables.deciding.packs
    assert [pack.label for pack in packs] == ["porcelain.default@1", shipped_ref("default-en").label]
    other = Shop.objects.create(slug="other", name="Other")
    assert tables_of(other.pk).tables is tables()
    english = Conversation.objects.get(external_id="c-1007")
    english.customer.language = "en"  # type: ignore[union-attr]
    assert assess(english).assessment["model"]["policy_pack"] == shipped_ref("default-en").label


def test_a_lost_pack_is_told(shop: Shop) -> None:
    decision = Decision.objects.latest("pk")
    decision.assessment["model"]["policy_pack"] = "porcelain.default@77"
    with pytest.raises(NotFound):
        replay(decision)


def test_a_pack_that_cannot_be_read_any_more_gives_way(shop: Shop, author: Agent, lead: Agent) -> None:
    version = publish(shop, author, lead, rule("x", "gift", when={"issue": ["praise"], "order_known": True}))
    PackVersion.objects.filter(pk=version.pk).update(body={"name": "broken"}, digest="changed")
    assert tables_of(shop.pk).tables.deciding.packs[0].label == shipped_ref("default").label


@pytest.fixture
def author(shop: Shop) -> Agent:
    return person(shop, "author", Role.LEAD)


@pytest.fixture
def lead(shop: Shop) -> Agent:
    return person(shop, "second", Role.LEAD)
