"""Working time on calendars: a table of named cases, and laws that hold for any calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldseam.engine.worktime.hours import (
    DAY,
    Calendar,
    NeverOpen,
    Opening,
    add,
    always,
    between,
    is_open,
    last_closing,
    next_opening,
)
from goldseam.engine.worktime.text import BadHours, read_openings, write_openings

SHANGHAI, NEW_YORK, LORD_HOWE = (
    ZoneInfo("Asia/Shanghai"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Australia/Lord_Howe"),
)


def week(text: str, weekend: str = "") -> tuple[tuple[Opening, ...], ...]:
    return (read_openings(text),) * 5 + (read_openings(weekend),) * 2


# National Day 2026: 1 to 7 October free (Thursday to Wednesday), Saturday the 10th is worked.
HOLIDAYS = {date(2026, 10, day): () for day in range(1, 8)} | {
    date(2026, 10, 10): read_openings("09:00-18:00")
}
OFFICE = Calendar(SHANGHAI, week("09:00-12:00, 13:00-18:00"), HOLIDAYS)
NIGHT = Calendar(SHANGHAI, (read_openings("22:00-06:00"),) * 7, {date(2026, 11, 25): ()})
EAST = Calendar(NEW_YORK, (read_openings("00:00-24:00"),) * 7)
EARLY = Calendar(NEW_YORK, (read_openings("01:00-03:00"),) * 7)
HOWE = Calendar(LORD_HOWE, (read_openings("00:00-24:00"),) * 7)


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


CASES = [
    ("within the morning", OFFICE, "2026-11-24 09:30", 60, "2026-11-24 10:30"),
    ("over the lunch break", OFFICE, "2026-11-24 11:30", 60, "2026-11-24 13:30"),
    ("asked in the break", OFFICE, "2026-11-24 12:20", 30, "2026-11-24 13:30"),
    ("asked before opening", OFFICE, "2026-11-24 06:00", 15, "2026-11-24 09:15"),
    ("just before closing time", OFFICE, "2026-11-24 17:50", 30, "2026-11-25 09:20"),
    ("used up exactly at closing time", OFFICE, "2026-11-24 17:30", 30, "2026-11-24 18:00"),
    ("used up exactly at the break", OFFICE, "2026-11-24 11:00", 60, "2026-11-24 12:00"),
    ("Friday evening into Monday", OFFICE, "2026-11-27 17:50", 30, "2026-11-30 09:20"),
    ("asked on a Sunday", OFFICE, "2026-11-29 15:00", 10, "2026-11-30 09:10"),
    ("over the National Day", OFFICE, "2026-09-30 17:50", 30, "2026-10-08 09:20"),
    ("asked on a holiday", OFFICE, "2026-10-03 10:00", 480, "2026-10-08 18:00"),
    ("a make-up Saturday is worked", OFFICE, "2026-10-09 17:50", 30, "2026-10-10 09:20"),
    ("a make-up Saturday has its own hours", OFFICE, "2026-10-10 12:00", 60, "2026-10-10 13:00"),
    ("a night shift over midnight", NIGHT, "2026-11-24 23:30", 60, "2026-11-25 00:30"),
    ("asked by day, answered by night", NIGHT, "2026-11-23 12:00", 30, "2026-11-23 22:30"),
    ("the free night is the one that begins that day", NIGHT, "2026-11-25 05:00", 120, "2026-11-26 23:00"),
    ("no time at all is due at once", OFFICE, "2026-11-28 10:00", 0, "2026-11-28 10:00"),
]


@pytest.mark.parametrize(
    ("calendar", "start", "minutes", "due"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_due(calendar: Calendar, start: str, minutes: int, due: str) -> None:
    moment = add(calendar, local(start), timedelta(minutes=minutes))
    assert moment == local(due)
    assert moment.tzinfo is UTC
    assert between(calendar, local(start), local(due)) == timedelta(minutes=minutes)
    assert between(calendar, local(due), local(start)) == timedelta(minutes=-minutes)


DST = [
    ("a night put forward is an hour short", EAST, NEW_YORK, "2026-03-08 00:00", "2026-03-09 00:00", 23 * 60),
    ("a night put back is an hour long", EAST, NEW_YORK, "2026-11-01 00:00", "2026-11-02 00:00", 25 * 60),
    ("an opening whose end is left out", EARLY, NEW_YORK, "2026-03-08 00:00", "2026-03-08 12:00", 60),
    ("an opening in which an hour comes twice", EARLY, NEW_YORK, "2026-11-01 00:00", "2026-11-01 12:00", 180),
    ("half an hour forward", HOWE, LORD_HOWE, "2026-10-04 00:00", "2026-10-05 00:00", 23 * 60 + 30),
    ("a shop in China sees none of it", OFFICE, SHANGHAI, "2026-03-08 00:00", "2026-03-09 00:00", 0),
]


@pytest.mark.parametrize(
    ("calendar", "zone", "start", "end", "minutes"), [c[1:] for c in DST], ids=[c[0] for c in DST]
)
def test_clocks_put_forward_and_back(
    calendar: Calendar, zone: ZoneInfo, start: str, end: str, minutes: int
) -> None:
    assert between(calendar, local(start, zone), local(end, zone)) == timedelta(minutes=minutes)


def test_an_opening_that_begins_in_the_hour_left_out() -> None:
    calendar = Calendar(NEW_YORK, (read_openings("02:30-04:00"),) * 7)
    assert next_opening(calendar, local("2026-03-08 00:00", NEW_YORK)) == local("2026-03-08 03:00", NEW_YORK)


def test_openings_that_touch_or_overlap_count_once() -> None:
    calendar = Calendar(UTC, (read_openings("09:00-12:00, 11:00-14:00, 14:00-15:00"),) * 7)
    begin = datetime(2026, 11, 24, tzinfo=UTC)
    assert between(calendar, begin, begin + timedelta(days=1)) == timedelta(hours=6)


def test_never_open() -> None:
    with pytest.raises(NeverOpen):
        add(Calendar(UTC, ((),) * 7), datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=1))


def test_open_now_and_the_last_closing() -> None:
    assert is_open(OFFICE, local("2026-11-24 09:00"))
    assert not is_open(OFFICE, local("2026-11-24 18:00"))
    assert last_closing(OFFICE, local("2026-11-30 08:00")) == local("2026-11-27 18:00")
    assert last_closing(OFFICE, local("2026-11-27 18:00")) == local("2026-11-27 18:00")
    assert last_closing(always(), local("2026-11-24 10:00")) is None


WRITTEN = [
    ("9:00-12:00,13:00-18:00", "09:00-12:00, 13:00-18:00"),
    ("13:00 - 18:00、09:00~12:00", "09:00-12:00, 13:00-18:00"),
    ("09:00到18:00", "09:00-18:00"),
    ("22:00-06:00", "22:00-06:00"),
    ("00:00-24:00", "00:00-24:00"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "form"), WRITTEN)
def test_hours_as_people_write_them(text: str, form: str) -> None:
    assert write_openings(read_openings(text)) == form


@pytest.mark.parametrize("text", ["9-18", "09:00-25:00", "09:60-10:00", "09:00", "closed", "09:00-10:00x"])
def test_hours_nobody_can_read(text: str) -> None:
    with pytest.raises(BadHours):
        read_openings(text)


openings = st.builds(
    lambda start, length: Opening(start, start + length), st.integers(0, DAY - 1), st.integers(1, DAY)
)
days = st.lists(openings, max_size=3).map(tuple)
moments = st.integers(0, 730 * DAY).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    zone = ZoneInfo(
        draw(st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC"]))
    )
    rest = draw(st.lists(days, min_size=6, max_size=6))
    first = (Opening(540, 600), *draw(days))
    free = draw(st.dictionaries(st.dates(date(2025, 1, 1), date(2026, 12, 31)), days, max_size=9))
    return Calendar(zone, (first, *rest), free)


@given(calendars(), moments, st.integers(1, 6000))
def test_what_was_added_lies_between(calendar: Calendar, start: datetime, minutes: int) -> None:
    amount = timedelta(minutes=minutes)
    due = add(calendar, start, amount)
    assert between(calendar, start, due) == amount
    assert between(calendar, start, due - timedelta(seconds=1)) < amount


@given(calendars(), moments, st.integers(1, 3000), st.integers(1, 3000))
def test_adding_twice_is_adding_the_sum(calendar: Calendar, start: datetime, one: int, two: int) -> None:
    once = add(calendar, start, timedelta(minutes=one + two))
    assert add(calendar, add(calendar, start, timedelta(minutes=one)), timedelta(minutes=two)) == once


@given(calendars(), moments, moments, moments)
def test_time_between_adds_up(calendar: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    a, b, c = sorted((one, two, three))
    assert between(calendar, a, b) + between(calendar, b, c) == between(calendar, a, c)
    assert timedelta() <= between(calendar, a, b) <= b - a
