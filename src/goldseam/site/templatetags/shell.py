"""Words and signs that every room's templates share: durations, money, initials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


@register.filter
def pairs(values: Mapping[str, object]) -> list[tuple[str, object]]:
    """Names with their values; `values.items` would give the value named "items" when there is one."""
    return list(values.items())


@register.filter
def since(moment: datetime | None) -> str:
    """How long ago, in one unit: "12 min", "3 h", "2 d"."""
    if moment is None:
        return ""
    return span_words((timezone.now() - moment).total_seconds())


@register.filter
def until(moment: datetime | None) -> str:
    """How long from now, in one unit."""
    if moment is None:
        return ""
    return span_words((moment - timezone.now()).total_seconds())


def span_words(seconds: float) -> str:
    """A duration in its largest fitting unit."""
    minutes = max(0, int(seconds // 60))
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)s h") % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


@register.filter
def day_name(moment: datetime) -> str:
    """The day of a moment in the reader's zone: today, yesterday, or the date."""
    day, today = timezone.localdate(moment), timezone.localdate()
    if day == today:
        return _("Today")
    if (today - day).days == 1:
        return _("Yesterday")
    return calendar_day(moment)


@register.filter
def calendar_day(moment: datetime | None) -> str:
    """A date without the year when it is this year's."""
    if moment is None:
        return ""
    local = timezone.localdate(moment)
    same_year = local.year == timezone.localdate().year
    return date_format(local, "MONTH_DAY_FORMAT" if same_year else "DATE_FORMAT")


@register.filter
def money(amount: Decimal | float | None, currency: str = "CNY") -> str:
    """An amount with its currency's sign."""
    if amount is None:
        return "–"
    number = number_format(Decimal(str(amount)).quantize(Decimal("0.01")), 2, use_l10n=True)
    sign = _SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}"


@register.filter
def percent(share: float | None) -> str:
    """A share 0…1 as whole percent."""
    return "" if share is None else f"{round(share * 100)}%"


@register.filter
def initials(name: object) -> str:
    """One or two characters that stand for a person: the last two Han characters, or Latin initials."""
    text = str(name or "").strip()
    if not text:
        return "?"
    if not text.isascii():
        return text[-2:]
    words = text.split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def get(table: Mapping[str, object], key: str) -> object:
    """A mapping's value, or an empty string."""
    return table.get(key, "")


@register.filter
def lasting(length: timedelta | None) -> str:
    """A length of time in its largest fitting unit."""
    return "" if length is None else span_words(length.total_seconds())
