"""Lexicon finds of one message: which of them count, and the marks they give the models."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations

from goldseam.engine.text.matcher import Hit, clause_before, find
from goldseam.engine.text.ngrams import features
from goldseam.engine.text.normal import fold
from goldseam.engine.text.plain import in_plain_words
from goldseam.engine.text.tables import Negation, ReadingTables

SIGN = "\x01"
_SHOUT = 3
_DENIABLE = frozenset({"signal", "emotion", "request"})


@dataclass(frozen=True, slots=True)
class Marked:
    """A message's folded text, its finds after masks and negation, those denied or masked, and the groups of
    words that it has some of."""

    folded: str
    hits: tuple[Hit, ...]
    negated: tuple[Hit, ...]
    masked: tuple[Hit, ...] = ()
    hints: tuple[str, ...] = ()


def mark(text: str, tables: ReadingTables) -> Marked:
    """Find all lexicon phrases; drop what a look-alike covers; set aside what a negation denies."""
    folded = fold(text, tables.folding)
    hits = find(tables.lexicon, folded)
    masks: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.phrase.kind == "unless":
            masks.setdefault(hit.phrase.code, []).append(hit)
    kept: list[Hit] = []
    covered: list[Hit] = []
    denied: list[Hit] = []
    groups: set[str] = set()
    denies = tables.negation.before.search(folded) is not None
    for hit in hits:
        kind, code = hit.phrase.kind, hit.phrase.code
        if kind == "hint":
            groups.add(code)
        elif kind not in _DENIABLE:
            if kind != "unless":
                kept.append(hit)
        elif _masked(hit, masks.get("emotion" if kind == "emotion" else code)):
            if kind != "emotion":
                covered.append(hit)
        elif _denied(hit, folded, tables.negation, denies=denies):
            denied.append(hit)
        else:
            kept.append(hit)
    return Marked(folded, tuple(kept), tuple(denied), tuple(covered), tuple(sorted(groups)))


def _masked(hit: Hit, masks: list[Hit] | None) -> bool:
    return masks is not None and any(mask.start < hit.end and mask.end > hit.start for mask in masks)


def _denied(hit: Hit, folded: str, negation: Negation, *, denies: bool) -> bool:
    """Whether the clause before the find denies it: "I never said I would complain". `denies`: whether any
    word of the message could."""
    phrase = hit.phrase
    if phrase.code == "injury" and _near(clause_before(folded, hit.start, 12), negation.near_miss, 8):
        return True
    if not denies or not phrase.negatable:
        return False
    before = clause_before(folded, hit.start, 24 if folded[hit.start].isascii() else negation.reach)
    if not before:
        return False
    # A word of keeping may reach into the find as a denial may: "shall I" is no "I shall not".
    reached = _denied_wish(folded, hit, len(before), negation)
    if reached is None:
        if not _near(before, negation.before, 5):
            return False
        reached = hit.start + 1
    return negation.keeps.search(folded, max(0, hit.start - 24), reached) is None


def _denied_wish(folded: str, hit: Hit, room: int, negation: Negation) -> int | None:
    """Where a denial ends that begins before a find and takes its first word, a word of wishing, with it: in
    "do not want it mended" what is found may begin with "want". None without one."""
    for begin in range(hit.start - 1, max(hit.start - min(room, 4), 0) - 1, -1):
        found = negation.before.match(folded, begin)
        if found and folded[hit.start : found.end()] in negation.wishes:
            return found.end()
    return None


def _near(before: str, words: re.Pattern[str], reach: int) -> bool:
    """Whether one of the words ends close enough to the end of a stretch of text: a single Chinese
    character within 2, longer Chinese words within `reach`, Latin words within 14 characters."""
    for found in words.finditer(before):
        allowed = 14 if found.group()[0].isascii() else 2 if found.end() - found.start() == 1 else reach
        if len(before) - found.end() <= allowed:
            return True
    return False


def message_features(marked: Marked, text: str, tables: ReadingTables) -> set[str]:
    """The features of a message for the models."""
    again = in_plain_words(marked.folded, tables.plain)
    return features(marked.folded, feature_marks(marked, text), again)


def feature_marks(marked: Marked, text: str) -> list[str]:
    """Marks for the models: which groups of words were found, denied or not, and how the message is
    punctuated."""
    names: list[str] = []
    for hit in marked.hits:
        phrase = hit.phrase
        if phrase.kind == "emotion":
            names.append(f"{SIGN}e:{phrase.code}{phrase.strength:.0f}")
        elif phrase.kind in ("signal", "request", "topic"):
            names.append(f"{SIGN}{phrase.kind[0]}:{phrase.code}")
        elif phrase.kind in ("sarcasm", "amplifier", "softener"):
            names.append(SIGN + phrase.kind)
    names += [f"{SIGN}n:{hit.phrase.code}" for hit in marked.negated]
    names += _hints(marked.hints)
    names += _shape(text)
    return names


def _hints(groups: tuple[str, ...]) -> list[str]:
    """Groups of words that speak of a signal only together: each, and each pair of them."""
    pairs = [f"{SIGN}h:{one}+{other}" for one, other in combinations(groups, 2)]
    return [f"{SIGN}h:{group}" for group in groups] + pairs


def _shape(text: str) -> list[str]:
    names = []
    shouts = text.count("!") + text.count("！")
    asks = text.count("?") + text.count("？")
    if shouts:
        names.append(f"{SIGN}shout{min(shouts, _SHOUT)}")
    if asks:
        names.append(f"{SIGN}ask{min(asks, _SHOUT)}")
    capitals = sum(1 for word in text.split()[:200] if len(word) > 2 and word.isascii() and word.isupper())
    if capitals:
        names.append(f"{SIGN}caps{min(capitals, _SHOUT)}")
    size = len(text)
    names.append(f"{SIGN}len{0 if size < 6 else 1 if size < 16 else 2 if size < 40 else 3}")
    return names
