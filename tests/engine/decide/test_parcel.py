"""What an order and its scans tell, in named cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from goldseam.engine.decide.parcel import OrderFacts, order_facts
from goldseam.workshop.load_deciding import load_deciding
from tests.engine.decide.cases import NOW, ago, ahead, order, scan


def facts(one: Any, *, disputed: bool = False, now: Any = NOW) -> OrderFacts:
    return order_facts(one, now, load_deciding().scans, disputed=disputed, unclear=False)


MOVING = (scan("picked_up", ago(hours=90)), scan("in_transit", ago(hours=72), "广州中转"))

CASES = {
    "stalled since the last scan": (order("shipped", scans=MOVING), {"stalled_hours": 72.0, "shipped": True}),
    "stalled since shipping without scans": (
        order("shipped", shipped_at=ago(hours=30)),
        {"stalled_hours": 30.0},
    ),
    "a delivered parcel is not stalled": (
        order("delivered", scans=MOVING),
        {"stalled_hours": None, "delivered": True},
    ),
    "a refunded order is not stalled": (order("refunded", scans=MOVING), {"stalled_hours": None}),
    "not shipped past the promise": (
        order("paid", promised_ship_by=ago(hours=26)),
        {"late_ship_hours": 26.0, "ship_promise_broken": True, "overdue": True},
    ),
    "not shipped and still in time": (
        order("paid", promised_ship_by=ahead(hours=5)),
        {"late_ship_hours": 0.0, "ship_promise_broken": False},
    ),
    "an unpaid order has no shipping promise yet": (
        order("pending_payment", promised_ship_by=ago(hours=26)),
        {"late_ship_hours": None},
    ),
    "a cancelled order breaks no promise": (
        order("cancelled", promised_ship_by=ago(hours=26), promised_delivery_by=ago(hours=2)),
        {"late_ship_hours": None, "late_delivery_hours": None},
    ),
    "shipped late by its first scan": (
        order("shipped", scans=MOVING, promised_ship_by=ago(hours=100)),
        {"late_ship_hours": 10.0},
    ),
    "shipped, but the moment is not known": (
        order("shipped", promised_ship_by=ago(hours=100)),
        {"late_ship_hours": None},
    ),
    "delivered after the promise": (
        order("delivered", promised_delivery_by=ago(days=4)),
        {"late_delivery_hours": 48.0, "delivery_promise_broken": True, "overdue": False},
    ),
    "on the way past the promise": (
        order("shipped", scans=MOVING, promised_delivery_by=ago(hours=12)),
        {"late_delivery_hours": 12.0, "overdue": True},
    ),
    "days since delivery": (order("completed", delivered_at=ago(days=9)), {"days_since_delivered": 9.0}),
    "delivery known from a scan alone": (
        order("shipped", scans=(*MOVING, scan("delivered", ago(hours=3)))),
        {"delivered": True, "state": "shipped"},
    ),
    "a scan in prose": (
        order("shipped", scans=(scan("", ago(hours=50), text="快件已由门卫代收,已签收"),)),
        {"delivered": True},
    ),
    "left at a pick-up point": (
        order("delivered", scans=(*MOVING, scan("delivered", ago(hours=50), text="已放入丰巢柜"))),
        {"delivered": True},
    ),
    "lost": (order("shipped", scans=(*MOVING, scan("lost", ago(hours=5)))), {"carrier_lost": True}),
    "found again after it was lost": (
        order("delivered", scans=(scan("lost", ago(hours=90)), scan("delivered", ago(hours=50)))),
        {"carrier_lost": False},
    ),
    "damaged": (order("shipped", scans=(*MOVING, scan("damaged", ago(hours=5)))), {"carrier_damaged": True}),
    "returned to sender": (
        order("shipped", scans=(*MOVING, scan("returned", ago(hours=5)))),
        {"returned_to_sender": True},
    ),
    "no status, but scans": (order("", scans=MOVING), {"state": "shipped", "shipped": True}),
    "no status and nothing known": (order(""), {"state": "", "shipped": False}),
    "refunded after it was sent": (order("refunded", scans=MOVING), {"shipped": True, "delivered": False}),
}


@pytest.mark.parametrize("name", CASES)
def test_facts(name: str) -> None:
    one, wanted = CASES[name]
    found = facts(one)
    for key, value in wanted.items():
        assert getattr(found, key) == value, key


def test_delivery_is_disputed_only_when_it_is_shown_as_delivered() -> None:
    assert facts(order("delivered"), disputed=True).delivery_disputed
    assert not facts(order("shipped", scans=MOVING), disputed=True).delivery_disputed


def test_where_a_parcel_was_left() -> None:
    left = facts(order("delivered", scans=(scan("delivered", ago(hours=5), text="已放至菜鸟驿站"),)))
    assert left.left_elsewhere is not None
    assert facts(order("delivered", scans=MOVING)).left_elsewhere is None


def test_without_now_nothing_about_time_is_claimed() -> None:
    found = facts(order("shipped", scans=MOVING, promised_delivery_by=ago(hours=1)), now=None)
    assert found.stalled_hours is None
    assert found.late_delivery_hours is None
    assert found.days_since_placed is None
    assert found.shipped


def test_scans_after_now_do_not_give_negative_hours() -> None:
    found = facts(order("shipped", scans=(scan("in_transit", ahead(hours=3)),)))
    assert found.stalled_hours == 0.0


def test_no_order() -> None:
    assert facts(None).state == "none"
    assert order_facts(None, NOW, load_deciding().scans, disputed=False, unclear=True).state == "unclear"


def test_facts_do_not_change_the_order() -> None:
    one = order("shipped", scans=MOVING)
    assert facts(one).order == replace(one)
