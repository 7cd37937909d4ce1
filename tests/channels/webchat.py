"""A shop with a chat, and a browser that speaks to it, for the tests of the chat."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from goldseam.channels.webchat.models import Door, Visitor
from goldseam.commerce.models import Customer, Order
from goldseam.people.models import Agent, Membership, Role, Shop

PAGE = "https://shop.example"


def make_door(slug: str = "s", **fields: Any) -> Door:
    """A shop whose door is open to its page, with an agent and a customer with an order."""
    shop = Shop.objects.create(slug=slug, name="小店")
    agent = Agent.objects.create_user(f"li@{slug}.example", None, "小李", language="en")
    Membership.objects.create(shop=shop, agent=agent, role=Role.ADMIN)
    customer = Customer.objects.create(shop=shop, external_id="u-1", name="周雨桐", phone="13800001234")
    Order.objects.create(shop=shop, external_id="1001", customer=customer, status="shipped")
    return Door.objects.create(shop=shop, key=f"key-{slug}", active=True, origins=[PAGE], **fields)


@dataclass
class Browser:
    """A visitor's browser on the shop's page: sends the page's origin and its token, as browsers do."""

    door: Door
    origin: str = PAGE
    token: str = ""
    language: str = "en"
    client: Client = field(default_factory=Client)

    def headers(self, **more: str) -> dict[str, str]:
        found = {"Origin": self.origin, "Accept-Language": self.language} | more
        return {k: v for k, v in found.items() if v} | (
            {"Authorization": f"Bearer {self.token}"} if self.token else {}
        )

    def get(self, path: str) -> Any:
        return self.client.get(f"/chat/{self.door.key}/{path}", headers=self.headers())

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.client.post(
            f"/chat/{self.door.key}/{path}",
            {} if body is None else body,
            content_type="application/json",
            headers=self.headers(**headers),
        )

    def come_in(self, **more: str) -> Browser:
        answer = self.post("visitors", {"language": "en", "page": f"{self.origin}/cart"} | more)
        assert answer.status_code == 201, answer.content
        self.token = answer.json()["visitor"]
        return self

    def say(self, text: str, key: str = "", files: tuple[int, ...] = ()) -> Any:
        key = key or secrets.token_hex(8)
        return self.post("messages", {"text": text, "files": list(files)}, **{"Idempotency-Key": key})

    def upload(self, name: str, content: bytes) -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile(name, content, content_type="image/png")
        return self.client.post(f"/chat/{self.door.key}/files", {"file": file}, headers=self.headers())

    def thread(self) -> dict[str, Any]:
        answer = self.get("messages")
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    @property
    def visitor(self) -> Visitor:
        from goldseam.channels.webchat.queries import hidden

        return Visitor.objects.select_related("conversation", "customer", "door__shop").get(
            token_hash=hidden(self.token)
        )
