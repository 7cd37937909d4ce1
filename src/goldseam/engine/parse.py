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
from operator import attrgetter
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

    def within(self, place: str) -> InvalidConversation:
        """The same seen from further out: what was wrong stands in `place`."""
        return InvalidConversation(f"{place}.{self.path}" if self.path else place, self.message)


def parse_conversation(data: object) -> Conversation:
    """Read one decoded JSON value as a conversation. Raises InvalidConversation, nothing else."""
    root = as_object(data)
    identifier = text_at(root, "id", required=True)
    locale = text_at(root, "locale", 100)
    zone = _zone(root, locale, list_at(root, "messages", MAX_MESSAGES, required=True))
    messages = each_at(root, "messages", MAX_MESSAGES, _message, zone)
    if sum([len(m.text) for m in messages]) > MAX_TOTAL_TEXT:
        raise InvalidConversation("messages", f"hold more than {MAX_TOTAL_TEXT} characters together")
    return Conversation(
        id=identifier,
        messages=messages,
        now=moment_at(root, "now", zone),
        locale=locale,
        customer=one_at(root, "customer", _customer),
        orders=each_at(root, "orders", MAX_ORDERS, _order, zone),
        remedy_records=each_at(root, "remedy_records", MAX_ENTRIES, _record),
        promises=each_at(root, "promises", MAX_ENTRIES, _promise, zone),
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


def _message(raw: object, zone: tzinfo) -> Message:
    data = as_object(raw)
    role = text_at(data, "role", 100, required=True)
    if role not in ROLES:
        raise InvalidConversation("role", f"must be one of {', '.join(ROLES)}, not {role[:40]!r}")
    text = text_at(data, "text", MAX_TEXT, required=True, empty=True)
    return Message(role, text, moment_at(data, "at", zone))


def _customer(raw: object) -> Customer:
    data = as_object(raw)
    return Customer(
        id=text_at(data, "id"),
        tier=text_at(data, "tier"),
        orders_365d=count_at(data, "orders_365d"),
        spend_365d=number_at(data, "spend_365d"),
        contacts_30d=count_at(data, "contacts_30d"),
        complaints_365d=count_at(data, "complaints_365d"),
        refunds_365d=count_at(data, "refunds_365d"),
    )


def _order(raw: object, zone: tzinfo) -> Order:
    data = as_object(raw)
    status = text_at(data, "status", 100)
    if status and status not in ORDER_STATUSES:
        raise InvalidConversation(
            "status", f"must be one of {', '.join(ORDER_STATUSES)}, not {status[:40]!r}"
        )
    return Order(
        id=text_at(data, "id", required=True),
        status=status,
        placed_at=moment_at(data, "placed_at", zone),
        promised_ship_by=moment_at(data, "promised_ship_by", zone, end_of_day=True),
        promised_delivery_by=moment_at(data, "promised_delivery_by", zone, end_of_day=True),
        shipped_at=moment_at(data, "shipped_at", zone),
        delivered_at=moment_at(data, "delivered_at", zone),
        currency=text_at(data, "currency", 20) or "CNY",
        total=number_at(data, "total"),
        payment_method=text_at(data, "payment_method"),
        items=each_at(data, "items", MAX_ENTRIES, _item),
        shipment=one_at(data, "shipment", _shipment, zone),
    )


def _item(raw: object) -> Item:
    data = as_object(raw)
    quantity = count_at(data, "quantity")
    return Item(
        text_at(data, "sku"),
        text_at(data, "title"),
        1 if quantity is None else quantity,
        number_at(data, "price"),
    )


def _shipment(raw: object, zone: tzinfo) -> Shipment:
    data = as_object(raw)
    scans = each_at(data, "events", MAX_ENTRIES, _scan, zone)
    timed = sorted([scan for scan in scans if scan.at is not None], key=attrgetter("at"))
    return Shipment(
        text_at(data, "carrier"),
        text_at(data, "tracking_no"),
        (*timed, *[scan for scan in scans if scan.at is None]),
    )


def _scan(raw: object, zone: tzinfo) -> Scan:
    data = as_object(raw)
    return Scan(
        moment_at(data, "at", zone),
        text_at(data, "status"),
        text_at(data, "location"),
        text_at(data, "text", MAX_TEXT),
    )


def _record(raw: object) -> RemedyRecord:
    data = as_object(raw)
    tried = count_at(data, "tried") or 0
    worked = count_at(data, "worked") or 0
    if worked > tried:
        raise InvalidConversation("worked", "must not be more than `tried`")
    return RemedyRecord(
        issue=text_at(data, "issue", 200, required=True, empty=True),
        remedy=text_at(data, "remedy", 200, required=True),
        tried=tried,
        worked=worked,
        order_status=text_at(data, "order_status", 100),
    )


def _promise(raw: object, zone: tzinfo) -> Promise:
    data = as_object(raw)
    state = text_at(data, "state", 100) or "open"
    if state not in PROMISE_STATES:
        raise InvalidConversation("state", f"must be one of {', '.join(PROMISE_STATES)}, not {state[:40]!r}")
    return Promise(
        kind=text_at(data, "kind", 100, required=True),
        text=text_at(data, "text", MAX_TEXT),
        due=moment_at(data, "due", zone, end_of_day=True),
        state=state,
    )


# Reading one value. These are also what the reply contract is read with.


def as_object(value: object) -> dict[str, Any]:
    """The value as a JSON object, or InvalidConversation."""
    if type(value) is not dict:
        raise InvalidConversation("", f"must be an object, not {_kind(value)}")
    return value


def one_at(data: Mapping[str, Any], key: str, read: Callable[..., _T], *context: object) -> _T | None:
    """What `read` makes of the value under `key`, and of the context; None when absent."""
    value = data.get(key)
    if value is None:
        return None
    try:
        return read(value, *context)
    except InvalidConversation as wrong:
        raise wrong.within(key) from None


def each_at(
    data: Mapping[str, Any], key: str, most: int, read: Callable[..., _T], *context: object
) -> tuple[_T, ...]:
    """What `read` makes of each entry of the list under `key`, and of the context."""
    values = list_at(data, key, most)
    found: list[_T] = []
    try:
        for value in values:
            found.append(read(value, *context))
    except InvalidConversation as wrong:
        raise wrong.within(f"{key}[{len(found)}]") from None
    return tuple(found)


def list_at(data: Mapping[str, Any], key: str, most: int, *, required: bool = False) -> list[Any]:
    """The list under `key`; [] when it is optional and absent."""
    value = data.get(key)
    if value is None and not required:
        return []
    if value is None:
        raise InvalidConversation(key, _absent(data, key))
    if not isinstance(value, list):
        raise InvalidConversation(key, f"must be a list, not {_kind(value)}")
    if len(value) > most:
        raise InvalidConversation(key, f"must hold at most {most} entries, not {len(value)}")
    return value


def text_at(
    data: Mapping[str, Any], key: str, limit: int = MAX_NAME, *, required: bool = False, empty: bool = False
) -> str:
    """The string under `key`; "" when it is optional and absent."""
    value = data.get(key)
    if value is None:
        if required:
            raise InvalidConversation(key, _absent(data, key))
        return ""
    if not isinstance(value, str):
        raise InvalidConversation(key, f"must be a string, not {_kind(value)}")
    if len(value) > limit:
        raise InvalidConversation(key, f"must have at most {limit} characters, not {len(value)}")
    if required and not empty and not value.strip():
        raise InvalidConversation(key, "must not be empty")
    return value if value.isascii() else _without_surrogates(value)


def _without_surrogates(value: str) -> str:
    """Half signs cannot be written anywhere; encoding finds them faster than a search."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", value)
    return value


def number_at(data: Mapping[str, Any], key: str) -> float | None:
    """The finite, non-negative number under `key`; None when absent."""
    value = data.get(key)
    if value is None or (type(value) is float and 0 <= value <= MAX_NUMBER):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidConversation(key, f"must be a number, not {_kind(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidConversation(key, "must be a finite number")
    if not 0 <= value <= MAX_NUMBER:
        raise InvalidConversation(key, f"must lie between 0 and {MAX_NUMBER:.0e}")
    return float(value)


def count_at(data: Mapping[str, Any], key: str) -> int | None:
    """The non-negative whole number under `key`; None when absent."""
    value = number_at(data, key)
    if value is None:
        return None
    if not value.is_integer():
        raise InvalidConversation(key, "must be a whole number")
    return int(value)


def moment_at(
    data: Mapping[str, Any], key: str, zone: tzinfo, *, end_of_day: bool = False
) -> datetime | None:
    """The moment under `key`, always timezone-aware; None when absent."""
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidConversation(key, f"must be an ISO 8601 string, not {_kind(value)}")
    written = value.strip()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise InvalidConversation(key, _bad_moment(value)) from None
    if end_of_day and len(written) == 10 and _DATE_ONLY.match(written):
        moment = datetime.combine(moment.date(), time(23, 59, 59))
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise InvalidConversation(key, f"must lie between {FIRST_YEAR + 1} and {LAST_YEAR - 1}")
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def _absent(data: Mapping[str, Any], key: str) -> str:
    return "must not be null" if key in data else "is required"


def _bad_moment(value: str) -> str:
    return f"must be an ISO 8601 moment such as 2026-11-22T10:00:00+08:00, not {value[:40]!r}"


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
