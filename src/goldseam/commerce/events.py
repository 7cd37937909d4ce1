"""What the mirror of the shop tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order was written with something new in it (status, times, items, parcels, refunds)."""

    shop_id: int
    order_id: int
    customer_id: int | None


@dataclass(frozen=True, slots=True)
class OrdersChanged:
    """A bulk write stored something new in these orders: one event for all, so that a listener can work
    in bulk too."""

    shop_id: int
    order_ids: tuple[int, ...]
