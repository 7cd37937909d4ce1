"""A draft article out of what agents said when it went well: their own sentences, none of them new.

Kept are sentences that are near to what was asked and that other solved conversations say too; left out are
courtesies (near to nothing that was asked), questions back, whatever names a person or number, and sums of
money, which are one customer's case and no rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goldseam.engine.search.gather import Rarity, pairs_of
from goldseam.engine.search.passages import sentences
from goldseam.engine.wording.mask import TOKEN

Floats = NDArray[np.float32]

MOST = 6
SHORTEST, LONGEST = 8, 300
_NEAR, _TOLD_BEFORE = 0.18, 0.72
_SECOND = 0.5
"""What other conversations say weighs half as much as nearness to the question."""
_MONEY = re.compile(r"\d\s*(?:\u5143|\u5757|RMB|CNY|USD|%)|[\u00a5\uffe5$]\s*\d", re.IGNORECASE)
_ASKS = re.compile(r"[?\uff1f]\s*$")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of an agent: which conversation and message it stands in, and its place in the telling."""

    text: str
    conversation: int
    message: int
    place: int


def sentences_of(text: str, conversation: int, message: int, first: int) -> list[Told]:
    """The usable sentences of a message whose personal data is masked."""
    return [
        Told(sentence, conversation, message, first + place)
        for place, sentence in enumerate(sentences(text))
        if SHORTEST <= len(sentence) <= LONGEST
        and not TOKEN.search(sentence)
        and not _MONEY.search(sentence)
        and not _ASKS.search(sentence)
    ]


def extract(told: Sequence[Told], vectors: Floats | None, question: Floats | None) -> list[Told]:
    """The sentences that answer best, in the order in which agents told them. Without vectors the words that
    several conversations share decide alone."""
    if not told:
        return []
    pairs = [pairs_of(one.text) for one in told]
    rarity = Rarity.of(pairs)
    near = np.zeros(len(told), dtype=np.float32)
    if vectors is not None and question is not None:
        near = vectors @ question
    scores = [float(near[row]) + _SECOND * _second(row, told, pairs, rarity) for row in range(len(told))]
    chosen: list[int] = []
    for row in sorted(range(len(told)), key=lambda row: (-scores[row], row)):
        if vectors is not None and near[row] < _NEAR:
            continue
        if any(_same(row, other, vectors, pairs, rarity) for other in chosen):
            continue
        chosen.append(row)
        if len(chosen) == MOST:
            break
    return [told[row] for row in sorted(chosen, key=lambda row: (told[row].place, row))]


def _second(row: int, told: Sequence[Told], pairs: Sequence[frozenset[str]], rarity: Rarity) -> float:
    """How far another conversation says the same, 0 to 1."""
    others = (place for place, one in enumerate(told) if one.conversation != told[row].conversation)
    return max((rarity.shared(pairs[row], pairs[place]) for place in others), default=0.0)


def _same(
    row: int, other: int, vectors: Floats | None, pairs: Sequence[frozenset[str]], rarity: Rarity
) -> bool:
    if rarity.shared(pairs[row], pairs[other]) > _TOLD_BEFORE:
        return True
    return vectors is not None and float(vectors[row] @ vectors[other]) > _TOLD_BEFORE
