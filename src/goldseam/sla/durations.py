"""Times as people write them: "15", "15 min", "8 h", "1.5 hours"; and in the other languages of the site."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.core.errors import DomainError

_HOURS = frozenset({"h", "hr", "hour", "hours"})
_MINUTES = frozenset({"", "m", "min", "minute", "minutes"})
_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*([^\W\d]*)\.?")


def read_minutes(text: str, field: str) -> int | None:
    """Whole minutes; None for an empty text. Raises a domain error that names the field."""
    words = text.strip().lower()
    if not words:
        return None
    match = _FORM.fullmatch(words)
    hours, minutes = _units()
    if match is None or match.group(2) not in hours | minutes:
        raise DomainError(gettext_noop("Write times such as 15 min or 8 h."), field=field)
    return round(float(match.group(1)) * (60 if match.group(2) in hours else 1))


def _units() -> tuple[frozenset[str], frozenset[str]]:
    """The words for hours and for minutes, in every language of the site."""
    hours, minutes = set(_HOURS), set(_MINUTES)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            hours.add(minutes_words(60).removeprefix("1").strip())
            minutes.add(minutes_words(1).removeprefix("1").strip())
    return frozenset(hours), frozenset(minutes)


def minutes_words(minutes: int | None) -> str:
    """Minutes as a person writes them; full hours as hours."""
    if minutes is None:
        return ""
    if minutes % 60 == 0:
        return _("%(n)s h") % {"n": minutes // 60}
    return _("%(n)s min") % {"n": minutes}
