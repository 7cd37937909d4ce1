"""Variables in texts: `{{order.tracking_no}}`, or with words for when it is not known:
`{{customer.name|you}}`.

They are filled in on the server from the conversation's facts. What is not known stays in the text as it
stands, is shown as missing, and keeps the text from being sent."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goldseam.commerce.queries import find_order, recent_orders
from goldseam.core.errors import DomainError

if TYPE_CHECKING:
    from goldseam.commerce.models import Order
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent

VARIABLES: dict[str, str | Promise] = {
    "customer.name": gettext_lazy("The customer's name"),
    "customer.tier": gettext_lazy("The customer's tier"),
    "customer.phone_tail": gettext_lazy("Last four digits of the customer's phone"),
    "order.no": gettext_lazy("Order number"),
    "order.status": gettext_lazy("State of the order"),
    "order.total": gettext_lazy("Order total with currency"),
    "order.item": gettext_lazy("First article of the order"),
    "order.items": gettext_lazy("All articles of the order"),
    "order.placed_on": gettext_lazy("Day of the order"),
    "order.promised_on": gettext_lazy("Day on which delivery was promised"),
    "order.tracking_no": gettext_lazy("Tracking number of the latest parcel"),
    "order.carrier": gettext_lazy("Carrier of the latest parcel"),
    "order.last_place": gettext_lazy("Where the parcel was seen last"),
    "order.last_seen_on": gettext_lazy("Day on which the parcel was seen last"),
    "refund.amount": gettext_lazy("Amount of the latest refund"),
    "shop.name": gettext_lazy("Name of the shop"),
    "agent.name": gettext_lazy("Your name"),
    "agent.signature": gettext_lazy("Your signature"),
    "today": gettext_lazy("Today's date"),
}
PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_.]+)\s*(?:\|([^{}]*))?\}\}")
_BABEL = {"zh": "zh_CN", "en": "en_US"}
_DJANGO = {"zh": "zh-hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with what is known put in; `missing` names what is not, in the order of the text."""

    text: str
    missing: tuple[str, ...]


def unfilled(text: str) -> tuple[str, ...]:
    """Names of the variables that still stand in a text."""
    return tuple(dict.fromkeys(match.group(1) for match in PLACEHOLDER.finditer(text)))


def check(text: str) -> None:
    """Refuse a text with a variable that does not exist, naming it and the one that was probably meant."""
    for name in unfilled(text):
        if name not in VARIABLES:
            near = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.5)
            if near:
                message = _("There is no variable %(name)s; did you mean %(near)s?")
            else:
                message = _("There is no variable %(name)s. There are: %(all)s.")
            values = {"name": name, "near": near[0] if near else "", "all": ", ".join(VARIABLES)}
            raise DomainError(message % values, field="text")


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Put the values in; words after a bar stand in for an unknown one."""
    missing: dict[str, None] = {}

    def put(match: re.Match[str]) -> str:
        name, instead = match.group(1), match.group(2)
        if values.get(name):
            return values[name]
        if instead is not None:
            return instead.strip()
        missing[name] = None
        return match.group(0)

    return Filled(PLACEHOLDER.sub(put, text), tuple(missing))


def values_for(conversation: Conversation, agent: Agent, language: str) -> dict[str, str]:
    """What is known for a conversation, written in `language` ("zh" or "en"), days in the shop's zone."""
    shop = conversation.shop
    values = {
        "shop.name": shop.name,
        "agent.name": agent.name,
        "agent.signature": getattr(agent, "signature", "") or "",
    }
    with translation.override(_DJANGO.get(language, "en")), timezone.override(ZoneInfo(shop.timezone)):
        values["today"] = _day(timezone.now())
        if (customer := conversation.customer) is not None:
            digits = "".join(sign for sign in customer.phone if sign.isdigit())
            values["customer.name"] = customer.name
            values["customer.tier"] = customer.tier
            values["customer.phone_tail"] = digits[-4:] if len(digits) >= 8 else ""
        order = _order_of(conversation)
        if order is not None:
            values |= _order_values(order, language)
    return values


def _order_of(conversation: Conversation) -> Order | None:
    """The order the conversation is about; else the customer's only one. Among several nobody guesses."""
    if conversation.order is not None:
        return find_order(conversation.shop_id, conversation.order.external_id)
    if conversation.customer_id is None:
        return None
    orders = list(recent_orders(conversation.customer_id, 2))
    return orders[0] if len(orders) == 1 else None


def _order_values(order: Order, language: str) -> dict[str, str]:
    titles = [item.title or item.sku for item in order.items.all()]
    values = {
        "order.no": order.external_id,
        "order.status": order.get_status_display(),
        "order.total": _money(order.total, order.currency, language),
        "order.item": titles[0] if titles else "",
        "order.items": ("、" if language == "zh" else ", ").join(titles),
        "order.placed_on": _day(order.placed_at),
        "order.promised_on": _day(order.promised_delivery_by),
    }
    parcels = list(order.parcels.all())
    if parcels:
        scans = list(parcels[-1].scans.all())
        seen = next((scan for scan in reversed(scans) if scan.location), None)
        values["order.tracking_no"] = parcels[-1].tracking_no
        values["order.carrier"] = parcels[-1].carrier
        values["order.last_place"] = seen.location if seen else ""
        values["order.last_seen_on"] = _day(seen.at) if seen else ""
    refunds = sorted(order.refunds.all(), key=lambda refund: refund.pk)
    if refunds:
        values["refund.amount"] = _money(refunds[-1].amount, refunds[-1].currency, language)
    return values


def _day(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "MONTH_DAY_FORMAT") if moment else ""


def _money(amount: Decimal | None, currency: str, language: str) -> str:
    if amount is None:
        return ""
    return str(format_currency(amount, currency, locale=_BABEL.get(language, "en_US")))
