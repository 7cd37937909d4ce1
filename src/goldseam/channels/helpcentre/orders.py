"""An order as its proven customer sees it: what was promised, what happened, how far the money is. No name,
no address, no phone, no prices, and nothing of what carriers write in their own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from goldseam.commerce.timeline import Step, order_views
from goldseam.knowledge.gap_actions import without_personal

if TYPE_CHECKING:
    from goldseam.commerce.models import Order, Refund

_SCANS = 40


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a parcel was, and what its carrier did there."""

    at: datetime | None
    what: str
    place: str


@dataclass(frozen=True, slots=True)
class ParcelPage:
    """A parcel on its way, the latest stop first."""

    carrier: str
    tracking_no: str
    stops: list[Stop]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """All that is shown of an order."""

    number: str
    status: str
    items: list[tuple[str, int]]
    steps: list[Step]
    parcels: list[ParcelPage]
    refunds: list[Refund]


def order_page(order: Order) -> OrderPage:
    """The order for its customer; a fixed number of queries."""
    prefetch_related_objects([order], "items", "parcels__scans", "refunds")
    view = order_views([order], str(order.pk), timezone.now())[0]
    parcels = [
        ParcelPage(
            parcel.parcel.carrier,
            parcel.parcel.tracking_no,
            [
                Stop(
                    scan.at,
                    scan.get_status_display() if scan.status else _("Scanned"),
                    without_personal(scan.location, order.customer),
                )
                for scan in parcel.scans[:_SCANS]
            ],
        )
        for parcel in view.parcels
    ]
    return OrderPage(
        number=order.external_id,
        status=order.get_status_display(),
        items=[(item.title or item.sku, item.quantity) for item in order.items.all()],
        steps=view.steps,
        parcels=parcels,
        refunds=list(order.refunds.all()),
    )
