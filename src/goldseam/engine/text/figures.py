"""Numbers as people write them: with digits, separators and units, or spoken in Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass

from goldseam.engine.text.tables import NumberForms

_DIGITS = re.compile(r"\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,2})?(?!\d)")
# Sums that are named without a unit; a smaller number may count pieces, a larger one is no sum but a number.
_LEAST_ASKED, _MOST_ASKED = 10.0, 999_999.0
_ASKED_REACH = 16


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money with its half-open character range."""

    value: float
    start: int
    end: int


def spoken_number(words: str, forms: NumberForms) -> float | None:
    """Value of a Chinese numeral, short forms too (three-hundred-five = 350); None when it is none."""
    total, section, digit, last_unit = 0.0, 0.0, -1, 1
    for sign in words:
        value = forms.digit_values.get(sign)
        unit = forms.digit_units.get(sign)
        if value is not None:
            if digit > 0:
                return None
            digit = value
            last_unit = 1 if value == 0 else last_unit
        elif unit is None:
            return None
        elif unit >= 10_000:
            total = (total + section + max(digit, 0)) * unit
            section, digit, last_unit = 0.0, -1, unit
        else:
            section += (1 if digit < 0 else digit) * unit
            digit, last_unit = -1, unit
    if digit > 0:
        section += digit * (last_unit / 10 if last_unit >= 100 else 1)
    return total + section


def amounts(folded: str, forms: NumberForms) -> list[Amount]:
    """All sums of money in a text, in order: with a currency before or after, digits or spoken."""
    found: dict[int, Amount] = {}
    for match in _DIGITS.finditer(folded):
        amount = _digit_amount(folded, match.start(), match.end(), forms)
        if amount:
            found[amount.start] = amount
    covered = {place for amount in found.values() for place in range(amount.start, amount.end)}
    for amount in _spoken(folded, forms):
        if amount.start not in covered:
            found[amount.start] = amount
    return [found[start] for start in sorted(found)]


def _digit_amount(folded: str, start: int, end: int, forms: NumberForms) -> Amount | None:
    if start and (folded[start - 1].isdigit() or folded[start - 1] in ".-"):
        return None
    value = float(folded[start:end].replace(",", ""))
    before = folded[max(0, start - 6) : start].rstrip()
    sign = next((word for word in forms.amount_before if before.endswith(word)), None)
    unit = _unit(folded, end, forms)
    if sign is None and unit is None:
        return _asked_for(folded, start, end, value, forms)
    word, stop = unit or ("", end)
    value *= _factor(word, forms)
    value, stop = _small_change(folded, word, value, stop, forms)
    return Amount(round(value, 2), start, stop)


def _asked_for(folded: str, start: int, end: int, value: float, forms: NumberForms) -> Amount | None:
    """A number without a unit is money when it is asked back or for ("refund me 1500 and that's it") and
    nothing that is counted follows."""
    if not _LEAST_ASKED <= value <= _MOST_ASKED or not forms.asked_after.match(folded, end):
        return None
    before = folded[max(0, start - _ASKED_REACH) : start].rstrip()
    return Amount(value, start, end) if before.endswith(forms.asked_before) else None


def _unit(folded: str, end: int, forms: NumberForms) -> tuple[str, int] | None:
    """The currency word right after a number, unless it begins another word."""
    place = end + 1 if folded[end : end + 1] in forms.amount_between else end
    if forms.amount_unless.match(folded, place):
        return None
    found = forms.amount_after.match(folded, place)
    return (found.group(), found.end()) if found else None


def _factor(word: str, forms: NumberForms) -> float:
    """What one of this unit is in the main unit."""
    return float(forms.digit_units.get(word[:1]) or forms.amount_factors.get(word, 1.0))


def _small_change(folded: str, word: str, value: float, stop: int, forms: NumberForms) -> tuple[float, int]:
    """A single digit right after the main unit counts tenths: three-kuai-five is 3.5."""
    if word in forms.amount_whole and stop < len(folded):
        sign = folded[stop]
        tenth = int(sign) if sign.isascii() and sign.isdigit() else forms.digit_values.get(sign)
        after = folded[stop + 1 : stop + 2]
        if tenth and not after.isdigit() and after not in forms.not_tenths:
            return value + tenth / 10, stop + 1
    return value, stop


def _spoken(folded: str, forms: NumberForms) -> list[Amount]:
    found: list[Amount] = []
    reached = 0
    while numeral := forms.numeral.search(folded, reached):
        start, reached = numeral.span()
        amount = _spoken_amount(folded, start, reached, forms)
        if amount:
            found.append(amount)
            reached = max(reached, amount.end)
    return found


def _spoken_amount(folded: str, start: int, end: int, forms: NumberForms) -> Amount | None:
    value = spoken_number(folded[start:end], forms)
    unit = _unit(folded, end, forms)
    if not value or unit is None:
        return _asked_for(folded, start, end, value, forms) if value and end - start > 1 else None
    word, stop = unit
    before = folded[max(0, start - 4) : start]
    if end - start == 1 and word in forms.amount_whole and before.endswith(forms.pieces_after):
        return None
    if forms.digit_units.get(word[:1]) and forms.digit_units.get(folded[end - 1]):
        return None
    value *= _factor(word, forms)
    value, stop = _small_change(folded, word, value, stop, forms)
    return Amount(round(value, 2), start, stop)
