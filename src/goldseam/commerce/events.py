"""What the mirror of the shop tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order was written with something new in it (status, times, items, parcels, refunds)."""

    shop_id: int
    order_id: int
    customer_id: int | None
