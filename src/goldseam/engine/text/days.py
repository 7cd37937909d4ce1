"""Days and spans of days in a text, relative to the moment of the assessment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from goldseam.engine.text.figures import spoken_number
from goldseam.engine.text.tables import ReadingTables

_MAX_DAYS = 3650
_LATIN = re.compile("[a-z]")
_DIGIT = re.compile(r"\d")
_SLASHED = re.compile(r"(?<![\d/.-])(?:(20\d\d)[-/.])?(\d{1,2})[-/.](\d{1,2})(?![\d/.-])")


# A day that was read, None when there is no such day, and where it stands.
_Dated = tuple[date | None, re.Match[str]]


@dataclass(frozen=True, slots=True)
class DaySpan:
    """First and last day meant, and where the words stand."""

    first: date
    last: date
    start: int
    end: int


def day_spans(folded: str, today: date, tables: ReadingTables) -> list[DaySpan]:
    """All days named, in order; of overlapping readings the one that begins first, then the longest."""
    found = [
        *_fixed(folded, today, tables),
        *_worded(folded, today, tables),
        *_counted(folded, today, tables),
    ]
    found.sort(key=lambda span: (span.start, -span.end))
    kept: list[DaySpan] = []
    for span in found:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _whole_word(folded: str, start: int, end: int) -> bool:
    left = (
        start > 0 and folded[start].isascii() and folded[start - 1].isascii() and folded[start - 1].isalnum()
    )
    right = (
        end < len(folded) and folded[end - 1].isascii() and folded[end].isascii() and folded[end].isalnum()
    )
    return not (left or right)


def _worded(folded: str, today: date, tables: ReadingTables) -> Iterator[DaySpan]:
    words = tables.dates
    for match in words.patterns["worded"].finditer(folded):
        word, (start, end) = match.group(), match.span()
        if not _whole_word(folded, start, end):
            continue
        if word in words.days:
            day = today + timedelta(days=words.days[word])
            yield DaySpan(day, day, start, end)
        elif word in words.spans:
            low, high = words.spans[word]
            yield DaySpan(today + timedelta(days=low), today + timedelta(days=high), start, end)
        elif (feast := _dated(today, *words.feasts[word])) is not None:
            yield DaySpan(feast - timedelta(days=4), feast + timedelta(days=2), start, end)


def _fixed(folded: str, today: date, tables: ReadingTables) -> Iterator[DaySpan]:
    spoken = () if folded.isascii() else _month_and_day_spoken(folded, today, tables)
    numbered = _numbered(folded, today, tables) if _DIGIT.search(folded) else ()
    for day, match in (*numbered, *spoken):
        if day is not None:
            yield DaySpan(day, day, *match.span())


def _numbered(folded: str, today: date, tables: ReadingTables) -> Iterator[_Dated]:
    patterns, months = tables.dates.patterns, tables.dates.months
    for match in _SLASHED.finditer(folded):
        yield _dated(today, int(match[2]), int(match[3]), int(match[1]) if match[1] else None), match
    if not folded.isascii():
        for match in patterns["month_day"].finditer(folded):
            yield _dated(today, int(match[1]), int(match[2])), match
        for match in patterns["day_of_month"].finditer(folded):
            yield _day_of_month(folded, today, match, tables), match
    if _LATIN.search(folded):
        for match in patterns["month_day_en"].finditer(folded):
            yield _dated(today, months[match[1]], int(match[2])), match
        for match in patterns["day_month_en"].finditer(folded):
            yield _dated(today, months[match[2]], int(match[1])), match


def _month_and_day_spoken(folded: str, today: date, tables: ReadingTables) -> Iterator[_Dated]:
    for match in tables.dates.patterns["month_day_spoken"].finditer(folded):
        month, day = (spoken_number(match[place], tables.numbers) for place in (1, 2))
        if month and day:
            yield _dated(today, int(month), int(day)), match


def _dated(today: date, month: int, day: int, year: int | None = None) -> date | None:
    """The nearest such day that is not more than a month ahead; None when there is none."""
    for guess in (year,) if year else (today.year, today.year - 1):
        try:
            result = date(guess, month, day)
        except ValueError:
            return None
        if year or result <= today + timedelta(days=30):
            return result
    return None


def _day_of_month(folded: str, today: date, match: re.Match[str], tables: ReadingTables) -> date | None:
    """The last or, close ahead, the coming such day of a month; None for house numbers and the like."""
    after = folded[match.end() : match.end() + 1]
    before = folded[max(0, match.start() - 1) : match.start()]
    if after in tables.dates.not_day_after or before.isdigit() or before in tables.dates.not_day_before:
        return None
    day = int(match[1])
    if not 1 <= day <= 31:
        return None
    for back in range(-5, 62):
        guess = today - timedelta(days=back)
        if guess.day == day:
            return guess
    return None


def _counted(folded: str, today: date, tables: ReadingTables) -> Iterator[DaySpan]:
    words = tables.dates
    latin, chinese = bool(_LATIN.search(folded)), not folded.isascii()
    for name in [name for name, spoken in (("ago", chinese), ("ago_en", latin)) if spoken]:
        for match in words.patterns[name].finditer(folded):
            if span := _ago(match[1], match[2], today, tables):
                yield DaySpan(*span, *match.span())
    if chinese:
        for match in words.patterns["week_prefix"].finditer(folded):
            weeks = words.week_prefixes.get(match[1]) if match[1] else None
            yield _week_day(match, today, words.weekdays[match[3]], weeks)
    if latin:
        for match in words.patterns["weekday_en"].finditer(folded):
            yield _week_day(match, today, words.weekdays[match[2]], words.week_prefixes.get(match[1]))


def _ago(count: str, unit: str, today: date, tables: ReadingTables) -> tuple[date, date] | None:
    words = tables.dates
    size = words.units[unit]
    if count == words.half:
        return _around(today, 1, max(1, size // 2))
    if count == words.some:
        return today - timedelta(days=8 * size), today - timedelta(days=2 * size)
    if count.isdigit():
        number: float | None = float(count)
    else:
        number = words.counts.get(count) or spoken_number(count.replace(words.some, ""), tables.numbers)
    return None if not number else _around(today, int(number), size)


def _around(today: date, count: int, size: int) -> tuple[date, date]:
    middle = today - timedelta(days=min(count * size, _MAX_DAYS))
    slack = 0 if size == 1 and count < 4 else 1 if size == 1 else max(2, size * min(count, 4) // 4)
    return middle - timedelta(days=slack), middle + timedelta(days=slack)


def _week_day(match: re.Match[str], today: date, weekday: int, weeks: int | None) -> DaySpan:
    """A weekday some weeks from this one; without a word before it the last such day."""
    day = today - timedelta(days=today.weekday()) + timedelta(days=weekday + 7 * (weeks or 0))
    if weeks is None and day > today:
        day -= timedelta(days=7)
    return DaySpan(day, day, *match.span())
