"""What people type into the pages of calendars and times, read with its places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_noop

from goldseam.core.errors import DomainError
from goldseam.engine.worktime.hours import Calendar, NeverOpen, add
from goldseam.sla.durations import minutes_words, read_minutes
from goldseam.sla.times import KINDS, MOST_ROWS


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the table as its form shows it; `key` names its fields, `hidden` that it can never win."""

    key: str
    values: dict[str, Any]
    hidden: bool = False

    @property
    def times(self) -> list[tuple[str, str]]:
        """The three times in words, by kind."""
        return [(kind, minutes_words(self.values.get(kind))) for kind in KINDS]


def read_rows(given: QueryDict) -> list[dict[str, Any]]:
    """The rows as the form sends them, in order; a mistake names its row and column."""
    keys = [key for key in given.getlist("row") if key.isalnum()][: MOST_ROWS + 1]
    return [_read_row(given, key, place) for place, key in enumerate(keys)]


def _read_row(given: QueryDict, key: str, place: int) -> dict[str, Any]:
    calendar = given.get(f"calendar-{key}", "")
    warn = given.get(f"warn-{key}", "75").strip() or "75"
    if not warn.isdecimal():
        raise DomainError(gettext_noop("Warn after 10 to 99 percent."), field=f"rows[{place}].warn")
    row: dict[str, Any] = {
        "name": given.get(f"name-{key}", ""),
        "issues": given.getlist(f"issues-{key}"),
        "tiers": given.get(f"tiers-{key}", "").replace("\uff0c", ",").split(","),
        "priorities": given.getlist(f"priorities-{key}"),
        "warn": int(warn[:4]),
        "calendar": int(calendar) if calendar.isdecimal() and len(calendar) < 19 else None,
    }
    row |= {kind: read_minutes(given.get(f"{kind}-{key}", ""), f"rows[{place}].{kind}") for kind in KINDS}
    return row


def read_day(text: str) -> date:
    """A date as a browser's field sends it."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DomainError(gettext_noop("Choose a date."), field="day") from error


@dataclass(frozen=True, slots=True)
class Example:
    """A moment at which a message might come, and when its answer would be due."""

    asked: datetime
    due: datetime | None


def examples(calendar: Calendar, minutes: int, now: datetime) -> list[Example]:
    """What the calendar means for a time of so many minutes: a message now, before noon, shortly before the
    end of Friday, on Saturday, and on the eve of the next free day."""
    today = now.astimezone(calendar.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    moments = [
        now.astimezone(calendar.zone),
        friday.replace(hour=11, minute=50),
        friday.replace(hour=17, minute=50),
        (friday + timedelta(days=1)).replace(hour=10),
    ]
    free = sorted(day for day, hours in calendar.days.items() if not hours and day > today.date())
    if free:
        eve = free[0] - timedelta(days=1)
        moments.append(today.replace(year=eve.year, month=eve.month, day=eve.day, hour=17, minute=50))
    return [Example(moment, _due(calendar, moment, minutes)) for moment in moments]


def _due(calendar: Calendar, moment: datetime, minutes: int) -> datetime | None:
    try:
        return add(calendar, moment, timedelta(minutes=minutes)).astimezone(calendar.zone)
    except NeverOpen:
        return None
