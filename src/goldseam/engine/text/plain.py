"""Short forms, English words and dialect inside Chinese messages, said again in plain Mandarin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LATIN = re.compile("[a-z][a-z0-9]*")


@dataclass(frozen=True, slots=True)
class PlainWords:
    """Letters → words, characters (code point → character) and words with the pattern that finds them."""

    letters: Mapping[str, str]
    characters: Mapping[int, str]
    words: Mapping[str, str]
    pattern: re.Pattern[str]


def make_plain(letters: Mapping[str, str], source: str, target: str, words: Mapping[str, str]) -> PlainWords:
    """Build the tables. Raises ValueError when the characters do not pair up."""
    if len(source) != len(target):
        raise ValueError("characters and their plain ones must pair up one to one")
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
    return PlainWords(dict(letters), dict(zip(map(ord, source), target, strict=True)), dict(words), pattern)


def in_plain_words(folded: str, plain: PlainWords) -> str:
    """The folded text in plain Mandarin; an empty text when it already is, or holds no Chinese at all."""
    if folded.isascii():
        return ""
    said = plain.pattern.sub(lambda found: plain.words[found.group()], folded).translate(plain.characters)
    said = _LATIN.sub(lambda found: plain.letters.get(found.group(), found.group()), said)
    return "" if said == folded else said
