"""Customers' words beside the words of manuals: a question is widened by what it may mean."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.search.terms import fold


@dataclass(frozen=True, slots=True)
class PlainWord:
    """`said`: parts that must all occur, in any order; `standard`: the words it stands for."""

    said: tuple[str, ...]
    standard: str


@dataclass(frozen=True, slots=True)
class PlainWords:
    """All of them, grouped by their standard words, in the order of the file."""

    words: tuple[PlainWord, ...] = ()
    version: str = "none"

    def widen(self, question: str) -> str:
        """The standard words that the question may mean, each group once; "" when none is known."""
        folded = fold(question)
        found: dict[str, None] = {}
        for word in self.words:
            if word.standard not in found and all(part in folded for part in word.said):
                found[word.standard] = None
        return " ".join(found)
