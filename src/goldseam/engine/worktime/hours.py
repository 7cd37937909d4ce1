"""Business calendars: adding working time to a moment, and the working time between two moments.

A calendar is a week of openings in the wall time of a place, with other openings on single days: none on
a holiday, those of a working day on a make-up day. All arithmetic is done between moments, so that a day
on which clocks are put forward or back is as long as it really is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = 24 * 60
_LONGEST_SEARCH = 3 * 366
_ZERO = timedelta()


class NeverOpen(ValueError):
    """The calendar has no opening within three years, so nothing falls due on it."""


@dataclass(frozen=True, slots=True)
class Opening:
    """From `start` to `end`, minutes after midnight in wall time. An `end` beyond 1440 lies on the next
    day (a night shift from 22:00 to 06:00 is 1320 to 1800) and belongs to the day on which it begins."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < DAY or not self.start < self.end <= self.start + DAY:
            raise ValueError(f"an opening from minute {self.start} to {self.end} cannot be")


@dataclass(frozen=True, slots=True)
class Calendar:
    """`week` holds the openings of Monday to Sunday; `days` those of single dates instead. Breaks are the
    gaps between openings; openings that overlap count once."""

    zone: tzinfo
    week: tuple[tuple[Opening, ...], ...]
    days: Mapping[date, tuple[Opening, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days")

    def openings(self, day: date) -> tuple[Opening, ...]:
        """When it is open on (or from) this date, earliest first."""
        found = self.days[day] if day in self.days else self.week[day.weekday()]
        return tuple(sorted(found, key=lambda opening: (opening.start, opening.end)))


def always(zone: tzinfo = UTC) -> Calendar:
    """Open day and night."""
    return Calendar(zone, ((Opening(0, DAY),),) * 7)


def spans(calendar: Calendar, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of working time after `since`, in UTC, in order; one may begin where the one before
    ended, none overlap. Ends when three years hold nothing more."""
    reached = since.astimezone(UTC)
    day = reached.astimezone(calendar.zone).date() - timedelta(days=2)  # a night shift reaches into `since`
    empty = 0
    while empty < _LONGEST_SEARCH:
        openings = calendar.openings(day)
        empty = 0 if openings else empty + 1
        for opening in openings:
            begin = max(_moment(calendar.zone, day, opening.start), reached)
            end = _moment(calendar.zone, day, opening.end)
            if begin < end:
                yield begin, end
                reached = end
        day += timedelta(days=1)


def add(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """The earliest moment (UTC) by which `amount` of working time has passed since `start`. Without any
    amount it is `start` itself. Raises `NeverOpen`."""
    left = amount
    if left <= _ZERO:
        return start.astimezone(UTC)
    for begin, end in spans(calendar, start):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise NeverOpen("the calendar is never open")


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments; negative when `end` is the earlier one."""
    if end < start:
        return -between(calendar, end, start)
    total, end = _ZERO, end.astimezone(UTC)
    for begin, close in spans(calendar, start):
        if begin >= end:
            break
        total += min(close, end) - begin
    return total


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether the moment is working time; the last moment of an opening is not."""
    first = next(spans(calendar, moment), None)
    return first is not None and first[0] == moment.astimezone(UTC)


def next_opening(calendar: Calendar, moment: datetime) -> datetime | None:
    """When working time begins or goes on, at or after the moment (UTC)."""
    first = next(spans(calendar, moment), None)
    return first[0] if first else None


def last_closing(calendar: Calendar, moment: datetime) -> datetime | None:
    """The latest end of working time at or before the moment (UTC), looking back two weeks."""
    moment = moment.astimezone(UTC)
    latest: datetime | None = None
    for begin, end in spans(calendar, moment - timedelta(days=14)):
        if begin == latest:
            latest = None  # it went on
        if begin > moment:
            break
        latest = end if end <= moment else latest
    return latest


def _moment(zone: tzinfo, day: date, minute: int) -> datetime:
    """Wall time as a moment: of a time that comes twice the first, of one that is left out the moment at
    which clocks are put forward."""
    days, minute = divmod(minute, DAY)
    wall = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), zone)
    early, late = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if late >= early:
        return early
    return _jump(zone, late, early)


def _jump(zone: tzinfo, low: datetime, high: datetime) -> datetime:
    """The moment between the two at which the zone's offset changes."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
