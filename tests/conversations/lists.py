"""A small shop for the list's tests, made without the copilot: what it reads may change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from goldseam.commerce.models import Customer
from goldseam.conversations.models import Conversation
from goldseam.people.actions import create_shop
from goldseam.people.models import Agent, Shop
from tests.journeys.shop import add_people


def list_shop(slug: str = "porcelain", count: int = 12) -> Shop:
    """An admin, a lead, an agent, and `count` open conversations k-00 … that wait since longer and longer."""
    shop = create_shop(slug, slug.title(), actor="test")
    add_people(shop)
    now = timezone.now()
    for number in range(count):
        customer = Customer.objects.create(shop=shop, external_id=f"u-{number}", name=f"Buyer {number}")
        at = now - timedelta(minutes=10 * (number + 1))
        Conversation.objects.create(
            shop=shop,
            external_id=f"k-{number:02}",
            customer=customer,
            created_at=at,
            last_message_at=at,
            waiting_since=at,
            snippet=f"Where is parcel {number}?",
            issue="logistics.delay" if number % 2 else "refund.progress",
            emotion="anxious",
            intensity=1,
            risk_level="high" if number == 3 else "low",
            priority="P1" if number == 3 else "P2",
        )
    return shop


def person(mailbox: str, slug: str = "porcelain") -> Agent:
    """The shop's admin, lead or agent."""
    return Agent.objects.get(email=f"{mailbox}@{slug}.test")


def rows(*numbers: int) -> list[int]:
    """Row ids of the conversations with these numbers."""
    keys = [f"k-{number:02}" for number in numbers]
    found = dict(
        Conversation.objects.filter(shop__slug="porcelain", external_id__in=keys).values_list(
            "external_id", "pk"
        )
    )
    return [found[key] for key in keys]


def row(number: int) -> Conversation:
    """One of them."""
    return Conversation.objects.get(shop__slug="porcelain", external_id=f"k-{number:02}")


def where(*conditions: tuple[str, str, Any], kind: str = "all") -> dict[str, Any]:
    """A filter of these (field, op, value)."""
    parts = [{"field": f, "op": o} | ({} if v is None else {"value": v}) for f, o, v in conditions]
    return {"version": 1, "where": {kind: parts}}
