"""Cuts an outgoing text into the clauses that promises stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from goldseam.engine.reply_tables import PromiseWords

_LONGEST_CLAUSE = 120


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text beginning at `start`; `asks` when a question mark ends it, `joined` when it goes on
    from the words before without a stop."""

    start: int
    text: str
    asks: bool
    joined: bool = False


def clauses(text: str, words: PromiseWords) -> Iterator[Clause]:
    """All clauses that hold more than blanks, in order."""
    position = 0
    ends = [*words.clause.finditer(text)]
    for end in ends:
        mark = text[end.start() : end.end()]
        yield from _joints(position, text[position : end.start()], "?" in mark or "？" in mark, words)
        position = end.end()
    yield from _joints(position, text[position:], False, words)


def _joints(start: int, clause: str, asks: bool, words: PromiseWords) -> Iterator[Clause]:
    if len(clause) > _LONGEST_CLAUSE:
        # Nobody speaks so long without a stop; cut, so that no pattern ever meets a long run of signs.
        for cut in range(0, len(clause), _LONGEST_CLAUSE):
            yield from _joints(start + cut, clause[cut : cut + _LONGEST_CLAUSE], asks, words)
        return
    position = 0
    for match in words.joint.finditer(clause):
        if match.start() > position:
            yield Clause(start + position, clause[position : match.start()], False, position > 0)
            position = match.start()
    if clause[position:].strip():
        yield Clause(start + position, clause[position:], asks, position > 0)
