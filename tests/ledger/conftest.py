"""A shop with a team, and two people in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation
from goldseam.ledger import actions
from goldseam.ledger.models import Entry
from goldseam.people.models import Agent, Membership, Shop, Team

PASSWORD = "porcelain-and-gold"


@dataclass(frozen=True)
class House:
    """The shop and its people."""

    shop: Shop
    conversation: Conversation
    agent: Agent
    lead: Agent
    team: Team

    def post(self, key: str, state: str, amount: str = "20", **more: Any) -> Entry:
        """An entry with usual values."""
        columns: dict[str, Any] = {
            "currency": "CNY",
            "remedy": "coupon",
            "conversation_id": self.conversation.pk,
            "agent_id": self.agent.pk,
            "issue": "logistics.delay",
            "liable_party": "carrier",
        }
        return actions.post(self.shop.pk, key=key, state=state, amount=Decimal(amount), **(columns | more))

    def talk(self, name: str) -> Conversation:
        """Another conversation."""
        return inbox.open_conversation(self.shop, name, actor="test")


def build(slug: str = "s") -> House:
    shop = Shop.objects.create(slug=slug, name="小店")
    people = [Agent.objects.create_user(f"{name}@{slug}.test", PASSWORD, name) for name in ("agent", "lead")]
    places = [
        Membership.objects.create(shop=shop, agent=person, role=person.name, limit=Decimal(50))
        for person in people
    ]
    team = Team.objects.create(shop=shop, name="售后一组", lead=people[1])
    team.members.set(places)
    talk = inbox.open_conversation(shop, "c-1", actor="test")
    return House(shop, talk, people[0], people[1], team)


@pytest.fixture
def house(db: None) -> House:
    return build()


@pytest.fixture
def builder() -> Callable[..., House]:
    return build
