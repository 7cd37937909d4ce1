"""BM25 over characters, pairs and words (Robertson & Zaragoza 2009), as one array of scores per query."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

K1 = 1.2
B = 0.75
TITLE_WEIGHT = 2
"""A title's words count so many times."""


def idf(documents: int, holding: int) -> float:
    """How rare a term is; never negative, so that common characters add nothing instead of taking away."""
    return math.log(1.0 + (documents - holding + 0.5) / (holding + 0.5))


def saturation(count: float, length: float, mean_length: float) -> float:
    """What `count` occurrences are worth in a document of `length` terms."""
    return count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / max(mean_length, 1.0)))


def query_weights(asked: Sequence[str], widened: Sequence[str] = ()) -> dict[str, float]:
    """Each distinct term of the question, and of what widens it, counts once; in both, twice."""
    weights = dict.fromkeys(asked, 1.0)
    for term in dict.fromkeys(widened):
        weights[term] = weights.get(term, 0.0) + 1.0
    return weights


def bm25(
    counts: Mapping[str, int],
    length: int,
    weights: Mapping[str, float],
    holding: Mapping[str, int],
    documents: int,
    mean_length: float,
) -> float:
    """One document's score, from its counts of the query's terms; for stores that keep their own counts."""
    score = 0.0
    for term, weight in weights.items():
        count = counts.get(term, 0)
        if count:
            score += weight * idf(documents, holding.get(term, 0)) * saturation(count, length, mean_length)
    return score


class LexicalIndex:
    """Postings of a fixed set of documents with their BM25 weights worked out beforehand."""

    def __init__(self, documents: Iterable[Sequence[str]]) -> None:
        rows: dict[str, list[int]] = {}
        counts: dict[str, list[int]] = {}
        lengths: list[int] = []
        for row, found in enumerate(documents):
            lengths.append(len(found))
            for term, count in Counter(found).items():
                rows.setdefault(term, []).append(row)
                counts.setdefault(term, []).append(count)
        self.size = len(lengths)
        every = np.array(lengths, dtype=np.float32)
        mean = float(every.mean()) if self.size else 1.0
        norm = K1 * (1.0 - B + B * every / max(mean, 1.0))
        self._postings: dict[str, tuple[NDArray[np.int32], Floats]] = {}
        for term, where in rows.items():
            at = np.array(where, dtype=np.int32)
            often = np.array(counts[term], dtype=np.float32)
            worth = idf(self.size, len(where)) * often * (K1 + 1.0) / (often + norm[at])
            self._postings[term] = (at, worth.astype(np.float32))

    def scores(self, weights: Mapping[str, float]) -> Floats:
        """Every document's score for the weighted terms."""
        scores = np.zeros(self.size, dtype=np.float32)
        for term, asked in weights.items():
            posting = self._postings.get(term)
            if posting is not None:
                scores[posting[0]] += asked * posting[1]
        return scores
