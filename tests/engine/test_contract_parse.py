"""Reading the contract's JSON: what is accepted, and the path and words of every refusal."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldseam.engine.parse import InvalidConversation, parse_conversation

CHINA = timezone(timedelta(hours=8))
FULL: dict[str, Any] = {
    "id": "c-1",
    "now": "2026-11-22T10:00:00+08:00",
    "locale": "zh-CN",
    "messages": [{"role": "customer", "text": "快递停了三天了", "at": "2026-11-22T09:58:00+08:00"}],
    "customer": {
        "id": "u-9",
        "tier": "vip",
        "orders_365d": 12,
        "spend_365d": 8200.0,
        "contacts_30d": 3,
        "complaints_365d": 1,
        "refunds_365d": 2,
    },
    "orders": [
        {
            "id": "313021098954",
            "status": "shipped",
            "placed_at": "2026-11-15T10:00:00+08:00",
            "promised_ship_by": "2026-11-16T10:00:00+08:00",
            "promised_delivery_by": "2026-11-19",
            "delivered_at": None,
            "currency": "CNY",
            "total": 1299.0,
            "payment_method": "wechat",
            "items": [{"sku": "100042754736", "title": "书桌", "quantity": 1, "price": 1299.0}],
            "shipment": {
                "carrier": "京东快递",
                "tracking_no": "JD1234567890",
                "events": [
                    {
                        "at": "2026-11-19T10:00:00+08:00",
                        "status": "in_transit",
                        "location": "广州",
                        "text": "到达",
                    }
                ],
            },
        }
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """FULL with one value replaced; `path` as in the error ("orders[0].total")."""
    data = copy.deepcopy(FULL)
    steps: list[Any] = []
    for part in path.split("."):
        name, _, index = part.partition("[")
        steps.append(name)
        if index:
            steps.append(int(index.rstrip("]")))
    place: Any = data
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = value
    return data


def test_the_contracts_example() -> None:
    found = parse_conversation(FULL)
    order = found.orders[0]
    assert found.now == datetime(2026, 11, 22, 10, tzinfo=CHINA)
    assert found.customer is not None
    assert found.customer.tier == "vip"
    assert order.promised_delivery_by == datetime(2026, 11, 19, 23, 59, 59, tzinfo=CHINA)
    assert order.shipment is not None
    assert order.shipment.events[0].location == "广州"


def test_only_id_and_messages_are_needed() -> None:
    found = parse_conversation({"id": "x", "messages": [{"role": "customer", "text": ""}]})
    assert found.orders == ()
    assert found.customer is None
    assert found.now is None


@pytest.mark.parametrize(
    "path",
    [
        "now",
        "locale",
        "customer",
        "orders",
        "orders[0].shipment",
        "orders[0].items",
        "messages[0].at",
        "customer.tier",
        "orders[0].currency",
        "orders[0].total",
        "orders[0].items[0].quantity",
    ],
)
def test_optional_keys_may_be_null_or_missing(path: str) -> None:
    parse_conversation(changed(path, None))


def test_nobody_has_spoken_yet() -> None:
    silent = parse_conversation({**FULL, "messages": []})
    assert silent.messages == ()
    assert silent.orders == parse_conversation(FULL).orders
    with pytest.raises(InvalidConversation, match="messages: is required"):
        parse_conversation({key: value for key, value in FULL.items() if key != "messages"})


def test_unknown_keys_are_ignored() -> None:
    data = {**FULL, "mood": "?", "messages": [{**FULL["messages"][0], "extra": {"deep": [1]}}]}
    assert parse_conversation(data) == parse_conversation(FULL)


BAD: list[tuple[str, Any, str]] = [
    ("id", 7, "must be a string, not a number"),
    ("id", None, "must not be null"),
    ("id", "  ", "must not be empty"),
    ("now", "yesterday", "must be an ISO 8601 moment such as 2026-11-22T10:00:00+08:00, not 'yesterday'"),
    ("now", 1_790_000_000, "must be an ISO 8601 string, not a number"),
    ("now", "0001-01-01T00:00:00", "must lie between 1971 and 2198"),
    ("locale", ["zh"], "must be a string, not a list"),
    ("messages", {}, "must be a list, not an object"),
    ("messages", None, "must not be null"),
    ("messages[0]", "hi", "must be an object, not a string"),
    ("messages[0].role", "client", "must be one of customer, agent, bot, system, not 'client'"),
    ("messages[0].text", None, "must not be null"),
    ("messages[0].text", 5, "must be a string, not a number"),
    ("messages[0].text", "x" * 100_001, "must have at most 100000 characters, not 100001"),
    (
        "messages[0].at",
        "2026-13-01",
        "must be an ISO 8601 moment such as 2026-11-22T10:00:00+08:00, not '2026-13-01'",
    ),
    ("customer", [], "must be an object, not a list"),
    ("customer.contacts_30d", 1.5, "must be a whole number"),
    ("customer.contacts_30d", -1, "must lie between 0 and 1e+15"),
    ("customer.contacts_30d", True, "must be a number, not a boolean"),
    ("customer.spend_365d", "8200", "must be a number, not a string"),
    ("orders", "none", "must be a list, not a string"),
    ("orders[0].id", 313021098954, "must be a string, not a number"),
    (
        "orders[0].status",
        "sent",
        "must be one of pending_payment, paid, processing, shipped, delivered, completed, cancelled, "
        "refunding, refunded, not 'sent'",
    ),
    ("orders[0].total", float("nan"), "must be a finite number"),
    ("orders[0].total", float("inf"), "must be a finite number"),
    ("orders[0].total", 10**400, "must lie between 0 and 1e+15"),
    ("orders[0].items[0].price", "12", "must be a number, not a string"),
    ("orders[0].items[0].quantity", -2, "must lie between 0 and 1e+15"),
    ("orders[0].shipment", [], "must be an object, not a list"),
    ("orders[0].shipment.events[0].at", False, "must be an ISO 8601 string, not a boolean"),
    ("orders[0].delivered_at", "", "must be an ISO 8601 moment such as 2026-11-22T10:00:00+08:00, not ''"),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD, ids=[f"{p}={str(v)[:20]}" for p, v, _ in BAD])
def test_a_refusal_names_the_place_and_what_is_wrong(path: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidConversation) as error:
        parse_conversation(changed(path, value))
    assert error.value.path == path
    assert error.value.message == message


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ([], "", "must be an object, not a list"),
        (None, "", "must be an object, not null"),
        ({}, "id", "is required"),
        ({"id": "x"}, "messages", "is required"),
        ({"id": "x", "messages": [{"role": "customer"}]}, "messages[0].text", "is required"),
        ({"id": "x", "messages": [{"text": "a"}]}, "messages[0].role", "is required"),
        (
            {
                "id": "x",
                "messages": [{"role": "customer", "text": "a"}],
                "remedy_records": [{"issue": "i", "remedy": "r", "tried": 1, "worked": 2}],
            },
            "remedy_records[0].worked",
            "must not be more than `tried`",
        ),
        (
            {
                "id": "x",
                "messages": [{"role": "customer", "text": "a"}],
                "promises": [{"kind": "refund", "state": "forgotten"}],
            },
            "promises[0].state",
            "must be one of open, kept, broken, withdrawn, not 'forgotten'",
        ),
    ],
)
def test_what_is_missing(data: Any, path: str, message: str) -> None:
    with pytest.raises(InvalidConversation) as error:
        parse_conversation(data)
    assert (error.value.path, error.value.message) == (path, message)


def test_too_much() -> None:
    with pytest.raises(InvalidConversation, match="messages: must hold at most 2000 entries, not 2001"):
        parse_conversation({**FULL, "messages": FULL["messages"] * 2001})
    with pytest.raises(InvalidConversation, match="more than 2000000 characters together"):
        parse_conversation({**FULL, "messages": [{"role": "customer", "text": "x" * 99_000}] * 21})


@pytest.mark.parametrize(
    ("more", "zone"),
    [
        ({"now": "2026-11-22T10:00:00-05:00"}, timezone(timedelta(hours=-5))),
        ({"locale": "zh-CN"}, CHINA),
        ({"locale": "en-GB"}, UTC),
        ({"text": "还没到"}, CHINA),
        ({"text": "not here"}, UTC),
    ],
)
def test_a_moment_without_offset(more: dict[str, str], zone: timezone) -> None:
    text = more.pop("text", "x")
    data = {"id": "x", "messages": [{"role": "customer", "text": text, "at": "2026-11-22T09:00:00"}], **more}
    at = parse_conversation(data).messages[0].at
    assert at is not None
    assert at.utcoffset() == datetime.now(zone).utcoffset()


def test_scans_come_in_order_of_time() -> None:
    events = [
        {"at": "2026-11-20T10:00:00Z", "status": "b"},
        {"status": "none"},
        {"at": "2026-11-19T23:00:00+08:00", "status": "a"},
    ]
    shipment = parse_conversation(changed("orders[0].shipment.events", events)).orders[0].shipment
    assert shipment is not None
    assert [e.status for e in shipment.events] == ["a", "b", "none"]


def test_half_surrogates_become_one_sign_each() -> None:
    found = parse_conversation({"id": "x", "messages": [{"role": "customer", "text": "a\ud83db"}]})
    assert found.messages[0].text == "a\ufffdb"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["2026-11-22T10:00:00", "customer", "shipped"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "messages",
                    "role",
                    "text",
                    "at",
                    "now",
                    "locale",
                    "orders",
                    "customer",
                    "status",
                    "items",
                    "shipment",
                    "events",
                    "total",
                    "price",
                    "quantity",
                    "placed_at",
                    "remedy_records",
                    "promises",
                    "state",
                    "tried",
                    "contacts_30d",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=500, deadline=None)
@given(JSON)
def test_nothing_but_invalid_conversation_is_ever_raised(data: Any) -> None:
    try:
        parse_conversation(data)
    except InvalidConversation as error:
        assert error.message  # noqa: PT017 - any outcome but this error fails


PATHS = [
    "id",
    "now",
    "locale",
    "messages[0].text",
    "messages[0].at",
    "messages[0].role",
    "customer",
    "customer.id",
    "customer.contacts_30d",
    "orders[0].id",
    "orders[0].placed_at",
    "orders[0].total",
    "orders[0].items",
    "orders[0].items[0].price",
    "orders[0].shipment.events",
    "orders[0].shipment.events[0].at",
    "orders[0].shipment.tracking_no",
    "orders",
]


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(PATHS), JSON)
def test_one_spoiled_value_is_refused_at_its_own_place_or_taken(path: str, value: Any) -> None:
    try:
        parse_conversation(changed(path, value))
    except InvalidConversation as error:
        assert error.path.startswith(path)  # noqa: PT017 - any outcome but this error fails
