"""Orders and messages come in by push, once each."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goldseam.commerce.models import Order, Scan
from goldseam.conversations.models import Conversation, Message
from goldseam.core.models import AuditEntry
from tests.api.conftest import Api, program

ORDER: dict[str, Any] = {
    "customer": "u-9",
    "status": "shipped",
    "placed_at": "2026-11-15T10:00:00+08:00",
    "promised_delivery_by": "2026-11-19T18:00:00+08:00",
    "currency": "CNY",
    "total": 1299.0,
    "items": [{"sku": "100042", "title": "电饭煲 4L", "quantity": 1, "price": "1299.00"}],
    "parcels": [
        {
            "tracking_no": "JD1234567890",
            "carrier": "京东快递",
            "scans": [{"at": "2026-11-17T08:00:00+08:00", "status": "in_transit", "location": "广州中转"}],
        }
    ],
}


def test_an_order_is_created_changed_and_left_alone(api: Api) -> None:
    results = [api.call("PUT", "/orders/A-1", body).json()["result"] for body in (ORDER, ORDER)]
    delivered = {"status": "delivered", "delivered_at": "2026-11-20T09:00:00+08:00"}
    results += [api.call("PUT", "/orders/A-1", delivered).json()["result"] for _ in range(2)]
    assert results == ["created", "unchanged", "changed", "unchanged"]
    order = api.call("GET", "/orders/A-1").json()
    assert (order["status"], order["customer"], order["items"][0]["title"]) == (
        "delivered",
        "u-9",
        "电饭煲 4L",
    )
    assert Scan.objects.count() == 1
    assert AuditEntry.objects.filter(verb__startswith="order.").count() == 2


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({**ORDER, "status": "lost"}, "status"),
        ({**ORDER, "total": -1}, "total"),
        ({**ORDER, "items": [{"quantity": 0}]}, "items[0].quantity"),
        ({**ORDER, "placed_at": "gestern"}, "placed_at"),
        ({**ORDER, "placed_at": "2026-11-15T10:00:00"}, "placed_at"),
        ({**ORDER, "parcels": [{"carrier": "x"}]}, "parcels[0].tracking_no"),
        ({"total": 5}, "status"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(api: Api, body: dict[str, Any], path: str) -> None:
    answer = api.call("PUT", "/orders/A-1", body)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["path"] == path
    assert not Order.objects.exists()


def test_a_message_is_taken_once_and_triaged(api: Api) -> None:
    api.call("PUT", "/orders/A-1", ORDER)
    body = {
        "text": "快递停了三天了,孩子开学要用!再不动我就去12315投诉",
        "customer": {"id": "u-9", "name": "王女士"},
    }
    first = api.call("POST", "/conversations/c-1/messages", body, **{"Idempotency-Key": "m-1"})
    again = api.call("POST", "/conversations/c-1/messages", body, **{"Idempotency-Key": "m-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["message"]["id"] == again.json()["message"]["id"]
    assert Message.objects.count() == 1
    triage = first.json()["conversation"]["triage"]
    assert triage["issue"].startswith("logistics.")
    assert triage["priority"] in ("P0", "P1")
    kept = api.call("GET", "/conversations/c-1/assessment").json()
    assert kept["order_id"] == "A-1"
    assert "regulator" in [signal["code"] for signal in kept["signals"]]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-01-01T00:00:00", "offset"),
        ("2999-01-01T00:00:00Z", "future"),
        ("0001-01-01T00:00:00+08:00", "range"),
    ],
)
def test_a_message_of_no_real_moment_is_refused(api: Api, at: str, said: str) -> None:
    answer = api.call("POST", "/conversations/c-1/messages", {"text": "你好", "at": at})
    error = answer.json()["error"]
    assert (answer.status_code, error["path"]) == (422, "at")
    assert said in error["message"]
    assert not Conversation.objects.exists()


def test_any_offset_there_is_means_its_moment(api: Api) -> None:
    body = {"text": "你好", "at": "1916-08-26T11:46:32-18:02"}
    answer = api.call("POST", "/conversations/c-1/messages", body)
    assert answer.status_code == 201
    assert answer.json()["message"]["at"] == "1916-08-27T05:48:32+00:00"


@pytest.mark.parametrize("path", ["/nothing", "/orders/a%2Fb"])
def test_an_address_that_is_not_there_is_said_in_json(api: Api, path: str) -> None:
    answer = api.call("GET", path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_the_assess_contract_over_http(api: Api) -> None:
    conversation = {"id": "c-1", "messages": [{"role": "customer", "text": "怎么还不发货"}]}
    answer = api.call("POST", "/assess", conversation)
    assert answer.status_code == 200
    assert answer.json()["issue"]["code"] == "logistics.not_shipped"
    assert not Conversation.objects.exists()
    bad = api.call("POST", "/assess", {"id": "c-2", "messages": [{"role": "customer", "text": 5}]})
    assert bad.status_code == 422
    assert bad.json()["id"] == "c-2"
    assert bad.json()["error"]["path"] == "messages[0].text"


def test_a_reply_is_checked_over_http(api: Api) -> None:
    body = {"id": "r-1", "text": "亲,再补偿您200元红包", "author": {"role": "agent", "limit": 50.0}}
    checked = api.call("POST", "/check-reply", body).json()
    assert checked["verdict"] == "needs_approval"
    assert checked["commitments"][0]["amount"] == 200.0
    bad = api.call("POST", "/check-reply", {"id": "r-2"})
    assert (bad.status_code, bad.json()["error"]["path"]) == (422, "text")


def test_a_stranger_sees_nothing(api: Api, stranger: Api) -> None:
    api.call("PUT", "/orders/A-1", ORDER)
    api.call("POST", "/conversations/c-1/messages", {"text": "你好"})
    for path in ("/orders/A-1", "/conversations/c-1", "/conversations/c-1/assessment"):
        assert stranger.call("GET", path).status_code == 404
    assert stranger.call("GET", "/conversations").json()["items"] == []
    stranger.call("PUT", "/orders/A-1", {**ORDER, "total": 1})
    assert api.call("GET", "/orders/A-1").json()["total"] == "1299.00"


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("PUT", "/orders/A-1", "orders:read"),
        ("GET", "/orders/A-1", "orders:write"),
        ("POST", "/conversations/c-1/messages", "conversations:read"),
        ("GET", "/conversations", "conversations:write"),
        ("POST", "/assess", "orders:read"),
        ("GET", "/webhooks", "assess"),
    ],
)
def test_a_scope_opens_its_own_doors_only(db: None, method: str, path: str, scope: str) -> None:
    body = ORDER if method == "PUT" else {"text": "你好"} if method == "POST" else None
    answer = program("ours", scope).call(method, path, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("secret", ["", "gs_wrong", "x" * 5000])
def test_without_a_token_there_is_nothing(api: Api, secret: str) -> None:
    answer = Api(api.shop, secret).call("GET", "/conversations")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token_missing")


def test_the_minute_has_its_limit(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENVIRONMENT", settings.ENVIRONMENT.model_copy(update={"api_rate": 3}))
    codes = [api.call("GET", "/conversations").status_code for _ in range(8)]
    # the calls may straddle a minute's border, where the count begins anew
    assert 429 in codes
    refused = api.call("GET", "/conversations")
    if refused.status_code == 429:
        assert 0 < int(refused["Retry-After"]) <= 60


def test_paging_meets_every_conversation_once(api: Api) -> None:
    for number in range(7):
        api.call("POST", f"/conversations/c-{number}/messages", {"text": "你好"})
    seen: list[str] = []
    after = ""
    while True:
        page = api.call("GET", f"/conversations?limit=3{after}").json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == [f"c-{number}" for number in reversed(range(7))]
    broken = api.call("GET", "/conversations?after=nonsense")
    assert (broken.status_code, broken.json()["error"]["path"]) == (400, "after")


@pytest.mark.django_db(transaction=True)
def test_the_same_message_from_two_callers_at_once_is_one() -> None:
    api = program("ours")
    codes: list[int] = []
    start = threading.Barrier(4)

    def post() -> None:
        start.wait()
        headers = {"Idempotency-Key": "m-1"}
        codes.append(api.call("POST", "/conversations/c-1/messages", {"text": "在吗"}, **headers).status_code)
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 200, 200, 201]
    assert Message.objects.count() == 1


def test_not_json_is_said_so(api: Api) -> None:
    answer = api.call("POST", "/assess")
    assert answer.status_code == 422
    assert json.loads(answer.content)["error"]["path"] == ""


def test_a_message_costs_few_statements(api: Api) -> None:
    said = {"text": "快递停了三天了,我要投诉到12315", "customer": {"id": "u-9", "name": "李雷"}}
    api.call("PUT", "/orders/A-1", ORDER)
    api.call("POST", "/conversations/c-1/messages", said, **{"Idempotency-Key": "k-1"})
    with CaptureQueriesContext(connection) as asked:
        answer = api.call("POST", "/conversations/c-1/messages", said, **{"Idempotency-Key": "k-2"})
    assert answer.status_code == 201
    assert len(asked) <= 40, "\n".join(query["sql"][:160] for query in asked.captured_queries)
