"""Labels and saved views through the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from goldseam.conversations.models import SavedView
from goldseam.people.actions import issue_token
from goldseam.people.models import Shop
from tests.conversations.lists import list_shop, row, where

pytestmark = pytest.mark.django_db


class Program:
    """A program with a key to one shop."""

    def __init__(self, client: Client, shop: Shop) -> None:
        _, secret = issue_token(shop, "list", ["conversations:read", "conversations:write"], actor="test")
        self._client, self._headers = client, {"Authorization": f"Bearer {secret}"}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """Status and body of a call."""
        call = getattr(self._client, method)
        given = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = call(f"/api/v1/{path}", headers=self._headers, **given)
        return answer.status_code, answer.json() if answer.content else None


@pytest.fixture
def shop() -> Shop:
    return list_shop()


@pytest.fixture
def program(client: Client, shop: Shop) -> Program:
    return Program(client, shop)


def test_labels(program: Program) -> None:
    assert program("post", "labels", {"name": "Carrier", "colour": "lake"})[0] == 201
    status, label = program("post", "labels", {"name": "Carrier", "colour": "plum", "description": "Asked"})
    assert (status, label["colour"]) == (200, "plum")
    assert [entry["name"] for entry in program("get", "labels")[1]] == ["Carrier"]
    path = "conversations/k-00/labels"
    assert program("post", path, {"add": ["Carrier"]}) == (200, {"labels": ["Carrier"]})
    assert row(0).label_ids == [label["id"]]
    status, refused = program("post", path, {"add": ["Carrier", "Nothing"]})
    assert (status, refused["error"]["path"]) == (400, "add[1]")
    assert program("post", path, {"remove": ["Carrier"]}) == (200, {"labels": []})
    assert program("post", "labels", {"name": "x", "colour": "red"})[0] == 422
    assert program("post", "conversations/none/labels", {})[0] == 404


def test_views(program: Program, shop: Shop) -> None:
    delayed = where(("status", "in", ["open"]), ("issue", "in", ["logistics.delay"]))
    status, view = program("post", "views", {"name": "Delayed", "filter": delayed})
    assert status == 201
    found: list[str] = []
    after = ""
    while True:
        _, page = program("get", f"views/{view['id']}/conversations?limit=4{after}")
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found[0] == "k-03"
    assert sorted(found) == [f"k-{number:02}" for number in range(1, 12, 2)]
    changed = {"name": "Refunds", "filter": where(("issue_group", "in", ["refund"])), "order": "oldest"}
    assert program("put", f"views/{view['id']}", changed)[1]["name"] == "Refunds"
    assert program("get", f"views/{view['id']}/conversations")[1]["items"][0]["id"] == "k-10"
    assert [entry["name"] for entry in program("get", "views")[1]] == ["Refunds"]
    assert program("delete", f"views/{view['id']}") == (204, None)
    assert program("get", "views")[1] == []
    assert SavedView.objects.filter(deleted_at__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (where(("secret", "in", ["x"])), "where.all[0].field"),
        ({"version": 3, "where": {}}, "version"),
        (where(("label", "in", [999])), "filter"),
    ],
)
def test_a_bad_filter_is_refused_with_its_place(program: Program, data: Any, path: str) -> None:
    status, refused = program("post", "views", {"name": "x", "filter": data})
    assert (status, refused["error"]["path"]) == (400, path)


def test_private_and_foreign_views_are_not_there(program: Program, shop: Shop, client: Client) -> None:
    from goldseam.conversations.actions import make_view
    from goldseam.conversations.filters import Group
    from tests.conversations.lists import person

    mine = make_view(shop, person("agent"), "mine", Group("all"), actor="test")
    other = list_shop("other", 1)
    theirs = make_view(other, person("lead", "other"), "theirs", Group("all"), scope="shop", actor="test")
    for view in (mine, theirs):
        assert program("get", f"views/{view.pk}/conversations")[0] == 404
        assert program("delete", f"views/{view.pk}")[0] == 404
    assert program("get", "views/99999999999999999999/conversations")[0] == 422
