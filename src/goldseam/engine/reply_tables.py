"""The data a reply is checked with: how promises, times, amounts and hurtful words are worded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from goldseam.engine.text.ngrams import TextModel

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class KindWords:
    """How one kind of commitment is worded. `needs`: what must stand beside the action for it to be a
    promise: nothing, marker, marker_or_time, marker_or_amount, time_or_firm, intent."""

    kind: str
    action: Pattern
    needs: str
    unless: Pattern | None = None


@dataclass(frozen=True, slots=True)
class ClaimWords:
    """How it is worded that something has been done already; `fact` is what would have to be true."""

    kind: str
    fact: str
    pattern: Pattern
    unless: Pattern | None = None


@dataclass(frozen=True, slots=True)
class TimeWords:
    """One way to say when, and its unit (see `moments.py`)."""

    pattern: Pattern
    unit: str


@dataclass(frozen=True, slots=True)
class PromiseWords:
    """How commitments are worded in one language. A negation denies what follows within `reach` characters
    unless words of `apart` stand between. `lead` joins a promise to what was said before and is no part
    of it; `tail` names what an amount is paid in. `signs` stand for any time and any money in what `model`
    reads; `reported` tells of what was promised before, `unreal` of what would be, is hearsay or only
    mentioned, and `withdrawn` takes back what the clause before it said. `fields`: name of a field of meaning
    (leaving, paying, mending …) → its words. `dense`: a script without blanks between words."""

    clause: Pattern
    joint: Pattern
    question: Pattern
    offer: Pattern
    negation: Pattern
    customer: Pattern
    past: Pattern
    reported: Pattern
    unreal: Pattern
    withdrawn: Pattern
    reach: int
    apart: Pattern
    lead: Pattern
    tail: Pattern
    marker: Pattern
    firm: Pattern
    intent: Pattern
    fields: Mapping[str, Pattern]
    kinds: tuple[KindWords, ...]
    claims: tuple[ClaimWords, ...]
    amount: tuple[Pattern, ...]
    share: tuple[Pattern, ...]
    multiple: tuple[Pattern, ...]
    full: Pattern
    restock: Pattern
    digits: Mapping[str, int]
    units: Mapping[str, int]
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    times: tuple[TimeWords, ...]
    clock: Pattern
    afternoon: tuple[str, ...]
    half_minutes: str
    signs: tuple[str, str]
    dense: bool
    model: TextModel | None = None


@dataclass(frozen=True, slots=True)
class ToneWords:
    """One kind of hurtful wording: where it stands, why it hurts, how to say it instead. `unless`: words in
    the same text that take the sting out."""

    kind: str
    pattern: Pattern
    why: str
    rewrite: str
    unless: Pattern | None = None


@dataclass(frozen=True, slots=True)
class ReplyWords:
    """All words of one language for checking replies. `names`: remedy → the words that name it; `manner` is
    the model of how a clause will sound."""

    language: str
    promises: PromiseWords
    tone: tuple[ToneWords, ...]
    acknowledges: Pattern
    steps: Pattern
    lacks: Mapping[str, Mapping[str, str]]
    why: Mapping[str, str]
    rewrite: Mapping[str, str]
    names: Mapping[str, Pattern]
    manner: TextModel | None = None


@dataclass(frozen=True, slots=True)
class ReplyTables:
    """Everything `check_reply` needs beside the assessment's tables. `remedies`: kind of commitment → the
    remedies any of which would carry it; `only_named`: remedies that only words which name them promise;
    `verdicts`: for kinds without a remedy, role → verdict."""

    version: str
    words: Mapping[str, ReplyWords]
    remedies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_named: frozenset[str] = frozenset()
    verdicts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
