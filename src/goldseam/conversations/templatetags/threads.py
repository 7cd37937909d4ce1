"""What the thread's templates need: how long until a moment, the customer's reasons in words."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

from goldseam.conversations.closing_forms import REASON_NAMES

register = template.Library()


@register.filter
def milliseconds_left(moment: datetime) -> int:
    """How long until then; 0 when it is over."""
    return max(0, int((moment - timezone.now()).total_seconds() * 1000))


@register.filter
def reason_name(code: str) -> str:
    """What the customer's score was about."""
    return str(REASON_NAMES.get(code, code))
