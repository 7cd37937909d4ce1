"""`{% load deadlines %}{{ row|due_words }}`: how long a conversation's next clock still runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from goldseam.sla.durations import minutes_words
from goldseam.sla.models import ClockKind

register = template.Library()


@register.filter
def due_words(due_at: datetime | None) -> str:
    """ "12 min left", "2 h over"; the page's script goes on counting in the same words."""
    if due_at is None:
        return ""
    left = due_at - timezone.now()
    minutes = int(abs(left).total_seconds() // 60)
    if minutes < 60:
        text = _("%(n)s min") % {"n": minutes}
    elif minutes < 48 * 60:
        text = _("%(n)s h") % {"n": minutes // 60}
    else:
        text = _("%(n)s d") % {"n": minutes // 1440}
    return (_("%(text)s left") if left >= timedelta() else _("%(text)s over")) % {"text": text}


@register.filter
def clock_name(kind: str) -> str:
    """What a clock measures."""
    return str(ClockKind(kind).label) if kind in ClockKind.values else kind


@register.filter
def in_minutes(minutes: int | None) -> str:
    """Minutes of working time in words."""
    return minutes_words(minutes)
