"""The made-up shop's own page, with its goods, a customer's orders and the chat. Not in production."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_noop
from django.views.decorators.http import require_GET

from goldseam.channels.webchat.queries import door_of
from goldseam.commerce.queries import latest_buyers, recent_orders
from goldseam.core.errors import NotFound
from goldseam.demo.catalogue import Good, goods
from goldseam.demo.chat import token_for
from goldseam.people.queries import all_shops

_SHELF, _BUYERS, _ORDERS = 8, 3, 3


@login_not_required
@require_GET
def storefront(request: HttpRequest, slug: str) -> HttpResponse:
    """The shelf; with `?customer=` the page of a customer who signed in at the shop."""
    shop = all_shops().filter(slug=slug).first()
    door = door_of(shop.pk) if shop and settings.ENVIRONMENT.mode != "production" else None
    if shop is None or door is None:
        raise NotFound(gettext_noop("There is no such shop."))
    buyers = latest_buyers(shop.pk, _BUYERS)
    known = {buyer.external_id: buyer for buyer in buyers}
    buyer = known.get(request.GET.get("customer", ""))
    context = {
        "shop": shop,
        "door": door,
        "shelf": [_shown(good) for good in goods()[:_SHELF]],
        "buyers": buyers,
        "buyer": buyer,
        "orders": recent_orders(buyer.pk, _ORDERS) if buyer else [],
        "token": token_for(buyer.external_id) if buyer else "",
    }
    return render(request, "demo/storefront.html", context)


def _shown(good: Good) -> dict[str, Any]:
    chinese = (get_language() or "").startswith("zh")
    title, short = (good.title, good.short) if chinese else (good.title_en, good.short_en)
    price = f"¥{good.price:g}" if chinese else f"${good.price_usd:g}"
    return {"sku": good.sku, "title": title, "short": short, "price": price}
