"""Writes of calendars and of the table of times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import holidays
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.locks import take_turns
from goldseam.engine.worktime.text import BadHours, read_openings, write_openings
from goldseam.people.queries import team_of_shop
from goldseam.sla import queries
from goldseam.sla.events import TimesChanged
from goldseam.sla.models import Calendar, CalendarDay, TimesTable
from goldseam.sla.times import clean_rows, hidden_rows

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop

USUAL_HOURS = ("09:00-12:00, 13:00-18:00",) * 5 + ("", "")


def read_hours(text: str, field: str) -> str:
    """Openings in their one written form; a mistake as a domain error that quotes it."""
    try:
        return write_openings(read_openings(text))
    except BadHours as error:
        message = gettext("“%(part)s” cannot be read; write times such as 09:00-12:00, 13:00-18:00.")
        raise DomainError(message % {"part": error.part}, field=field) from error


@transaction.atomic
def save_calendar(
    shop: Shop,
    calendar: Calendar | None,
    *,
    name: str,
    timezone: str,
    hours: Sequence[str],
    team_id: int | None,
    actor: str,
) -> Calendar:
    """Make a calendar or change one. The first one of a shop without a team is the shop's own."""
    if not name.strip():
        raise DomainError(gettext_noop("A calendar needs a name."), field="name")
    if timezone not in available_timezones():
        raise DomainError(gettext_noop("Choose a time zone."), field="timezone")
    if len(hours) != 7:
        raise DomainError(gettext_noop("A week has seven days."), field="hours")
    week = [read_hours(text, f"hours[{place}]") for place, text in enumerate(hours)]
    if not any(week):
        raise DomainError(gettext_noop("A calendar is open on at least one day."), field="hours[0]")
    row = calendar or Calendar(shop=shop)
    before = {"name": row.name, "timezone": row.timezone, "hours": row.hours} if row.pk else None
    row.name, row.timezone, row.hours = name.strip()[:80], timezone, week
    row.team = team_of_shop(shop.pk, team_id) if team_id else None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(
            gettext_noop("There is a calendar with this name, for this team, or for the whole shop already."),
            field="name",
        ) from error
    after = {"name": row.name, "timezone": row.timezone, "hours": week}
    audit.record(shop.pk, actor, "calendar.saved", f"calendar-{row.pk}", before=before, after=after)
    emit(TimesChanged(shop.pk))
    return row


@transaction.atomic
def remove_calendar(calendar: Calendar, *, actor: str) -> None:
    """Take away a team's calendar; its clocks go by the shop's."""
    if calendar.team_id is None:
        raise Conflict(gettext_noop("The shop's own calendar cannot be removed; change it instead."))
    audit.record(calendar.shop_id, actor, "calendar.removed", f"calendar-{calendar.pk}")
    shop_id = calendar.shop_id
    calendar.delete()
    emit(TimesChanged(shop_id))


@transaction.atomic
def set_day(calendar: Calendar, day: date, hours: str, name: str, *, actor: str) -> None:
    """Give a date hours of its own; empty ones make it free."""
    written = read_hours(hours, "hours")
    CalendarDay.objects.update_or_create(
        calendar=calendar, day=day, defaults={"hours": written, "name": name.strip()[:80]}
    )
    after = {"day": day.isoformat(), "hours": written, "name": name}
    audit.record(calendar.shop_id, actor, "calendar.day_set", f"calendar-{calendar.pk}", after=after)
    emit(TimesChanged(calendar.shop_id))


@transaction.atomic
def drop_day(calendar: Calendar, day: date, *, actor: str) -> None:
    """The date is like any other day of its week again."""
    if CalendarDay.objects.filter(calendar=calendar, day=day).delete()[0]:
        audit.record(
            calendar.shop_id,
            actor,
            "calendar.day_dropped",
            f"calendar-{calendar.pk}",
            after={"day": day.isoformat()},
        )
        emit(TimesChanged(calendar.shop_id))


@transaction.atomic
def fill_holidays(calendar: Calendar, country: str, year: int, *, language: str, actor: str) -> int:
    """Enter a year's public holidays and make-up working days where the date has no entry yet; returns how
    many were entered. They come from the `holidays` library, which knows what was announced when it was
    made; a year that is not announced yet has the fixed days alone."""
    if country not in holidays.list_supported_countries(include_aliases=False):
        raise DomainError(gettext_noop("The holidays of this country are not known."), field="country")
    if not 2000 <= year <= 2100:
        raise DomainError(gettext_noop("Choose a year from 2000 to 2100."), field="year")
    languages = holidays.list_localized_countries().get(country, [])
    spoken = language if language in languages else None
    found = holidays.country_holidays(country, years=year, language=spoken)
    working = next((text for text in calendar.hours if text), "")
    days = {day: ("", name) for day, name in found.items() if day.year == year}
    worked = {day: (working, gettext("Make-up working day")) for day in found.weekend_workdays}
    days |= {day: entry for day, entry in worked.items() if day.year == year}
    known = set(calendar.days.values_list("day", flat=True))
    fresh = [
        CalendarDay(calendar=calendar, day=day, hours=hours, name=name[:80])
        for day, (hours, name) in sorted(days.items())
        if day not in known
    ]
    CalendarDay.objects.bulk_create(fresh)
    after = {"country": country, "year": year, "entered": len(fresh)}
    audit.record(calendar.shop_id, actor, "calendar.holidays", f"calendar-{calendar.pk}", after=after)
    emit(TimesChanged(calendar.shop_id))
    return len(fresh)


@transaction.atomic
def publish_times(
    shop: Shop,
    rows: Sequence[Mapping[str, Any]],
    *,
    author: Agent | None,
    actor: str,
    note: str = "",
    since: int | None = None,
) -> TimesTable:
    """Put a new version of the table in force. `since` is the number that the writer saw; another one,
    published meanwhile, is not overwritten."""
    take_turns(f"times-{shop.pk}")
    current = queries.current_table(shop.pk)
    number = current.number if current else 0
    if since is not None and since != number:
        raise Conflict(
            gettext_noop("Somebody published another version meanwhile; load the page again and compare.")
        )
    cleaned = clean_rows(rows, {row.pk for row in queries.calendars_of(shop.pk)})
    hidden = hidden_rows(cleaned)
    if hidden:
        raise DomainError(
            gettext_noop("This row can never win: rows above it take everything. Move it up or remove it."),
            field=f"rows[{hidden[0]}].name",
        )
    table = TimesTable.objects.create(
        shop=shop, number=number + 1, rows=cleaned, author=author, note=note.strip()[:200]
    )
    audit.record(
        shop.pk,
        actor,
        "times.published",
        f"times-{table.number}",
        before={"number": number},
        after={"number": table.number, "rows": cleaned},
    )
    emit(TimesChanged(shop.pk))
    return table
