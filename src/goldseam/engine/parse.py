"""Contract JSON in, frozen facts out; whatever is wrong is named with its path.

Rules, where the contract leaves room:

* unknown keys are ignored; an optional key may be missing or null;
* `messages` may be empty but not missing: nobody has spoken yet, the facts alone are judged;
* a moment is an ISO 8601 string. One without an offset is read in the zone of `now`; when `now` has none
  either, in +08:00 for a Chinese conversation (locale, else the script of its messages), else in UTC;
* a promise that is a plain date ("2026-11-19") lasts until the end of that day;
* identifiers are strings, never numbers, so that leading zeros survive;
* half surrogates in texts become U+FFFD, one for one, so that spans stay true.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import Any, TypeVar

from goldseam.engine.facts import (
    ORDER_STATUSES,
    PROMISE_STATES,
    ROLES,
    Conversation,
    Customer,
    Item,
    Message,
    Order,
    Promise,
    RemedyRecord,
    Scan,
    Shipment,
)

MAX_MESSAGES = 2_000
MAX_ORDERS = 1_000
MAX_ENTRIES = 2_000
MAX_TEXT = 100_000
MAX_NAME = 2_000
MAX_TOTAL_TEXT = 2_000_000
FIRST_YEAR, LAST_YEAR = 1970, 2199
MAX_NUMBER = 1e15

_CHINA = timezone(timedelta(hours=8))
_SURROGATE = re.compile("[\ud800-\udfff]")
_HAN = re.compile("[\u4e00-\u9fff]")
_DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")

_T = TypeVar("_T")


class InvalidConversation(ValueError):
    """The input breaks the contract: `path` says where ("messages[0].text"), `message` says how."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


def parse_conversation(data: object) -> Conversation:
    """Read one decoded JSON value as a conversation. Raises InvalidConversation, nothing else."""
    root = as_object(data, "")
    identifier = text_at(root, "", "id", required=True, limit=MAX_NAME)
    locale = text_at(root, "", "locale", limit=100)
    raw_messages = list_at(root, "", "messages", MAX_MESSAGES, required=True)
    zone = _zone(root, locale, raw_messages)
    messages = tuple(_message(raw, f"messages[{i}]", zone) for i, raw in enumerate(raw_messages))
    if sum(len(m.text) for m in messages) > MAX_TOTAL_TEXT:
        raise InvalidConversation("messages", f"hold more than {MAX_TOTAL_TEXT} characters together")
    raw_customer = root.get("customer")
    return Conversation(
        id=identifier,
        messages=messages,
        now=moment_at(root, "", "now", zone),
        locale=locale,
        customer=None if raw_customer is None else _customer(raw_customer, "customer"),
        orders=_each(root, "", "orders", MAX_ORDERS, lambda raw, path: _order(raw, path, zone)),
        remedy_records=_each(root, "", "remedy_records", MAX_ENTRIES, _record),
        promises=_each(root, "", "promises", MAX_ENTRIES, lambda raw, path: _promise(raw, path, zone)),
    )


def _zone(root: Mapping[str, Any], locale: str, messages: Sequence[Any]) -> tzinfo:
    now = root.get("now")
    if isinstance(now, str):
        try:
            parsed = datetime.fromisoformat(now.strip())
        except ValueError:
            raise InvalidConversation("now", _bad_moment(now)) from None
        if parsed.tzinfo is not None:
            return parsed.tzinfo
    if locale:
        return _CHINA if locale.lower().startswith("zh") else UTC
    texts = (m.get("text") for m in messages if isinstance(m, dict))
    return _CHINA if any(isinstance(t, str) and _HAN.search(t) for t in texts) else UTC


def _message(raw: object, path: str, zone: tzinfo) -> Message:
    data = as_object(raw, path)
    role = text_at(data, path, "role", required=True, limit=100)
    if role not in ROLES:
        raise InvalidConversation(
            _join(path, "role"), f"must be one of {', '.join(ROLES)}, not {role[:40]!r}"
        )
    text = text_at(data, path, "text", required=True, empty=True, limit=MAX_TEXT)
    return Message(role=role, text=text, at=moment_at(data, path, "at", zone))


