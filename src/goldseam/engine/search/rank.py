"""Fuses the two ways of finding: by meaning and by words.

Cosines of one sentence model are bunched and BM25 has no upper end, so each is measured in standard
deviations from how the question fares with articles in general, then added. Rank fusion with equal weights
throws away how clear a lead is, and fixed floors on cosines do not carry from one question to the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LEXICAL_WEIGHT = 0.45
"""Weight of the words against the meaning; see docs/search.md for the measurements."""
FOREIGN = 0.6
"""What an article in a script other than the question's loses, in standard deviations."""
_COSINE_STEP = 0.02
_CLEAR, _STEEP = 2.8, 1.2
"""The lead at which an answer is as likely as none, and how fast certainty grows with it: fitted on questions
asked with and without their article among 25 to 137 others."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How a question scores with articles in general: mean and standard deviation."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, scores: Floats) -> Spread:
        """Of all scores, or of a sample of them."""
        if not len(scores):
            return cls(0.0, 0.0)
        return cls(float(scores.mean()), float(scores.std()))

    def standard(self, scores: Floats) -> Floats:
        """In deviations from the mean; nothing to tell apart counts as zero."""
        if self.deviation < 1e-6:
            return np.zeros(len(scores), dtype=np.float32)
        return np.asarray((scores - self.mean) / self.deviation, dtype=np.float32)


def fuse(
    semantic: Floats | None,
    lexical: Floats,
    foreign: NDArray[np.bool_],
    *,
    semantic_spread: Spread | None = None,
    lexical_spread: Spread | None = None,
) -> Floats:
    """One score per article. Without sentence vectors (`semantic` None) the words decide alone. Spreads are
    taken from the scores themselves when these cover all articles, else given from a sample."""
    words = (lexical_spread or Spread.of(lexical)).standard(lexical)
    if semantic is None:
        return np.asarray(words - FOREIGN * foreign, dtype=np.float32)
    meaning = (semantic_spread or Spread.of(semantic)).standard(semantic)
    return np.asarray(meaning + LEXICAL_WEIGHT * words - FOREIGN * foreign, dtype=np.float32)


def order(scores: Floats, limit: int) -> NDArray[np.intp]:
    """Positions of the best scores, best first; equal ones in the order given."""
    limit = min(limit, len(scores))
    if limit < len(scores):
        edge = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        near = np.flatnonzero(scores >= edge)
    else:
        near = np.arange(len(scores))
    return near[np.argsort(-scores[near], kind="stable")][:limit]


def confidence(best: list[float], nearness: float = 1.0, unrelated: float = 0.0) -> float:
    """How sure the first of the ranked scores is an answer, 0 to 1, from its lead over the fourth to tenth:
    where nothing answers, the list falls off evenly. A question about something else altogether also leads
    somewhere; it is told by the cosine of the first article, `nearness`, which then lies about or below
    `unrelated`. Below 0.5 "nothing found" is the honest answer."""
    if not best:
        return 0.0
    others = best[3:10] or best[1:]
    lead = best[0] - sum(others) / len(others) if others else best[0]
    related = _logistic((nearness - unrelated) / _COSINE_STEP)
    return _logistic(_STEEP * (lead - _CLEAR)) * related


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, value))))
