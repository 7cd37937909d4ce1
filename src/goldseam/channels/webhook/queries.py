"""Reads of endpoints and their delivery log."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext_noop

from goldseam.channels.webhook.models import Delivery, DeliveryStatus, Endpoint
from goldseam.core.errors import NotFound
from goldseam.core.unit import once


def endpoints_of(shop_id: int) -> QuerySet[Endpoint]:
    """A shop's endpoints, oldest first."""
    return Endpoint.objects.filter(shop_id=shop_id).order_by("id")


def listeners(shop_id: int, name: str) -> list[Endpoint]:
    """The shop's endpoints that hear of an event now; read once in a unit of work."""
    active = Endpoint.objects.filter(shop_id=shop_id, active=True)
    return [row for row in once(("listeners", shop_id), lambda: list(active)) if name in row.events]


def access_endpoint(shop_id: int, endpoint_id: int) -> Endpoint:
    """The gate: the endpoint if it is the shop's, else "not found"."""
    endpoint = Endpoint.objects.select_related("shop").filter(pk=endpoint_id, shop_id=shop_id).first()
    if endpoint is None:
        raise NotFound(gettext_noop("There is no such webhook."))
    return endpoint


def access_delivery(shop_id: int, delivery_id: UUID) -> Delivery:
    """The gate: the delivery if it is the shop's, else "not found"."""
    delivery = (
        Delivery.objects.select_related("endpoint").filter(pk=delivery_id, endpoint__shop_id=shop_id).first()
    )
    if delivery is None:
        raise NotFound(gettext_noop("There is no such delivery."))
    return delivery


def log_of(endpoint: Endpoint, limit: int = 100, *, status: str = "") -> list[Delivery]:
    """The newest deliveries of an endpoint with their tries, of one status when given."""
    rows = Delivery.objects.filter(endpoint=endpoint)
    if status:
        rows = rows.filter(status=status)
    return list(rows.prefetch_related("attempts").order_by("-created_at")[:limit])


def overview_of(shop_id: int) -> QuerySet[Endpoint]:
    """A shop's endpoints with `waiting`, `failed` and `latest`: how their deliveries stand."""
    waiting = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.PENDING))
    failed = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.FAILED))
    latest = Max("deliveries__delivered_at")
    return endpoints_of(shop_id).annotate(waiting=waiting, failed=failed, latest=latest)