def _customer(raw: object, path: str) -> Customer:
    data = as_object(raw, path)
    return Customer(
        id=text_at(data, path, "id", limit=MAX_NAME),
        tier=text_at(data, path, "tier", limit=MAX_NAME),
        orders_365d=count_at(data, path, "orders_365d"),
        spend_365d=number_at(data, path, "spend_365d"),
        contacts_30d=count_at(data, path, "contacts_30d"),
        complaints_365d=count_at(data, path, "complaints_365d"),
        refunds_365d=count_at(data, path, "refunds_365d"),
    )


def _order(raw: object, path: str, zone: tzinfo) -> Order:
    data = as_object(raw, path)
    status = text_at(data, path, "status", limit=100)
    if status and status not in ORDER_STATUSES:
        raise InvalidConversation(
            _join(path, "status"), f"must be one of {', '.join(ORDER_STATUSES)}, not {status[:40]!r}"
        )
    raw_shipment = data.get("shipment")
    shipment_path = _join(path, "shipment")
    return Order(
        id=text_at(data, path, "id", required=True, limit=MAX_NAME),
        status=status,
        placed_at=moment_at(data, path, "placed_at", zone),
        promised_ship_by=moment_at(data, path, "promised_ship_by", zone, end_of_day=True),
        promised_delivery_by=moment_at(data, path, "promised_delivery_by", zone, end_of_day=True),
        shipped_at=moment_at(data, path, "shipped_at", zone),
        delivered_at=moment_at(data, path, "delivered_at", zone),
        currency=text_at(data, path, "currency", limit=20) or "CNY",
        total=number_at(data, path, "total"),
        payment_method=text_at(data, path, "payment_method", limit=MAX_NAME),
        items=_each(data, path, "items", MAX_ENTRIES, _item),
        shipment=None if raw_shipment is None else _shipment(raw_shipment, shipment_path, zone),
    )


def _item(raw: object, path: str) -> Item:
    data = as_object(raw, path)
    quantity = count_at(data, path, "quantity")
    return Item(
        sku=text_at(data, path, "sku", limit=MAX_NAME),
        title=text_at(data, path, "title", limit=MAX_NAME),
        quantity=1 if quantity is None else quantity,
        price=number_at(data, path, "price"),
    )


def _shipment(raw: object, path: str, zone: tzinfo) -> Shipment:
    data = as_object(raw, path)
    scans = _each(data, path, "events", MAX_ENTRIES, lambda one, where: _scan(one, where, zone))
    timed = sorted((s for s in scans if s.at is not None), key=_when)
    return Shipment(
        carrier=text_at(data, path, "carrier", limit=MAX_NAME),
        tracking_no=text_at(data, path, "tracking_no", limit=MAX_NAME),
        events=(*timed, *(s for s in scans if s.at is None)),
    )


def _when(scan: Scan) -> float:
    return scan.at.timestamp() if scan.at is not None else 0.0


def _scan(raw: object, path: str, zone: tzinfo) -> Scan:
    data = as_object(raw, path)
    return Scan(
        at=moment_at(data, path, "at", zone),
        status=text_at(data, path, "status", limit=MAX_NAME),
        location=text_at(data, path, "location", limit=MAX_NAME),
        text=text_at(data, path, "text", limit=MAX_TEXT),
    )


def _record(raw: object, path: str) -> RemedyRecord:
    data = as_object(raw, path)
    tried = count_at(data, path, "tried") or 0
    worked = count_at(data, path, "worked") or 0
    if worked > tried:
        raise InvalidConversation(_join(path, "worked"), "must not be more than `tried`")
    return RemedyRecord(
        issue=text_at(data, path, "issue", required=True, limit=200),
        remedy=text_at(data, path, "remedy", required=True, limit=200),
        tried=tried,
        worked=worked,
        order_status=text_at(data, path, "order_status", limit=100),
    )


def _promise(raw: object, path: str, zone: tzinfo) -> Promise:
    data = as_object(raw, path)
    state = text_at(data, path, "state", limit=100) or "open"
    if state not in PROMISE_STATES:
        raise InvalidConversation(
            _join(path, "state"), f"must be one of {', '.join(PROMISE_STATES)}, not {state[:40]!r}"
        )
    return Promise(
        kind=text_at(data, path, "kind", required=True, limit=100),
        text=text_at(data, path, "text", limit=MAX_TEXT),
        due=moment_at(data, path, "due", zone, end_of_day=True),
        state=state,
    )


