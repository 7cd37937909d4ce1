"""Dates with their weekdays, and the words of the table of times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goldseam.core.errors import DomainError

register = template.Library()

GROUPS: dict[str, str | Promise] = {
    "logistics": gettext_lazy("Delivery"),
    "product": gettext_lazy("Product"),
    "order": gettext_lazy("Order"),
    "refund": gettext_lazy("Returns and refunds"),
    "money": gettext_lazy("Prices, payment, invoices"),
    "service": gettext_lazy("Service and warranty"),
    "rest": gettext_lazy("Praise and others"),
}
_COUNTRIES: dict[str, str | Promise] = {
    "CN": gettext_lazy("Mainland China"),
    "HK": gettext_lazy("Hong Kong"),
    "TW": gettext_lazy("Taiwan"),
    "JP": gettext_lazy("Japan"),
    "KR": gettext_lazy("South Korea"),
    "SG": gettext_lazy("Singapore"),
    "GB": gettext_lazy("United Kingdom"),
    "DE": gettext_lazy("Germany"),
    "US": gettext_lazy("United States"),
}
_COLUMNS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "issues": gettext_lazy("Issues"),
    "priorities": gettext_lazy("Priorities"),
    "first": gettext_lazy("First answer"),
    "next": gettext_lazy("Next answer"),
    "resolution": gettext_lazy("Solution"),
    "warn": gettext_lazy("Warn at (percent)"),
    "calendar": gettext_lazy("Calendar"),
}
_PLACE = re.compile(r"rows\[(\d+)\]\.(\w+)")


@register.filter
def weekday_time(moment: datetime) -> str:
    """ "Friday, 27 November, 17:50" in the moment's own zone."""
    return f"{date_weekday(moment.date())} {moment:%H:%M}"


@register.filter
def date_weekday(day: date) -> str:
    """A date with its weekday."""
    return f"{date_format(day, 'Y-m-d')} {date_format(day, 'l')}"


@register.filter
def group_name(code: str) -> str:
    """A group of issues."""
    return str(GROUPS.get(code, code))


@register.filter
def country_name(code: str) -> str:
    """A country whose holidays are known."""
    return str(_COUNTRIES.get(code, code))


@register.filter
def issues_words(codes: Sequence[str]) -> str:
    """What a row is about, in short."""
    if not codes:
        return _("all")
    first = str(GROUPS.get(codes[0], "")) or _issue(codes[0])
    return first if len(codes) == 1 else _("%(first)s and %(n)s more") % {"first": first, "n": len(codes) - 1}


def _issue(code: str) -> str:
    filters = template.engines["django"].engine.template_libraries["codes"].filters  # type: ignore[attr-defined]
    return str(filters["issue_name"](code))


@register.filter
def problem_words(problem: DomainError) -> str:
    """What is wrong, with the row and column it stands in."""
    match = _PLACE.fullmatch(problem.field or "")
    text = _(problem.message)
    if match is None:
        return text
    place = {"row": int(match[1]) + 1, "column": _COLUMNS.get(match[2], match[2]), "text": text}
    return _("Row %(row)s, %(column)s: %(text)s") % place
