"""A shop with four people, and decisions that its copilot has kept."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goldseam.people.actions import add_person, create_shop
from goldseam.people.models import Agent, Role, Shop

PASSWORD = "jin-shan-mends-bowls"


def person(shop: Shop, mailbox: str, role: Role) -> Agent:
    add_person(
        shop, f"{mailbox}@{shop.slug}.test", mailbox, PASSWORD, role=role, limit=Decimal(50), actor="test"
    )
    return Agent.objects.get(email=f"{mailbox}@{shop.slug}.test")


@pytest.fixture
def shop() -> Shop:
    return create_shop("bowls", "碗铺", actor="test")


@pytest.fixture
def author(shop: Shop) -> Agent:
    return person(shop, "author", Role.LEAD)


@pytest.fixture
def lead(shop: Shop) -> Agent:
    return person(shop, "lead", Role.LEAD)


@pytest.fixture
def boss(shop: Shop) -> Agent:
    return person(shop, "boss", Role.ADMIN)


@pytest.fixture
def helper(shop: Shop) -> Agent:
    return person(shop, "helper", Role.AGENT)
