"""Packs for tests: a small valid one, and strategies for random rules, packs and facts."""

from __future__ import annotations

import copy
from datetime import date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from goldseam.engine.decide.pack_terms import LADDER, PAYERS, STATES
from goldseam.engine.decide.policy import CHOICE_FIELDS, FLAG_FIELDS, NUMBER_FIELDS, SET_FIELDS
from goldseam.engine.facts import ORDER_STATUSES, Conversation, Customer, Message, Order, Scan, Shipment
from goldseam.workshop.load_terms import load_terms, shipped_pack

TERMS = load_terms()
ON = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=8)))
CODES = sorted(TERMS.remedies)


def small_pack(*rules: dict[str, Any]) -> dict[str, Any]:
    """The head of the shipped Chinese pack with these rules."""
    pack = shipped_pack("default")
    pack["rules"] = copy.deepcopy(list(rules))
    return pack


def rule(name: str, remedy: str | list[str] = "coupon", **more: Any) -> dict[str, Any]:
    """A rule with words and a source in both languages."""
    return {
        "id": name,
        "remedy": remedy,
        "words": {"zh": "规则", "en": "rule"},
        "source": {"zh": "本店", "en": "shop"},
        "when": {},
        "payer": "seller",
        **more,
    }


def values_of(name: str) -> list[str]:
    """A few values of a field, known and (where the shop has words of its own) free ones."""
    known = TERMS.values_of(name, frozenset({"custom", "fresh"}))
    return sorted(known)[:9] if known else ["a", "b", "vip"]


def condition(name: str) -> st.SearchStrategy[Any]:
    """A valid condition on a field."""
    if name in FLAG_FIELDS:
        return st.booleans()
    if name in NUMBER_FIELDS:
        ends = st.sampled_from([0, 1, 7, 24, 48, 120])
        both = st.tuples(ends, ends).map(lambda e: {"min": min(e), "max": max(e)})
        return st.one_of(ends.map(lambda e: {"min": e}), ends.map(lambda e: {"max": e}), both)
    words = st.lists(st.sampled_from(values_of(name)), min_size=1, max_size=4, unique=True)
    return st.one_of(words, words.map(lambda w: {"none": w})) if name in SET_FIELDS else words


FIELDS = sorted((SET_FIELDS | NUMBER_FIELDS | CHOICE_FIELDS | FLAG_FIELDS) - {"priority"})
LIMITS = st.sampled_from([None, 0, 5, 50, 500, 5000])


@st.composite
def rules(draw: st.DrawFn, name: str = "r", allow_only: bool = False) -> dict[str, Any]:
    """A rule of good form."""
    fields = draw(st.lists(st.sampled_from(FIELDS), max_size=4, unique=True))
    effect = "allow" if allow_only else draw(st.sampled_from(["allow", "allow", "forbid"]))
    found = rule(
        name,
        draw(st.lists(st.sampled_from(CODES[:6]), min_size=1, max_size=3, unique=True)),
        effect=effect,
        when={field: draw(condition(field)) for field in fields},
        merit=draw(st.sampled_from([0, 0, 0.1, 0.2])),
        payer=draw(st.sampled_from(PAYERS)),
        asked=draw(st.booleans()),
        grants=draw(st.dictionaries(st.sampled_from(LADDER), LIMITS, max_size=3)),
    )
    kind = draw(st.sampled_from([None, "fixed", "share", "full"]))
    if kind:
        found["amount"] = {"kind": kind, "cap": draw(LIMITS)}
        if kind != "full":
            found["amount"]["value"] = draw(st.sampled_from([0.05, 0.5, 1]))
    days = draw(
        st.lists(st.sampled_from(["2014-03-15", "2026-01-01", "2026-12-01"]), max_size=2, unique=True)
    )
    found.update(dict(zip(("valid_from", "valid_to"), sorted(days), strict=False)))
    return found


@st.composite
def packs(draw: st.DrawFn, most: int = 8) -> dict[str, Any]:
    """A pack of good form."""
    count = draw(st.integers(1, most))
    return small_pack(*(draw(rules(f"r{number}")) for number in range(count)))


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """A conversation with at most one order, in any state, whose facts agree with each other."""
    hours = st.integers(0, 900)

    def moment() -> datetime | None:
        return draw(st.one_of(st.none(), hours.map(lambda h: NOW - timedelta(hours=h))))

    scans = draw(
        st.lists(
            st.sampled_from(["picked_up", "in_transit", "delivered", "lost", "damaged", "returned"]),
            max_size=4,
        )
    )
    orders: tuple[Order, ...] = ()
    if draw(st.booleans()):
        orders = (
            Order(
                id="o",
                status=draw(st.sampled_from([*ORDER_STATUSES, ""])),
                placed_at=moment(),
                promised_ship_by=moment(),
                promised_delivery_by=moment(),
                shipped_at=moment(),
                delivered_at=moment(),
                currency=draw(st.sampled_from(["CNY", "USD"])),
                total=draw(st.sampled_from([None, 3.0, 80.0, 900.0, 20000.0])),
                shipment=Shipment("x", "1", tuple(Scan(moment(), status) for status in scans))
                if scans
                else None,
            ),
        )
    customer = Customer("u", tier=draw(st.sampled_from(["", "vip"])), refunds_365d=draw(st.integers(0, 20)))
    return Conversation("c", (Message("customer", "x", NOW),), NOW, "zh-CN", customer, orders)


ANY_STATES = (*STATES, "")
