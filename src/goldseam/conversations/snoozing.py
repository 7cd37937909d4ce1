"""When a snoozed conversation comes back: the moments that people choose most, by name."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MORNING = 9
PRESETS = {
    "hour": _("In an hour"),
    "three_hours": _("In three hours"),
    "tomorrow": _("Tomorrow, 9:00"),
    "monday": _("Next Monday, 9:00"),
}


def preset_moment(preset: str, now: datetime | None = None) -> datetime:
    """The moment a preset means, in the active time zone."""
    local = timezone.localtime(now)
    if preset == "hour":
        return local + timedelta(hours=1)
    if preset == "three_hours":
        return local + timedelta(hours=3)
    days = 1 if preset == "tomorrow" else 7 - local.weekday()
    day = local.date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, MORNING, tzinfo=local.tzinfo)
