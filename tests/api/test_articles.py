"""Articles over the API: put, read, list, search, archive; scopes and shops hold."""

from __future__ import annotations

from typing import Any

import pytest

from goldseam.knowledge.actions import import_articles
from goldseam.knowledge.models import Article
from goldseam.knowledge.records import build_record
from goldseam.knowledge.sheet_actions import save_sheet
from tests.api.conftest import Api, program
from tests.knowledge.test_gaps import ARTICLES
from tests.knowledge.test_sheets import BODY

ARTICLE: dict[str, Any] = {
    "kind": "how_to", "title": "养生壶塑料味", "body": "空烧三次倒掉。", "questions": ["新壶有味道"],
    "skus": ["K1"],
    "valid_from": "2026-01-01", "public": True,
}  # fmt: skip


def test_put_twice_changes_nothing_and_a_change_is_a_version(api: Api) -> None:
    made = api.call("PUT", "/articles/kettle", ARTICLE).json()
    assert (made["result"], made["article"]["version"], made["article"]["public"]) == ("created", 1, True)
    assert made["article"]["in_force"]
    assert api.call("PUT", "/articles/kettle", ARTICLE).json()["result"] == "unchanged"
    changed = api.call("PUT", "/articles/kettle", ARTICLE | {"body": "空烧两次。", "public": None}).json()
    assert (changed["result"], changed["article"]["version"], changed["article"]["public"]) == (
        "changed",
        2,
        True,
    )
    assert api.call("GET", "/articles/kettle").json() == changed["article"]


def test_archived_is_not_found_any_more_and_comes_back(api: Api) -> None:
    api.call("PUT", "/articles/kettle", ARTICLE)
    for _twice in range(2):
        assert api.call("POST", "/articles/kettle/archive").json()["archived_at"] is not None
    assert api.call("GET", "/articles").json()["items"] == []
    assert len(api.call("GET", "/articles?archived=true").json()["items"]) == 1
    assert api.call("GET", "/articles/search?q=养生壶塑料味").json()["hits"] == []
    assert api.call("PUT", "/articles/kettle", ARTICLE).json()["article"]["archived_at"] is None


def test_pages_and_search(api: Api) -> None:
    records = [build_record({"title": title, "body": body}) for title, body in ARTICLES.items()]
    import_articles(api.shop, records, actor="t")
    first = api.call("GET", "/articles?limit=5").json()
    rest = api.call("GET", f"/articles?limit=5&after={first['next']}").json()
    assert len(first["items"]) + len(rest["items"]) == len(ARTICLES)
    assert rest["next"] is None
    assert api.call("GET", "/articles?kind=policy").json()["items"] == []
    found = api.call("GET", "/articles/search?q=脸上又红又痒敷完面膜").json()
    assert found["sure"]
    assert found["hits"][0]["article"]["title"] == "面膜过敏"
    assert api.call("GET", "/articles/search?q=脸上又红又痒&public=true").json()["hits"] == []
    assert not api.call("GET", "/articles/search?q=附近有没有停车场").json()["sure"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (ARTICLE | {"title": " "}, "title"),
        (ARTICLE | {"body": ""}, "body"),
        (ARTICLE | {"kind": "poem"}, "kind"),
        (ARTICLE | {"valid_until": "2025-01-01"}, "valid_until"),
        (ARTICLE | {"questions": ["x" * 301]}, "questions[0]"),
        (ARTICLE | {"valid_from": "soon"}, "valid_from"),
    ],
)
def test_what_is_wrong_is_named(api: Api, body: dict[str, Any], path: str) -> None:
    answer = api.call("PUT", "/articles/kettle", body)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["path"] == path
    assert not Article.objects.exists()


def test_what_a_sheet_writes_is_changed_there(api: Api) -> None:
    save_sheet(api.shop, "washer", BODY, actor="t")
    row = Article.objects.filter(sheet__isnull=False)[0]
    assert api.call("GET", f"/articles/{row.external_id}").json()["sheet"]
    assert api.call("PUT", f"/articles/{row.external_id}", ARTICLE).status_code == 409
    assert api.call("POST", f"/articles/{row.external_id}/archive").status_code == 409


def test_scopes_and_shops_hold(api: Api, stranger: Api) -> None:
    api.call("PUT", "/articles/kettle", ARTICLE)
    assert stranger.call("GET", "/articles/kettle").status_code == 404
    assert stranger.call("POST", "/articles/kettle/archive").status_code == 404
    assert stranger.call("GET", "/articles").json()["items"] == []
    reader = program("ours", "articles:read")
    assert reader.call("GET", "/articles/kettle").status_code == 200
    assert reader.call("PUT", "/articles/kettle", ARTICLE).status_code == 403
    writer = program("ours", "articles:write")
    assert writer.call("GET", "/articles").status_code == 403
