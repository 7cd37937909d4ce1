"""Groups of words that speak of a signal only together, found in one pass over the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ahocorasick

from goldseam.engine.text.matcher import is_word


@dataclass(frozen=True, slots=True)
class Hints:
    """Compiled literals; each carries its length, whether it begins and ends like a word, and its groups."""

    automaton: ahocorasick.Automaton


def make_hints(groups: Mapping[str, Iterable[str]]) -> Hints:
    """Compile folded literals by group; a Latin one that ends in `*` may go on."""
    table: dict[tuple[str, bool], set[str]] = {}
    for group, literals in groups.items():
        for literal in literals:
            table.setdefault((literal.rstrip("*"), literal.endswith("*")), set()).add(group)
    words: dict[str, list[tuple[bool, frozenset[str]]]] = {}
    for (literal, goes_on), names in table.items():
        words.setdefault(literal, []).append((goes_on, frozenset(names)))
    automaton = ahocorasick.Automaton()
    for literal, uses in words.items():
        automaton.add_word(literal, (len(literal), is_word(literal[0]), is_word(literal[-1]), uses))
    automaton.make_automaton()
    return Hints(automaton)


def find_hints(hints: Hints, folded: str) -> tuple[str, ...]:
    """The groups that a folded text has words of, in order of their names."""
    found: set[str] = set()
    size = len(folded)
    for last, (length, begins, ends, uses) in hints.automaton.iter(folded):
        start = last - length + 1
        if begins and start and is_word(folded[start - 1]):
            continue
        inside = ends and last + 1 < size and is_word(folded[last + 1])
        for goes_on, groups in uses:
            if goes_on or not inside:
                found |= groups
    return tuple(sorted(found))
