"""Promised against actual, for a person to see at a glance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from goldseam.commerce.models import Order
from goldseam.commerce.timeline import steps_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "promised", "actual", "state", "off"),
    [
        ("shipped", NOW - DAY, None, "broken", DAY),
        ("shipped", NOW + DAY, None, "due", None),
        ("shipped", None, None, "open", None),
        ("delivered", NOW - DAY, NOW - 2 * DAY, "kept", None),
        ("delivered", NOW - DAY, NOW - DAY, "kept", None),
        ("delivered", NOW - 2 * DAY, NOW - DAY, "late", DAY),
        ("delivered", None, NOW - DAY, "done", None),
        ("cancelled", NOW - DAY, None, "open", None),
        ("pending_payment", NOW - DAY, None, "open", None),
    ],
)
def test_delivery(
    status: str, promised: datetime | None, actual: datetime | None, state: str, off: timedelta | None
) -> None:
    order = Order(status=status, promised_delivery_by=promised, delivered_at=actual)
    step = steps_of(order, NOW)[2]
    assert (step.state, step.off) == (state, off)
