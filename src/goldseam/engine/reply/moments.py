"""When a promise falls due, and how much money it names, from the words of a clause."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from goldseam.engine.reply_tables import PromiseWords

_SATURDAY = 5
_NOON = 12
_HUNDRED = 100
_MOST = 1_000_000


def number(words: str, table: PromiseWords) -> float | None:
    """A number in digits or in words ("24", "三", "二百五十", "a couple of")."""
    text = words.strip().lower().replace(",", "")
    if text.replace(".", "", 1).isdigit():
        return float(text)
    if text in table.digits:
        return float(table.digits[text])
    total = current = last = 0
    for sign in text:
        if sign in table.digits:
            current = table.digits[sign]
            last = last if current else 0
        elif sign in table.units:
            total += (current or 1) * table.units[sign]
            current, last = 0, table.units[sign]
        else:
            return None
    if last >= _HUNDRED:  # "two hundred five" in Chinese is 250 unless a zero stands between
        current *= last // 10
    return float(total + current) if text and total + current else None


def due(
    clause: str, now: datetime | None, table: PromiseWords
) -> tuple[datetime | None, tuple[int, int] | None]:
    """The moment a clause names, and where the words stand. Days last until their end; working days skip
    Saturday and Sunday. Without `now` the words are found but no moment can be told."""
    best: tuple[int, int, re.Match[str], str] | None = None
    for words in table.times:
        match = words.pattern.search(clause)
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), match.end(), match, words.unit)
    clock = table.clock.search(clause)
    if best is None and clock is None:
        return None, None
    places = [(best[0], best[1])] if best else []
    if clock is not None:
        places.append((clock.start(), clock.end()))
    place = (min(p[0] for p in places), max(p[1] for p in places))
    if now is None:
        return None, place
    try:
        day = _moment(best[3], best[2], now, table) if best else _end(now)
        exact = _clock(day, clock, now, table) if clock is not None and day is not None else None
    except (ValueError, OverflowError):
        return None, place
    return exact or day, place


def _end(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(23, 59, 59), tzinfo=moment.tzinfo)


def _moment(unit: str, match: re.Match[str], now: datetime, table: PromiseWords) -> datetime | None:
    groups = match.groupdict()
    if unit in ("hours", "minutes", "days", "workdays"):
        return _counted(unit, groups.get("n") or "", now, table)
    fixed = {"today": 0, "tomorrow": 1, "day_after": 2, "week": 7}
    if unit in fixed:
        return _end(now + timedelta(days=fixed[unit]))
    if unit == "half_hour":
        return now + timedelta(minutes=30)
    if unit == "this_week":
        return _end(now + timedelta(days=6 - now.weekday()))
    if unit == "month_end":
        first = (now.replace(day=1) + timedelta(days=32)).replace(day=1)
        return _end(first - timedelta(days=1))
    if unit in ("weekday", "next_weekday"):
        return _weekday(unit, groups.get("weekday"), now, table)
    return _date(groups, now, table)


def _counted(unit: str, words: str, now: datetime, table: PromiseWords) -> datetime | None:
    amount = number(words.removeprefix("a ") if words.startswith("a ") else words, table)
    if amount is None or amount > _MOST:
        return None
    if unit == "hours":
        return now + timedelta(hours=amount)
    if unit == "minutes":
        return now + timedelta(minutes=amount)
    if unit == "days":
        return _end(now + timedelta(days=amount))
    day, left = now, int(min(amount, 250))
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return _end(day)


def _weekday(unit: str, name: str | None, now: datetime, table: PromiseWords) -> datetime:
    if unit == "next_weekday":
        wanted = table.weekdays[name.lower()] if name else 6
        return _end(now + timedelta(days=7 - now.weekday() + wanted))
    ahead = (table.weekdays[(name or "").lower()] - now.weekday()) % 7
    return _end(now + timedelta(days=ahead))


def _date(groups: dict[str, str | None], now: datetime, table: PromiseWords) -> datetime:
    day = int(groups["day"] or 0)
    named = groups.get("monthname")
    if named is not None or groups.get("month"):
        month = table.months[named.lower()] if named else int(groups["month"] or 0)
        moment = _end(now.replace(month=month, day=day))
        return moment if moment >= now - timedelta(days=180) else moment.replace(year=now.year + 1)
    moment = _end(now.replace(day=day))
    if moment < now:
        moment = _end((now.replace(day=1) + timedelta(days=32)).replace(day=day))
    return moment


def _clock(day: datetime, match: re.Match[str], now: datetime, table: PromiseWords) -> datetime | None:
    hour = number(match["hour"], table)
    if hour is None or hour > 24:
        return None
    part = (match["part"] or "").lower()
    value = int(hour)
    if value < _NOON and (
        part in table.afternoon or (not part and day.date() == now.date() and value <= now.hour)
    ):
        value += _NOON
    said = match["minute"]
    minutes = 30 if said == table.half_minutes else int(said or 0)
    return datetime.combine(day.date(), time(value % 24, minutes), tzinfo=day.tzinfo)


def amount(
    clause: str, total: float | None, table: PromiseWords
) -> tuple[float | None, tuple[int, int] | None, str]:
    """The money a clause names, where it stands, and how it was named: plain, share, multiple, full or ""."""
    for kind, patterns in (("plain", table.amount), ("multiple", table.multiple), ("share", table.share)):
        for pattern in patterns:
            match = pattern.search(clause)
            if match:
                return _money(kind, match, total, table), match.span(), kind
    match = table.full.search(clause)
    if match:
        return total, match.span(), "full"
    return None, None, ""


def _money(kind: str, match: re.Match[str], total: float | None, table: PromiseWords) -> float | None:
    groups = match.groupdict()
    if groups.get("half"):
        return None if total is None else round(total / 2, 2)
    value = number(groups.get("number") or groups.get("words") or "", table)
    if value is None:
        return None
    if kind == "plain":
        return round(value, 2)
    if total is None:
        return None
    return round(value * total if kind == "multiple" else value / 100 * total, 2)
