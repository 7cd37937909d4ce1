"""Danger signs with the words that raised them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from goldseam.engine.reading import Request, Signal
from goldseam.engine.text.marks import Marked
from goldseam.engine.text.matcher import Hit
from goldseam.engine.text.ngrams import Head, TextModel, Vector, strongest
from goldseam.engine.text.tables import ReadingTables

CRITICAL = ("self_harm", "injury", "threat_to_staff")
_JOIN = 3
_FEW = 12
_SHORT_ANSWER = 24
_THANKS = 0.5
# The model alone must be this sure where the words themselves were denied or mean something else.
_DENIED_BAR = 0.8


@dataclass(frozen=True, slots=True)
class Warned:
    """One customer message ready for the signals: its marks, its rows in the model and the probabilities, the
    other side's folded words right before it, and what else the models say: the probability of thanks, of the
    surest problem, and of a calm mood."""

    index: int
    text: str
    marked: Marked
    rows: list[int]
    chances: dict[str, float]
    before: str = ""
    thanks: float = 0.0
    problem: float = 0.0
    calm: float = 0.0


def signal_chances(raw: Vector, head: Head) -> list[dict[str, float]]:
    """Probability of each signal in each message, from a row of model scores each; each stands for itself."""
    rows = 1.0 / (1.0 + np.exp(-(raw[:, head.start : head.stop] + head.bias)))
    return [dict(zip(head.classes, row, strict=True)) for row in rows.tolist()]


def find_signals(messages: Iterable[Warned], tables: ReadingTables) -> tuple[Signal, ...]:
    """Signals of the customer's messages: one per code and message, with the longest stretch of words
    that raised it, the critical codes first, then in order."""
    signals: list[Signal] = []
    for message in messages:
        worded: dict[str, list[Hit]] = {}
        denied = {hit.phrase.code for hit in message.marked.negated if hit.phrase.kind == "signal"}
        denied |= {hit.phrase.code for hit in message.marked.masked}
        for hit in message.marked.hits:
            if hit.phrase.kind == "signal":
                worded.setdefault(hit.phrase.code, []).append(hit)
        settled = tables.settled_by_thanks if message.thanks >= _THANKS else frozenset()
        for code, (with_words, without_words) in tables.signal_bars.items():
            if code in settled:
                continue
            chance = message.chances.get(code, 0.0)
            if code in worded and chance >= with_words:
                start, end = _stretch(worded[code])
            elif chance >= (_DENIED_BAR if code in denied else without_words) and _likely(
                message, tables.unsaid.get(code)
            ):
                start, end = _telling(message, code, tables.danger)
            elif code in tables.asked and _owned(message, code, tables):
                start, end = 0, len(message.text)
            else:
                continue
            signals.append(Signal(code, message.text[start:end], message.index, (start, end)))
    signals.sort(key=lambda signal: (signal.code not in CRITICAL, signal.message))
    return tuple(signals)


def _likely(message: Warned, most: tuple[float, float] | None) -> bool:
    """Whether a danger that no phrase names fits with the rest of the message: who takes leave of life is
    neither surely calm nor surely speaking of a parcel."""
    return most is None or (message.calm < most[0] and message.problem < most[1])


def _owned(message: Warned, code: str, tables: ReadingTables) -> bool:
    """A short answer that owns up to what the other side has just asked about."""
    if not message.before or len(message.text) > _SHORT_ANSWER:
        return False
    question, answer = tables.asked[code]
    if not question.search(message.before):
        return False
    return answer.search(message.marked.folded.strip()) is not None


def _telling(message: Warned, code: str, model: TextModel) -> tuple[int, int]:
    """The words that speak most for a signal that no phrase names; the whole message when there are
    none in it."""
    head = model.heads["signals"]
    for name in strongest(model, head.start + head.classes.index(code), message.rows)[:_FEW]:
        literal = name.strip()
        start = message.marked.folded.find(literal) if len(literal) > 1 else -1
        if start >= 0:
            return start, start + len(literal)
    return 0, len(message.text)


def _stretch(hits: list[Hit]) -> tuple[int, int]:
    """Finds that touch or nearly touch grow together; the longest stretch stands for all."""
    spans: list[list[int]] = []
    for hit in sorted(hits, key=lambda found: found.start):
        if spans and hit.start <= spans[-1][1] + _JOIN:
            spans[-1][1] = max(spans[-1][1], hit.end)
        else:
            spans.append([hit.start, hit.end])
    start, end = max(spans, key=lambda span: span[1] - span[0])
    return start, end


def find_requests(messages: Iterable[tuple[int, str, Marked]]) -> tuple[Request, ...]:
    """What the customer asks to be done, each remedy once with its latest words, latest first."""
    asked: dict[str, Request] = {}
    for _, text, marked in messages:
        for hit in marked.hits:
            if hit.phrase.kind == "request":
                asked.pop(hit.phrase.code, None)
                asked[hit.phrase.code] = Request(hit.phrase.code, text[hit.start : hit.end])
    return tuple(reversed(asked.values()))