# Reading one value. These are also what the reply contract is read with.


def as_object(value: object, path: str) -> dict[str, Any]:
    """The value as a JSON object, or InvalidConversation."""
    if not isinstance(value, dict):
        raise InvalidConversation(path, f"must be an object, not {_kind(value)}")
    return value


def list_at(data: Mapping[str, Any], path: str, key: str, most: int, *, required: bool = False) -> list[Any]:
    """The list under `key`; [] when it is optional and absent."""
    value = data.get(key)
    if value is None and not required:
        return []
    if type(value) is list and len(value) <= most:
        return value
    where = _join(path, key)
    if value is None:
        raise InvalidConversation(where, _absent(data, key))
    if not isinstance(value, list):
        raise InvalidConversation(where, f"must be a list, not {_kind(value)}")
    if len(value) > most:
        raise InvalidConversation(where, f"must hold at most {most} entries, not {len(value)}")
    return value


def text_at(
    data: Mapping[str, Any], path: str, key: str, *, required: bool = False, empty: bool = False, limit: int
) -> str:
    """The string under `key`; "" when it is optional and absent."""
    value = data.get(key)
    if value is None and not required:
        return ""
    if type(value) is str and 0 < len(value) <= limit and not value.isspace():
        return value if value.isascii() else _without_surrogates(value)
    where = _join(path, key)
    if value is None:
        raise InvalidConversation(where, _absent(data, key))
    if not isinstance(value, str):
        raise InvalidConversation(where, f"must be a string, not {_kind(value)}")
    if len(value) > limit:
        raise InvalidConversation(where, f"must have at most {limit} characters, not {len(value)}")
    if required and not empty and not value.strip():
        raise InvalidConversation(where, "must not be empty")
    return _without_surrogates(value)


def _without_surrogates(value: str) -> str:
    """Half signs cannot be written anywhere; encoding finds them faster than a search."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", value)
    return value


def number_at(data: Mapping[str, Any], path: str, key: str) -> float | None:
    """The finite, non-negative number under `key`; None when absent."""
    value = data.get(key)
    if value is None:
        return None
    if type(value) is float and 0 <= value <= MAX_NUMBER:
        return value
    where = _join(path, key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidConversation(where, f"must be a number, not {_kind(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidConversation(where, "must be a finite number")
    if not 0 <= value <= MAX_NUMBER:
        raise InvalidConversation(where, f"must lie between 0 and {MAX_NUMBER:.0e}")
    return float(value)


def count_at(data: Mapping[str, Any], path: str, key: str) -> int | None:
    """The non-negative whole number under `key`; None when absent."""
    value = number_at(data, path, key)
    if value is None:
        return None
    if not value.is_integer():
        raise InvalidConversation(_join(path, key), "must be a whole number")
    return int(value)


def moment_at(
    data: Mapping[str, Any], path: str, key: str, zone: tzinfo, *, end_of_day: bool = False
) -> datetime | None:
    """The moment under `key`, always timezone-aware; None when absent."""
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidConversation(_join(path, key), f"must be an ISO 8601 string, not {_kind(value)}")
    written = value.strip()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise InvalidConversation(_join(path, key), _bad_moment(value)) from None
    if end_of_day and _DATE_ONLY.match(written):
        moment = datetime.combine(moment.date(), time(23, 59, 59))
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise InvalidConversation(_join(path, key), f"must lie between {FIRST_YEAR + 1} and {LAST_YEAR - 1}")
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def _each(
    data: Mapping[str, Any], path: str, key: str, most: int, read: Callable[[object, str], _T]
) -> tuple[_T, ...]:
    where = _join(path, key)
    return tuple(read(raw, f"{where}[{i}]") for i, raw in enumerate(list_at(data, path, key, most)))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _absent(data: Mapping[str, Any], key: str) -> str:
    return "must not be null" if key in data else "is required"


def _bad_moment(value: str) -> str:
    return f"must be an ISO 8601 moment such as 2026-11-22T10:00:00+08:00, not {value[:40]!r}"


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
