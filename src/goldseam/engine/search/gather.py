"""Gathers questions that mean the same, as they come in: each joins the nearest group, or opens one.

Sentence vectors alone do not tell "it smells" from "it sounds" of one machine, nor words two ways to say
one thing. What a question is about (its product and issue) is known from elsewhere and weighs in: a product
known to be another one parts, the same issue draws together.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goldseam.engine.search.terms import terms

Floats = NDArray[np.float32]

JOINS = 0.45
"""From this mean nearness on a question belongs to a group; see docs/search.md for the measurements."""
_WORDS = 0.5
_SAME_ISSUE, _SAME_PRODUCT, _OTHER_PRODUCT = 0.06, 0.08, 1.0
_LATEST = 12
"""A group is judged by so many of its latest questions."""


@dataclass(frozen=True, slots=True)
class Said:
    """A question as it is compared; `vector` (Euclidean length 1) is None without a model, `issue` and
    `product` are empty when they are not known."""

    pairs: frozenset[str]
    vector: Floats | None = None
    issue: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class Rarity:
    """How much a shared pair says: a rare one much, one that every second question holds nothing."""

    weights: Mapping[str, float]
    unknown: float

    @classmethod
    def of(cls, questions: Iterable[frozenset[str]]) -> Rarity:
        """From the questions of a shop."""
        counts: Counter[str] = Counter()
        size = 0
        for pairs in questions:
            counts.update(pairs)
            size += 1
        weights = {pair: math.log(1 + size / (1 + count)) for pair, count in counts.items()}
        return cls(weights, math.log(1 + size))

    def shared(self, one: frozenset[str], other: frozenset[str]) -> float:
        """The share of their weight that two sets have in common, 0 to 1 (Dice)."""
        weight = self.weights
        both = sum(weight.get(pair, self.unknown) for pair in one & other)
        each = sum(weight.get(pair, self.unknown) for pair in one)
        each += sum(weight.get(pair, self.unknown) for pair in other)
        return 2 * both / each if each else 0.0


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring Han characters and the whole words of a text."""
    return frozenset(term for term in terms(text) if len(term) > 1)


def nearness(one: Said, other: Said, rarity: Rarity) -> float:
    """How near two questions are; about 0 for unrelated ones, above 1 for the same words."""
    meaning = float(one.vector @ other.vector) if one.vector is not None and other.vector is not None else 0.0
    near = meaning + _WORDS * rarity.shared(one.pairs, other.pairs)
    if one.issue and one.issue == other.issue:
        near += _SAME_ISSUE
    if one.product and other.product:
        near += _SAME_PRODUCT if one.product == other.product else -_OTHER_PRODUCT
    return near


def best_group(question: Said, groups: Sequence[Sequence[Said]], rarity: Rarity) -> int | None:
    """The position of the group that the question joins; None when it stands alone."""
    best, where = JOINS, None
    for place, group in enumerate(groups):
        latest = group[-_LATEST:]
        mean = sum(nearness(question, other, rarity) for other in latest) / max(1, len(latest))
        if mean >= best:
            best, where = mean, place
    return where


def most_typical(questions: Sequence[Said], rarity: Rarity) -> int:
    """The position of the question that is nearest to all others."""
    sums = [sum(nearness(one, other, rarity) for other in questions) for one in questions]
    return int(np.argmax(sums)) if sums else 0
