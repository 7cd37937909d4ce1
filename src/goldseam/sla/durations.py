"""Times as people write them: "15", "15 min", "8 h", "1.5 小时"."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.core.errors import DomainError

_HOURS = ("h", "hr", "hour", "hours", "\u65f6", "\u5c0f\u65f6")
_MINUTES = ("", "m", "min", "minute", "minutes", "\u5206", "\u5206\u949f")
_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z\u4e00-\u9fff]*)\.?")


def read_minutes(text: str, field: str) -> int | None:
    """Whole minutes; None for an empty text. Raises a domain error that names the field."""
    words = text.strip().lower()
    if not words:
        return None
    match = _FORM.fullmatch(words)
    if match is None or match.group(2) not in (*_HOURS, *_MINUTES):
        raise DomainError(gettext_noop("Write times such as 15 min or 8 h."), field=field)
    return round(float(match.group(1)) * (60 if match.group(2) in _HOURS else 1))


def minutes_words(minutes: int | None) -> str:
    """Minutes as a person writes them; full hours as hours."""
    if minutes is None:
        return ""
    if minutes % 60 == 0:
        return _("%(n)s h") % {"n": minutes // 60}
    return _("%(n)s min") % {"n": minutes}
