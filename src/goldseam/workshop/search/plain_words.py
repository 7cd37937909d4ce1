"""Reads the table of customers' words: `standard words: said | also said | part+part`."""

from __future__ import annotations

import functools
import hashlib
from importlib.resources import files

from goldseam.engine.search.plain_words import PlainWord, PlainWords
from goldseam.engine.search.terms import fold


class PlainWordsError(ValueError):
    """The table cannot be read; the message names the line."""


def parse_plain_words(content: str) -> PlainWords:
    """The table in a text; its version is a digest of the content. Raises PlainWordsError."""
    words: list[PlainWord] = []
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        standard, colon, said = line.partition(":")
        if not colon or not standard.strip() or not said.strip():
            raise PlainWordsError(f"line {number} must be `standard words: said | also said`")
        for alternative in said.split("|"):
            parts = tuple(fold(part.strip()) for part in alternative.split("+"))
            if not all(parts):
                raise PlainWordsError(f"line {number} has an empty part in {alternative.strip()!r}")
            words.append(PlainWord(parts, standard.strip()))
    return PlainWords(tuple(words), hashlib.sha256(content.encode()).hexdigest()[:12])


@functools.cache
def packaged_plain_words() -> PlainWords:
    """The table that comes with the package."""
    source = files("goldseam.engine").joinpath("data", "search", "plain_words.txt")
    return parse_plain_words(source.read_text(encoding="utf-8"))
