"""A shop with a token, and a client that speaks for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from goldseam.people.actions import SCOPES, issue_token
from goldseam.people.models import Shop


@dataclass
class Api:
    """Calls the API as one shop's program."""

    shop: Shop
    secret: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.secret}", **headers}
        return Client().generic(
            method,
            f"/api/v1{path}",
            data="" if body is None else json.dumps(body),
            content_type="application/json",
            headers=sent,
        )


def program(slug: str, *scopes: str) -> Api:
    shop, _ = Shop.objects.get_or_create(slug=slug, defaults={"name": slug})
    _, secret = issue_token(shop, "test", scopes or SCOPES, actor="test")
    return Api(shop, secret)


@pytest.fixture
def api(db: None) -> Api:
    return program("ours")


@pytest.fixture
def stranger(db: None) -> Api:
    return program("theirs")
