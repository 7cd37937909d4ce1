"""Programs of the shop say where they listen, and read what was delivered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Router, Schema, Status

from goldseam.channels.webhook import actions, queries
from goldseam.channels.webhook.models import Endpoint
from goldseam.core.api import ERRORS, ApiRequest, needs

router = Router(tags=["webhooks"])

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class EndpointIn(Schema):
    """Where to call; `events` empty means all."""

    url: str = Field(min_length=8, max_length=500)
    events: list[str] = Field([], max_length=50)


class EndpointOut(Schema):
    """A webhook without its secret."""

    id: int
    url: str
    events: list[str]
    active: bool
    created_at: datetime


class NewEndpointOut(EndpointOut):
    """A webhook with the secret that signs its calls; shown to those who may write webhooks."""

    secret: str


class AttemptOut(Schema):
    """One try."""

    at: datetime
    status_code: int | None
    error: str
    milliseconds: int


class DeliveryOut(Schema):
    """One event for one endpoint, with its tries."""

    id: UUID
    event: str
    status: str
    created_at: datetime
    delivered_at: datetime | None
    attempts: list[AttemptOut]


@router.post(
    "/webhooks", response={200: NewEndpointOut, 201: NewEndpointOut, **ERRORS}, operation_id="put_webhook"
)
@needs("webhooks:write")
def put_webhook(request: ApiRequest, body: EndpointIn) -> Any:
    """Listen at a URL. The same URL again changes its events and keeps its secret."""
    endpoint, created = actions.subscribe(
        request.auth.shop, body.url, body.events, actor=f"token-{request.auth.pk}"
    )
    return Status(201 if created else 200, _out(endpoint) | {"secret": endpoint.secret})


@router.get("/webhooks", response={200: list[EndpointOut], **ERRORS}, operation_id="list_webhooks")
@needs("webhooks:write")
def list_webhooks(request: ApiRequest) -> Any:
    """The shop's webhooks."""
    return [_out(endpoint) for endpoint in queries.endpoints_of(request.auth.shop_id)]


@router.delete("/webhooks/{endpoint_id}", response={204: None, **ERRORS}, operation_id="delete_webhook")
@needs("webhooks:write")
def delete_webhook(request: ApiRequest, endpoint_id: Id) -> Any:
    """Stop listening."""
    endpoint = queries.access_endpoint(request.auth.shop_id, endpoint_id)
    actions.unsubscribe(endpoint, actor=f"token-{request.auth.pk}")
    return Status(204, None)


@router.get(
    "/webhooks/{endpoint_id}/deliveries",
    response={200: list[DeliveryOut], **ERRORS},
    operation_id="list_deliveries",
)
@needs("webhooks:write")
def list_deliveries(request: ApiRequest, endpoint_id: Id) -> Any:
    """The newest hundred deliveries with their tries."""
    endpoint = queries.access_endpoint(request.auth.shop_id, endpoint_id)
    return [
        {
            "id": delivery.pk,
            "event": delivery.event,
            "status": delivery.status,
            "created_at": delivery.created_at,
            "delivered_at": delivery.delivered_at,
            "attempts": list(delivery.attempts.all()),
        }
        for delivery in queries.log_of(endpoint)
    ]


@router.post(
    "/webhooks/deliveries/{delivery_id}/redeliver", response={202: None, **ERRORS}, operation_id="redeliver"
)
@needs("webhooks:write")
def redeliver(request: ApiRequest, delivery_id: UUID) -> Any:
    """Try a delivery once more, with the same id."""
    delivery = queries.access_delivery(request.auth.shop_id, delivery_id)
    actions.redeliver(delivery, actor=f"token-{request.auth.pk}")
    return Status(202, None)


def _out(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "events": endpoint.events,
        "active": endpoint.active,
        "created_at": endpoint.created_at,
    }
