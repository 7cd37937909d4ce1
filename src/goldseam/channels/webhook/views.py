"""Doors of a shop's admins to its webhooks: addresses, secrets, the log of every call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.channels.webhook import actions, queries
from goldseam.channels.webhook.forms import EndpointForm
from goldseam.channels.webhook.models import DeliveryStatus, Endpoint
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, require_role

if TYPE_CHECKING:
    from goldseam.people.models import Shop

_LOG = 50


@require_http_methods(["GET", "POST"])
def endpoints(request: PageRequest) -> HttpResponse:
    """The shop's webhooks, and a new one; the same address again changes what it hears."""
    shop = _place(request)
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row, _created = actions.subscribe(shop, given["url"], given["events"], actor=_actor(request))
        except DomainError as error:
            form.add_error("url", error.message)
        else:
            return redirect("webhook:endpoint", row.pk)
    context = {"form": form, "rows": queries.overview_of(shop.pk)}
    return render(request, "webhook/endpoints.html", context, status=400 if form.errors else 200)


@require_GET
def endpoint(request: PageRequest, endpoint_id: int) -> HttpResponse:
    """One webhook with its secret and its log."""
    row = queries.access_endpoint(_place(request).pk, endpoint_id)
    return render(request, "webhook/endpoint.html", _logged(request, row))


@require_GET
def log(request: PageRequest, endpoint_id: int) -> HttpResponse:
    """The log alone."""
    row = queries.access_endpoint(_place(request).pk, endpoint_id)
    return render(request, "webhook/log.html", _logged(request, row))


@require_POST
def do(request: PageRequest, endpoint_id: int) -> HttpResponse:
    """Send a test, change the secret, rest, go on, remove."""
    row = queries.access_endpoint(_place(request).pk, endpoint_id)
    wanted, actor = request.POST.get("do", ""), _actor(request)
    if wanted == "test":
        actions.send_test(row, actor=actor)
        messages.success(request, _("The test is on its way; the log says how it went."))
    elif wanted == "rotate":
        actions.rotate_secret(row, actor=actor)
        messages.success(request, _("Calls are signed with the new secret from now on."))
    elif wanted in ("rest", "go_on"):
        actions.switch(row, active=wanted == "go_on", actor=actor)
    elif wanted == "remove":
        actions.unsubscribe(row, actor=actor)
        return redirect("webhook:endpoints")
    else:
        raise DomainError("Unknown deed.", field="do")
    return redirect("webhook:endpoint", row.pk)


@require_GET
def delivery(request: PageRequest, delivery_id: UUID) -> HttpResponse:
    """One delivery: what was sent, and what came back each time."""
    row = queries.access_delivery(_place(request).pk, delivery_id)
    text = json.dumps(row.payload, ensure_ascii=False, indent=2, sort_keys=True)
    context = {"delivery": row, "endpoint": row.endpoint, "body": text, "tries": row.attempts.all()}
    return render(request, "webhook/delivery.html", context)


@require_POST
def again(request: PageRequest, delivery_id: UUID) -> HttpResponse:
    """Deliver it once more, with the same id."""
    row = queries.access_delivery(_place(request).pk, delivery_id)
    actions.redeliver(row, actor=_actor(request))
    messages.success(request, _("It is sent again, with the same id."))
    return redirect("webhook:delivery", row.pk)


def _logged(request: PageRequest, row: Endpoint) -> dict[str, object]:
    chosen = request.GET.get("status", "")
    status = chosen if chosen in DeliveryStatus.values else ""
    return {
        "endpoint": row,
        "rows": queries.log_of(row, _LOG, status=status),
        "states": DeliveryStatus.choices,
        "status": status,
    }


def _place(request: PageRequest) -> Shop:
    return require_role(request.user, request.shop.pk, Role.ADMIN).shop


def _actor(request: PageRequest) -> str:
    return f"agent-{request.user.pk}"
