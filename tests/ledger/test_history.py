"""History written in bulk stands as if it had been posted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from goldseam.ledger import actions, queries
from goldseam.ledger.history import OldEntry, write_history
from goldseam.ledger.models import Entry, Line
from tests.ledger.conftest import House

START = datetime(2026, 3, 1, tzinfo=timezone.get_default_timezone())


def rows(house: House) -> list[OldEntry]:
    first = OldEntry(
        "a", START, "approved", Decimal(50), "CNY", "coupon", house.conversation.pk, None,
        house.agent.pk, house.lead.pk, "logistics.delay", "carrier", "old",
    )  # fmt: skip
    steps = [
        ("b", "promised", 30),
        ("c", "promised", 40),
        ("d", "paid", 45),
        ("e", "cancelled", 25),
        ("f", "refused", 9),
    ]
    return [first] + [
        replace(first, key=key, state=state, amount=Decimal(amount), at=START + timedelta(hours=number + 1))
        for number, (key, state, amount) in enumerate(steps)
    ]


def _lines() -> list[tuple[object, ...]]:
    return list(
        Line.objects.order_by("entry__key", "account", "amount").values_list(
            "entry__key", "account", "amount", "item__key", "at", "team_id"
        )
    )


def test_it_books_as_posting_does(house: House, builder: Callable[[str], House]) -> None:
    for row in rows(house):
        actions.post(house.shop.pk, **asdict(row))
    posted = [line[:5] for line in _lines()]
    granted = dict(Entry.objects.values_list("key", "granted"))
    other = builder("t")
    assert write_history(other.shop.pk, rows(other), actor="test") == 6
    assert write_history(other.shop.pk, rows(other), actor="test") == 0
    mine = Line.objects.filter(shop=other.shop).order_by("entry__key", "account", "amount")
    assert [
        tuple(line) for line in mine.values_list("entry__key", "account", "amount", "item__key", "at")
    ] == posted
    assert dict(Entry.objects.filter(shop=other.shop).values_list("key", "granted")) == granted
    assert queries.unbalanced(other.shop.pk) == []
    connection.check_constraints()


def test_what_cannot_be_booked_writes_nothing(house: House) -> None:
    wrong = replace(rows(house)[0], state="cancelled", key="x")
    with pytest.raises(ValueError, match="x: there is not so much open"):
        write_history(
            house.shop.pk,
            [*rows(house)[:1], replace(wrong, amount=Decimal(51), at=START + timedelta(days=1))],
            actor="test",
        )
    assert not Entry.objects.exists()
