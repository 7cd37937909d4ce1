"""A shop whose people may grant different amounts, and conversations to ask on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from goldseam.approvals import actions
from goldseam.approvals.asking import Asking
from goldseam.approvals.models import ApprovalRequest
from goldseam.commerce.models import Customer, Order
from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation
from goldseam.people.actions import add_person, create_shop
from goldseam.people.models import Agent, Role, Shop

PASSWORD = "jin-shan-mends-bowls"


@dataclass
class House:
    """The shop, its people, and how to ask."""

    shop: Shop
    agent: Agent
    colleague: Agent
    lead: Agent
    other_lead: Agent
    admin: Agent

    def person(self, mailbox: str, role: Role, limit: int) -> Agent:
        return person(self.shop, mailbox, role, limit)

    def conversation(self, key: str = "c-1") -> Conversation:
        customer, _ = Customer.objects.get_or_create(
            shop=self.shop, external_id=f"u-{key}", defaults={"name": "周雨桐"}
        )
        Order.objects.get_or_create(
            shop=self.shop,
            external_id=f"9{key}",
            defaults={"customer": customer, "status": "paid", "total": Decimal(900), "currency": "CNY"},
        )
        conversation = inbox.open_conversation(self.shop, key, customer=customer, actor="test")
        inbox.receive_message(conversation, "杯子碎了一只,你们赔点什么吧", key="m")
        conversation.refresh_from_db()
        return conversation

    def ask(
        self,
        conversation: Conversation,
        amount: int | str = 200,
        *,
        remedy: str = "coupon",
        by: Agent | None = None,
        key: str = "",
        currency: str = "CNY",
    ) -> ApprovalRequest:
        asking = Asking(remedy, Decimal(amount), currency, "客户很着急,想挽回")
        request, _ = actions.ask(
            conversation, asking, requester=by or self.agent, key=key or f"{remedy}-{amount}-{by}"
        )
        return request


def person(shop: Shop, mailbox: str, role: Role, limit: int) -> Agent:
    address = f"{mailbox}@{shop.slug}.test"
    add_person(shop, address, mailbox, PASSWORD, role=role, limit=Decimal(limit), actor="test")
    return Agent.objects.get(email=address)


def build_house(slug: str = "bowls") -> House:
    shop = create_shop(slug, "碗铺", actor="test")
    return House(
        shop,
        agent=person(shop, "agent", Role.AGENT, 50),
        colleague=person(shop, "colleague", Role.AGENT, 50),
        lead=person(shop, "lead", Role.LEAD, 500),
        other_lead=person(shop, "otherlead", Role.LEAD, 300),
        admin=person(shop, "admin", Role.ADMIN, 0),
    )


@pytest.fixture
def house(db: None) -> House:
    return build_house()
