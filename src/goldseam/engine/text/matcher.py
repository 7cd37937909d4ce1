"""Finding lexicon phrases: one pass over the text with an Aho-Corasick automaton.

A phrase is written as literal parts with gaps: `a~b` means a, then within a few characters of the
same sentence b. `{x|y}` lists alternatives. A trailing `*` on a Latin part lets the word go on; `^` before
a part and `$` behind it hold it to the beginning and the end of the text. The time is linear in the text
and the number of finds, whatever the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_letters, digits
from typing import NamedTuple

import ahocorasick

GAP = 8
_BREAKS = frozenset("。!?\n;！？；")
_CLAUSE = frozenset("。!?\n;,，、！？； ")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Parts in order, each with its literal alternatives, and what finding them means: `kind` (such
    as "signal" or "emotion"), `code`, a `strength`, and whether a negation before it takes the
    meaning away."""

    parts: tuple[tuple[str, ...], ...]
    kind: str
    code: str
    strength: float = 1.0
    negatable: bool = True
    gap: int = GAP


class Hit(NamedTuple):
    """A found phrase with its half-open character range."""

    start: int
    end: int
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Matcher:
    """Compiled phrases."""

    automaton: ahocorasick.Automaton
    phrases: tuple[Phrase, ...]


def expand(pattern: str) -> list[str]:
    """All alternatives of a pattern with `{a|b|}` groups, nested ones included.

    Raises ValueError on an unbalanced brace.
    """
    opening = pattern.find("{")
    if opening < 0:
        if "}" in pattern:
            raise ValueError(f"unbalanced brace in {pattern!r}")
        return [pattern]
    depth, start, options, closing = 0, opening + 1, [], -1
    for index in range(opening, len(pattern)):
        sign = pattern[index]
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                options.append(pattern[start:index])
                closing = index
                break
        elif sign == "|" and depth == 1:
            options.append(pattern[start:index])
            start = index + 1
    if closing < 0:
        raise ValueError(f"unbalanced brace in {pattern!r}")
    heads, tails = pattern[:opening], expand(pattern[closing + 1 :])
    return [heads + middle + tail for option in options for middle in expand(option) for tail in tails]


def split_parts(pattern: str) -> list[str]:
    """The parts of a pattern between its `~`, or the pattern whole when a group holds one."""
    parts, depth, start = [], 0, 0
    for index, sign in enumerate(pattern):
        depth += (sign == "{") - (sign == "}")
        if sign == "~":
            if depth:
                return [pattern]
            parts.append(pattern[start:index])
            start = index + 1
    return [*parts, pattern[start:]]


_WORD = frozenset(ascii_letters + digits)

# A literal's length, the phrase it is part of, which part, whether its last word may go on, and where it is
# held: bit 1 to the text's beginning, bit 2 to its end.
Use = tuple[int, Phrase, int, bool, int]


def make_matcher(phrases: Iterable[Phrase]) -> Matcher:
    """Compile phrases; their parts must be folded already. Raises ValueError on an empty part."""
    kept = tuple(phrases)
    table: dict[str, tuple[Use, ...]] = {}
    for phrase in kept:
        for place, literals in enumerate(phrase.parts):
            _enter(table, phrase, place, literals)
    automaton = ahocorasick.Automaton()
    for literal, uses in table.items():
        automaton.add_word(literal, uses)
    automaton.make_automaton()
    return Matcher(automaton, kept)


def _enter(table: dict[str, tuple[Use, ...]], phrase: Phrase, place: int, literals: Iterable[str]) -> None:
    """Put the literals of a part into the table. They are very many; those used alike share one use."""
    alike: dict[tuple[int, bool, int], tuple[Use]] = {}
    for written in literals:
        literal, goes_on, anchors = _marks(written)
        if not literal:
            raise ValueError(f"empty part in a phrase of {phrase.kind} {phrase.code}")
        key = (len(literal), goes_on, anchors)
        uses = alike.get(key) or alike.setdefault(key, ((len(literal), phrase, place, goes_on, anchors),))
        table[literal] = table[literal] + uses if literal in table else uses


def _marks(written: str) -> tuple[str, bool, int]:
    """A literal without the marks at its ends, whether its last word may go on, and where it is held."""
    if written[-1:] not in "*$" and written[:1] != "^":
        return written, False, 0
    anchors = written.startswith("^") | (2 if written.endswith("$") else 0)
    return written.rstrip("*").removeprefix("^").removesuffix("$"), written.endswith("*"), anchors


def find(matcher: Matcher, folded: str) -> list[Hit]:
    """All phrases found, in order of their end."""
    if not matcher.phrases:
        return []
    hits: list[Hit] = []
    progress: dict[int, tuple[int, int, int]] = {}
    size = len(folded)
    for last, uses in matcher.automaton.iter(folded):
        end = last + 1
        start = end - uses[0][0]
        if start and folded[start] in _WORD and folded[start - 1] in _WORD:
            continue
        goes_on = end < size and folded[last] in _WORD and folded[end] in _WORD
        for _, phrase, place, prefix, anchors in uses:
            if (goes_on and not prefix) or (anchors & 1 and start) or (anchors & 2 and end < size):
                continue
            parts = len(phrase.parts)
            if parts == 1:
                hits.append(Hit(start, end, phrase))
            elif place == 0:
                progress[id(phrase)] = (0, start, end)
            elif (first := _begun(progress.get(id(phrase)), place, start, phrase.gap, folded)) is not None:
                if place < parts - 1:
                    progress[id(phrase)] = (place, first, end)
                else:
                    hits.append(Hit(first, end, phrase))
                    del progress[id(phrase)]
    return hits


def _begun(state: tuple[int, int, int] | None, place: int, start: int, gap: int, folded: str) -> int | None:
    """Where a phrase began whose next part stands at `start`; None when it does not go on here."""
    if state is None or state[0] != place - 1:
        return None
    _, first, reached = state
    if not 0 <= start - reached <= gap or not _BREAKS.isdisjoint(folded[reached:start]):
        return None
    return first


def clause_before(folded: str, start: int, reach: int) -> str:
    """Up to `reach` characters before `start`, not across a clause's border."""
    low = max(0, start - reach)
    for index in range(start - 1, low - 1, -1):
        if folded[index] in _CLAUSE and not _latin_space(folded, index):
            return folded[index + 1 : start]
    return folded[low:start]


def _latin_space(folded: str, index: int) -> bool:
    """A blank between Latin words does not end a clause."""
    return folded[index] == " " and index > 0 and folded[index - 1].isascii()
