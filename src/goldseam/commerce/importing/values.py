"""From what stands in a file to what a field needs: text, money, moments, whole numbers, codes.

Each function returns None for "nothing there" and raises `ValueProblem` when something is there that
does not fit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from goldseam.commerce.importing.errors import ValueProblem

_EXACT = 10**15
"""Spreadsheets keep 15 digits of a number; what is larger has lost its end."""
_TOO_LONG = 10**60
_YUAN = "\u5143"
_SYMBOLS = re.compile(rf"^[A-Za-z]{{1,3}}|(?:[A-Za-z]{{1,3}}|{_YUAN})$")
_AMOUNT = re.compile(r"[+-]?(\d[\d,.]*|\.\d+)")
_NO_DATE = re.compile(r"0000-00-00.*")
_SPACED_OFFSET = re.compile(r"(\d) ([+-]\d\d:?\d\d|Z)$")
_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?=\D|$)")
_SINGLE_DIGITS = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(:\d{2}.*)?)?$")
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)


def is_empty(value: object) -> bool:
    """Whether there is nothing: no value, or blank text."""
    return value is None or value == "" or (isinstance(value, str) and value.isspace())


def to_text(value: object) -> str | None:
    """Text as it stands, numbers in plain digits, moments in ISO 8601."""
    if is_empty(value):
        return None
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            if abs(value) >= _EXACT:
                raise ValueProblem("This number has lost its last digits; export the column as text.")
            return str(int(value))
        return repr(value)
    if isinstance(value, int) and abs(value) >= _TOO_LONG:
        raise ValueProblem("This number is too long.")
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    kind = "list" if isinstance(value, list) else "object"
    raise ValueProblem(f"This is a {kind}, not text; pick a part of it or join it.")


def to_money(value: object, decimal_comma: bool = False) -> Decimal | None:
    """An amount, with or without a currency sign and thousands separators."""
    if is_empty(value):
        return None
    if isinstance(value, bool):
        raise ValueProblem("This is not an amount of money.")
    if isinstance(value, float | Decimal):
        return Decimal(str(value))
    text = unicodedata.normalize("NFKC", to_text(value) or "").replace("\u2212", "-")
    bare = "".join(c for c in text if unicodedata.category(c) != "Sc" and not c.isspace() and c not in "'_")
    sign = "-" if bare.startswith("(") and bare.endswith(")") else ""
    bare = _SYMBOLS.sub("", bare.strip("()"), count=1)
    if not _AMOUNT.fullmatch(bare):
        raise ValueProblem("This is not an amount of money.")
    try:
        return Decimal(sign + _without_thousands(bare, decimal_comma))
    except InvalidOperation:
        raise ValueProblem("This is not an amount of money.") from None


def _without_thousands(text: str, decimal_comma: bool) -> str:
    """One decimal point at most; the later of comma and point is the decimal one when both occur."""
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        decimal_comma = comma > point
    if decimal_comma:
        return text.replace(".", "").replace(",", ".")
    return text.replace(",", "")


def to_integer(value: object) -> int | None:
    """A whole number, also when it is written "2.0" or "1,000"."""
    try:
        amount = to_money(value)
    except ValueProblem:
        raise ValueProblem("This is not a whole number.") from None
    if amount is None:
        return None
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise ValueProblem("This is not a whole number.")
    return int(amount)


def to_moment(value: object, formats: Sequence[str], zone: tzinfo) -> datetime | None:
    """A moment in UTC. Text is tried with the `formats` (strptime) first, then as ISO 8601 or with the
    year first and slashes; what names no zone is in `zone`."""
    if is_empty(value):
        return None
    if isinstance(value, datetime):
        return _in_utc(value, zone)
    if isinstance(value, date):
        return _in_utc(datetime.combine(value, time()), zone)
    if not isinstance(value, str):
        raise ValueProblem("This is not a moment; use epoch() or excel_date() for numbers.")
    text = value.strip()
    if _NO_DATE.fullmatch(text):
        return None
    return _parsed_moment(text, tuple(formats), zone)


@lru_cache(maxsize=4096)
def _parsed_moment(text: str, formats: tuple[str, ...], zone: tzinfo) -> datetime:
    for pattern in formats:
        try:
            return _in_utc(datetime.strptime(text, pattern), zone)  # noqa: DTZ007 - see _in_utc
        except ValueError:
            continue
    iso = _SLASHED.sub(r"\1-\2-\3", _SPACED_OFFSET.sub(r"\1\2", text))
    match = _SINGLE_DIGITS.match(iso)
    if match:
        year, month, day, hour, minute, rest = match.groups()
        iso = f"{year}-{month:0>2}-{day:0>2}"
        iso += f"T{hour:0>2}:{minute}{rest or ''}" if hour else ""
    try:
        return _in_utc(datetime.fromisoformat(iso), zone)
    except ValueError:
        wanted = " or ".join(formats) if formats else "ISO 8601, such as 2026-11-01 09:30:00"
        raise ValueProblem(f"This is not a moment; expected {wanted}.") from None


def _in_utc(value: datetime, zone: tzinfo) -> datetime:
    try:
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise ValueProblem("This moment is out of range.") from None


def from_epoch(value: object) -> datetime | None:
    """A moment from seconds (or milliseconds, when there are 12 digits or more) since 1970."""
    amount = to_money(value)
    if amount is None:
        return None
    seconds = amount / 1000 if abs(amount) >= 10**11 else amount
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        raise ValueProblem("This is not a number of seconds since 1970.") from None


def from_excel_serial(value: object, zone: tzinfo) -> datetime | None:
    """A moment from a spreadsheet's day number (the 1900 system), read in `zone`."""
    amount = to_money(value)
    if amount is None:
        return None
    try:
        naive = (_EXCEL_EPOCH + timedelta(days=float(amount))).replace(tzinfo=None)
    except (OverflowError, ValueError):
        raise ValueProblem("This is not a spreadsheet's day number.") from None
    return _in_utc(naive, zone)


def shown(value: object, limit: int = 60) -> str:
    """A value as a report shows it."""
    if isinstance(value, int) and abs(value) >= _TOO_LONG:
        return f"(a number of some {value.bit_length() * 3 // 10} digits)"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
