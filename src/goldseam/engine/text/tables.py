"""What reading needs beside the conversation: lexicons, number forms and models, all frozen.

`goldseam.workshop.lexicons` compiles them from the data files, `goldseam.workshop.models` reads the
weights.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from goldseam.engine.text.matcher import Matcher
from goldseam.engine.text.ngrams import TextModel, Vector
from goldseam.engine.text.normal import Folding
from goldseam.engine.text.plain import PlainWords
from goldseam.engine.text.trees import FactTrees

Forms = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """Words before a find that take its meaning away (`before`, within `reach` characters), words of
    wishing in which they may end within the find, those that keep it nevertheless, and those that tell of
    harm that did not happen."""

    reach: int
    before: re.Pattern[str]
    wishes: frozenset[str]
    keeps: re.Pattern[str]
    near_miss: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class NumberForms:
    """What order numbers, waybills, phones and article numbers look like."""

    longest_token: int
    carriers: Mapping[str, Forms]
    phone: Forms
    order: Forms
    sku: Forms
    cues: Mapping[str, tuple[str, ...]]
    amount_before: tuple[str, ...]
    amount_after: re.Pattern[str]
    amount_unless: re.Pattern[str]
    amount_factors: Mapping[str, float]
    amount_whole: tuple[str, ...]
    amount_between: tuple[str, ...]
    not_tenths: tuple[str, ...]
    pieces_after: tuple[str, ...]
    asked_before: tuple[str, ...]
    asked_after: re.Pattern[str]
    digit_values: Mapping[str, int]
    digit_units: Mapping[str, int]
    numeral: re.Pattern[str]
    half: str


@dataclass(frozen=True, slots=True)
class DateWords:
    """Day words as offsets from today, spans of days, weekday and month names, feasts, patterns."""

    days: Mapping[str, int]
    spans: Mapping[str, tuple[int, int]]
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    feasts: Mapping[str, tuple[int, int]]
    units: Mapping[str, int]
    counts: Mapping[str, int]
    half: str
    some: str
    week_prefixes: Mapping[str, int]
    not_day_after: tuple[str, ...]
    not_day_before: tuple[str, ...]
    patterns: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class OutlookModel:
    """How the words tell the end: weights on named numbers of the conversation (standardised by
    `centers` and `scales`). The shipped one has a logistic link; one that a shop's closed conversations
    taught (`learned`) is linear and adds a text model per block (`outlook.BLOCKS`) and, where they pay,
    trees over the order's and customer's numbers (`order_numbers.NAMES`)."""

    version: str
    names: tuple[str, ...]
    weights: Vector
    centers: Vector
    scales: Vector
    bias: float
    learned: bool = False
    blocks: tuple[tuple[str, TextModel], ...] = ()
    trees: FactTrees | None = None


@dataclass(frozen=True, slots=True)
class ReadingTables:
    """Everything `read` needs. `issue` and `mood` may be the same shipped model or a shop's own;
    when they are one object its scores are computed once. `signal_bars`: the model's probability that a
    signal needs with words found, and without; `settled_by_thanks`: signals that a message of thanks never
    raises; `unsaid`: how sure of a calm mood and of a problem the models may be for a signal without words;
    `asked`: questions about a danger and answers that own up."""

    version: str
    folding: Folding
    plain: PlainWords
    lexicon: Matcher
    negation: Negation
    signal_bars: Mapping[str, tuple[float, float]]
    settled_by_thanks: frozenset[str]
    unsaid: Mapping[str, tuple[float, float]]
    asked: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]
    numbers: NumberForms
    dates: DateWords
    goods: Mapping[str, tuple[str, ...]]
    issue: TextModel
    mood: TextModel
    danger: TextModel
    outlook: OutlookModel
