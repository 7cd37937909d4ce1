"""Openings as people write them: "09:00-12:00, 13:00-18:00", "22:00-06:00" over midnight, or nothing."""

from __future__ import annotations

import re

from goldseam.engine.worktime.hours import DAY, Opening

_PAIR = re.compile(r"(\d{1,2})[:\uff1a](\d{2})-(\d{1,2})[:\uff1a](\d{2})")
_SPACED = re.compile(r"\s*[-\u2013\u2014~\uff5e\u5230\u81f3]\s*")  # dashes, tildes, "to" in Chinese
_SEPARATORS = re.compile(r"[,\uff0c\u3001;\uff1b\s]+")


class BadHours(ValueError):
    """What was written is no list of opening hours; `part` is the first piece that is wrong."""

    def __init__(self, part: str) -> None:
        super().__init__(f"“{part}” is no time such as 09:00-18:00")
        self.part = part


def read_openings(text: str) -> tuple[Opening, ...]:
    """The openings of one day. An end at or before the start lies on the next day; 24:00 is midnight.
    Raises `BadHours`."""
    found = []
    for part in filter(None, _SEPARATORS.split(_SPACED.sub("-", text))):
        match = _PAIR.fullmatch(part)
        if match is None:
            raise BadHours(part[:40])
        found.append(_opening(match))
    return tuple(sorted(found, key=lambda opening: (opening.start, opening.end)))


def write_openings(openings: tuple[Opening, ...]) -> str:
    """The same as text, in one form."""
    return ", ".join(f"{_clock(opening.start)}-{_clock(opening.end)}" for opening in openings)


def _opening(match: re.Match[str]) -> Opening:
    hours, minutes, to_hours, to_minutes = map(int, match.groups())
    start, end = hours * 60 + minutes, to_hours * 60 + to_minutes
    if minutes > 59 or to_minutes > 59 or start >= DAY or end > DAY:
        raise BadHours(match.group())
    return Opening(start, end if end > start else end + DAY)


def _clock(minute: int) -> str:
    minute = minute if minute == DAY else minute % DAY
    return f"{minute // 60:02}:{minute % 60:02}"
