"""A search over a fixed set of articles in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goldseam.engine.search.lexical import TITLE_WEIGHT, LexicalIndex, query_weights
from goldseam.engine.search.passages import search_texts
from goldseam.engine.search.plain_words import PlainWords
from goldseam.engine.search.rank import confidence, fuse, order
from goldseam.engine.search.semantic import VectorSet
from goldseam.engine.search.terms import has_han, terms

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SearchArticle:
    """What is searched: `questions` are questions that the article answers, as people really asked them."""

    id: str
    title: str
    text: str
    questions: tuple[str, ...] = ()

    def vector_texts(self) -> list[str]:
        """The texts whose vectors stand for the article; the best of them counts."""
        return [*search_texts(self.title, self.text), *self.questions]

    def terms(self) -> list[str]:
        """The article's words, those of its title more than once."""
        return terms(self.title) * TITLE_WEIGHT + terms("\n".join((self.text, *self.questions)))


@dataclass(frozen=True, slots=True)
class Ranked:
    """Articles best first with their scores, and how sure the first one answers."""

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    confidence: float


class SearchIndex:
    """`vectors` holds one row per text of every article's `vector_texts`, articles in order, each of
    Euclidean length 1; None searches by words alone. `unrelated` is the cosine of a question with the
    nearest of articles about something else, which depends on the model of the vectors."""

    def __init__(
        self,
        articles: Sequence[SearchArticle],
        vectors: Floats | None,
        plain_words: PlainWords,
        unrelated: float = 0.0,
    ) -> None:
        self._unrelated = unrelated
        self._ids = [article.id for article in articles]
        self._plain_words = plain_words
        self._lexical = LexicalIndex(article.terms() for article in articles)
        self._chinese = np.array([has_han(article.title + article.text) for article in articles], dtype=bool)
        self._vectors = None if vectors is None else VectorSet(vectors)
        sizes = [len(article.vector_texts()) for article in articles]
        self._starts = np.cumsum([0, *sizes[:-1]]) if articles else np.zeros(0, dtype=np.int64)

    @property
    def has_vectors(self) -> bool:
        """Whether it searches by meaning too."""
        return self._vectors is not None

    def nearest_text(self, article_id: str, vector: Floats) -> int:
        """Which of the article's `vector_texts` is nearest to a question, by position."""
        row = self._ids.index(article_id)
        if self._vectors is None:
            return 0
        start = int(self._starts[row])
        end = int(self._starts[row + 1]) if row + 1 < len(self._starts) else None
        return int(self._vectors.exact(vector, slice(start, end)).argmax())

    def cosine(self, article_id: str, vector: Floats) -> float:
        """How near a text is in meaning to the nearest of the article's texts."""
        if self._vectors is None or article_id not in self._ids:
            return 0.0
        row = self._ids.index(article_id)
        end = int(self._starts[row + 1]) if row + 1 < len(self._starts) else None
        return float(self._vectors.exact(vector, slice(int(self._starts[row]), end)).max())

    def search(self, question: str, vector: Floats | None, limit: int = 10) -> Ranked:
        """The best articles for a question, given with its sentence vector."""
        if not self._ids:
            return Ranked((), (), 0.0)
        weights = query_weights(terms(question), terms(self._plain_words.widen(question)))
        semantic = None
        if self._vectors is not None and vector is not None:
            semantic = np.maximum.reduceat(self._vectors.products(vector), self._starts)
        foreign = self._chinese if not has_han(question) else ~self._chinese
        scores = fuse(semantic, self._lexical.scores(weights), foreign)
        best = order(scores, max(limit, 10))
        values = [float(scores[row]) for row in best]
        nearness = 1.0 if semantic is None else float(semantic[best[0]])
        return Ranked(
            ids=tuple(self._ids[row] for row in best[:limit]),
            scores=tuple(values[:limit]),
            confidence=confidence(values, nearness, self._unrelated),
        )
