"""The functions that mappings may use in their JMESPath expressions, beside JMESPath's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from jmespath import functions

from goldseam.commerce.importing import values
from goldseam.commerce.importing.errors import ValueProblem

_ANY: Any = {"types": []}
_STRING: Any = {"types": ["string"]}
_STRINGS: Any = {"types": ["string"], "variadic": True}
_NUMBER: Any = {"types": ["number"]}
_ANY_MORE: Any = {"types": [], "variadic": True}
_MAX_PATTERN_INPUT = 20_000


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str]:
    """A compiled regular expression; raises `ValueProblem` when it is none."""
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueProblem(f"The regular expression {text!r} is wrong: {error}.") from None


class MappingFunctions(functions.Functions):
    """JMESPath's functions and the mappings' own; knows the source's zone and the value maps."""

    def __init__(
        self, zone: tzinfo, maps: Mapping[str, Mapping[str, Any]], dates: Sequence[str] = ()
    ) -> None:
        self._zone = zone
        self._maps = maps
        self._dates = dates

    @functions.signature(_ANY)
    def _func_number(self, value: Any) -> float | None:
        """number(x): an amount such as "¥1,299.00" as a number."""
        amount = values.to_money(value)
        return None if amount is None else float(amount)

    @functions.signature(_ANY, _STRINGS)
    def _func_date(self, value: Any, *formats: str) -> datetime | None:
        """date(x, 'format', …): a moment from text in the source's zone."""
        return values.to_moment(value, formats or self._dates, self._zone)

    @functions.signature(_ANY)
    def _func_epoch(self, value: Any) -> datetime | None:
        """epoch(x): a moment from seconds or milliseconds since 1970."""
        return values.from_epoch(value)

    @functions.signature(_ANY)
    def _func_excel_date(self, value: Any) -> datetime | None:
        """excel_date(x): a moment from a spreadsheet's day number."""
        return values.from_excel_serial(value, self._zone)

    @functions.signature(_ANY, _NUMBER)
    def _func_later(self, value: Any, hours: float) -> datetime | None:
        """later(x, hours): the moment some hours after x."""
        moment = values.to_moment(value, self._dates, self._zone)
        try:
            return None if moment is None else moment + timedelta(hours=hours)
        except OverflowError:
            raise ValueProblem("This moment is out of range.") from None

    @functions.signature(_ANY, _ANY)
    def _func_times(self, a: Any, b: Any) -> float | None:
        """times(a, b): the product; null when one is missing."""
        left, right = values.to_money(a), values.to_money(b)
        return None if left is None or right is None else float(left * right)

    @functions.signature(_ANY, _ANY)
    def _func_divide(self, a: Any, b: Any) -> float | None:
        """divide(a, b): the quotient; null when one is missing or b is 0."""
        left, right = values.to_money(a), values.to_money(b)
        return None if left is None or not right else float(left / right)

    @functions.signature(_ANY, _STRING)
    def _func_split(self, value: Any, separator: str) -> list[str]:
        """split(x, ','): the parts of a text, trimmed, without empty ones."""
        text = values.to_text(value) or ""
        if not separator:
            raise ValueProblem("split() needs a separator.")
        return [part.strip() for part in text.split(separator) if part.strip()]

    @functions.signature(_ANY_MORE)
    def _func_concat(self, *parts: Any) -> str | None:
        """concat(a, b, …): the texts one after another; what is empty is left out."""
        texts = (part if isinstance(part, str) else values.to_text(part) or "" for part in parts)
        return "".join(texts) or None

    @functions.signature(_ANY_MORE)
    def _func_default(self, *choices: Any) -> Any:
        """default(a, b, …): the first that is not empty."""
        return next((choice for choice in choices if not values.is_empty(choice)), None)

    @functions.signature(_ANY, _STRING)
    def _func_regex(self, value: Any, expression: str) -> str | None:
        """regex(x, 'pattern'): the first group (or the whole match), or null."""
        match = pattern(expression).search((values.to_text(value) or "")[:_MAX_PATTERN_INPUT])
        if match is None:
            return None
        return match.group(1) if match.groups() else match.group()

    @functions.signature(_ANY, _STRING, _STRING)
    def _func_replace(self, value: Any, expression: str, replacement: str) -> str | None:
        """replace(x, 'pattern', 'text'): the text with every match replaced."""
        text = values.to_text(value)
        if text is None:
            return None
        try:
            return pattern(expression).sub(replacement, text[:_MAX_PATTERN_INPUT])
        except (re.error, IndexError) as error:
            raise ValueProblem(f"The replacement {replacement!r} is wrong: {error}.") from None

    @functions.signature(_ANY)
    def _func_lower(self, value: Any) -> str | None:
        """lower(x): in small letters."""
        text = values.to_text(value)
        return None if text is None else text.lower()

    @functions.signature(_ANY)
    def _func_upper(self, value: Any) -> str | None:
        """upper(x): in capital letters."""
        text = values.to_text(value)
        return None if text is None else text.upper()

    @functions.signature(_ANY)
    def _func_trim(self, value: Any) -> str | None:
        """trim(x): without blanks around it; null when nothing is left."""
        return values.to_text(value)

    @functions.signature(_ANY, _NUMBER)
    def _func_cut(self, value: Any, length: float) -> str | None:
        """cut(x, n): the first n characters."""
        text = values.to_text(value)
        return None if text is None else text[: max(0, int(length))]

    @functions.signature(_ANY, _STRING)
    def _func_lookup(self, value: Any, name: str) -> Any:
        """lookup(x, 'map'): x through a value map of the mapping; null when the map does not hold it."""
        text = values.to_text(value)
        table = self._maps.get(name)
        if table is None:
            raise ValueProblem(f"The mapping has no map {name!r}.")
        return None if text is None else table.get(text)

    @functions.signature(_ANY, _ANY)
    def _func_pick(self, container: Any, key: Any) -> Any:
        """pick(object, key): the value under a key that is itself computed."""
        return container.get(values.to_text(key)) if isinstance(container, dict) else None

    @functions.signature(_ANY)
    def _func_entries(self, container: Any) -> list[dict[str, Any]]:
        """entries(object): a list of {key, value}."""
        if not isinstance(container, dict):
            return []
        return [{"key": key, "value": value} for key, value in container.items() if key[:1] != "_"]
