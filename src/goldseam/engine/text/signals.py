"""Danger signs with the words that raised them."""

from __future__ import annotations

from collections.abc import Iterable

from goldseam.engine.reading import Request, Signal
from goldseam.engine.text.marks import Marked
from goldseam.engine.text.matcher import Hit

CRITICAL = ("self_harm", "injury", "threat_to_staff")
_JOIN = 3


def find_signals(messages: Iterable[tuple[int, str, Marked]]) -> tuple[Signal, ...]:
    """Signals of (index, text, marks) of the customer's messages: one per code and message, with the
    longest stretch of words that raised it, the critical codes first, then in order."""
    signals: list[Signal] = []
    for index, text, marked in messages:
        by_code: dict[str, list[Hit]] = {}
        for hit in marked.hits:
            if hit.phrase.kind == "signal":
                by_code.setdefault(hit.phrase.code, []).append(hit)
        for code, hits in by_code.items():
            start, end = _stretch(hits)
            signals.append(Signal(code, text[start:end], index, (start, end)))
    signals.sort(key=lambda signal: (signal.code not in CRITICAL, signal.message))
    return tuple(signals)


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
