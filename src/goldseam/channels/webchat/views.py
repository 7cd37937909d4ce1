"""Doors of admins to the shop's chat, and of agents to the other end of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.channels.webchat import queries, setting
from goldseam.channels.webchat.forms import DoorForm
from goldseam.commerce.actions import proof_secret_made_at, rotate_proof_secret
from goldseam.conversations.queries import access_conversation
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, require_role

if TYPE_CHECKING:
    from goldseam.channels.webchat.models import Door
    from goldseam.people.models import Shop


@require_http_methods(["GET", "POST"])
def door(request: PageRequest) -> HttpResponse:
    """Where the chat may stand, how it looks, what to copy into the shop's page."""
    shop = _place(request)
    row = setting.door_for(shop)
    form = DoorForm(request.POST) if request.method == "POST" else DoorForm(initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        setting.set_door(row, form.cleaned_data, actor=_actor(request))
        messages.success(request, _("Saved."))
        return redirect("webchat:door")
    return _page(request, shop, row, form)


@require_POST
def new_secret(request: PageRequest) -> HttpResponse:
    """A new secret for signing tokens, shown this once."""
    shop = _place(request)
    secret = rotate_proof_secret(shop, actor=_actor(request))
    row = setting.door_for(shop)
    return _page(request, shop, row, DoorForm(initial=_initial(row)), secret)


@require_GET
def standing(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Who sits at the other end: proven or not, there, writing."""
    conversation = access_conversation(request.user, conversation_id)
    context = {"standing": queries.standing_of(conversation.pk), "conversation": conversation}
    return render(request, "webchat/standing.html", context)


def _page(request: PageRequest, shop: Shop, row: Door, form: DoorForm, secret: str = "") -> HttpResponse:
    context = {
        "door": row,
        "form": form,
        "secret": secret,
        "secret_since": proof_secret_made_at(shop.pk),
        "site": settings.ENVIRONMENT.customer_url,
        "script": settings.ENVIRONMENT.customer_url + "/static/webchat/chat.js",
        "sends_mail": settings.ENVIRONMENT.sends_mail,
    }
    return render(request, "webchat/door.html", context, status=400 if form.errors else 200)


def _initial(row: Door) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(row, name) for name in setting.FIELDS}
    return values | {"origins": "\n".join(row.origins), "colour": f"#{row.colour}"}


def _place(request: PageRequest) -> Shop:
    return require_role(request.user, request.shop.pk, Role.ADMIN).shop


def _actor(request: PageRequest) -> str:
    return f"agent-{request.user.pk}"
