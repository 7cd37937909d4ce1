"""Measures search on a shop's own questions."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldseam.engine.search.index import Ranked, SearchArticle, SearchIndex
from goldseam.engine.search.plain_words import PlainWords
from goldseam.workshop.search.lines import Query
from goldseam.workshop.vectors_sentence import Encoder

Progress = Callable[[int, int], None]
_BATCH = 512
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question fared; `ms` is the time from its text to the ranking."""

    query: Query
    ranked: Ranked
    ms: float

    def place(self) -> int | None:
        """Where the first right article stands, from 1; None when it is not among the first ten."""
        return next((at for at, name in enumerate(self.ranked.ids, 1) if name in self.query.relevant), None)

    def recall(self, depth: int) -> float:
        """The share of the right articles among the first `depth`."""
        hits = sum(name in self.query.relevant for name in self.ranked.ids[:depth])
        return hits / len(self.query.relevant)

    def ndcg(self) -> float:
        """Discounted gain of the first ten over the best possible one (Järvelin & Kekäläinen 2002)."""
        gain = sum(
            1.0 / math.log2(at + 2)
            for at, name in enumerate(self.ranked.ids[:_DEPTH])
            if name in self.query.relevant
        )
        return gain / sum(1.0 / math.log2(at + 2) for at in range(min(_DEPTH, len(self.query.relevant))))

    def as_json(self) -> dict[str, Any]:
        """A line of the details."""
        ranking = [
            {"id": name, "score": round(score, 4)}
            for name, score in zip(self.ranked.ids, self.ranked.scores, strict=True)
        ]
        return {
            "line": self.query.line,
            "query": self.query.text,
            "relevant": list(self.query.relevant),
            "place": self.place(),
            "confidence": round(self.ranked.confidence, 4),
            "ms": round(self.ms, 3),
            "ranking": ranking,
        }


def build_index(
    articles: Sequence[SearchArticle],
    encoder: Encoder | None,
    plain_words: PlainWords,
    progress: Progress | None = None,
) -> SearchIndex:
    """The index with the vectors of all articles; `progress` hears of texts done and in all."""
    if encoder is None:
        return SearchIndex(articles, None, plain_words)
    return SearchIndex(articles, _vectors(articles, encoder, progress), plain_words, encoder.unrelated)


def _vectors(
    articles: Sequence[SearchArticle], encoder: Encoder, progress: Progress | None
) -> NDArray[np.float32]:
    texts = [text for article in articles for text in article.vector_texts()]
    vectors = np.zeros((len(texts), encoder.dimensions), dtype=np.float32)
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        vectors[start : start + len(batch)] = encoder.texts(batch)
        if progress is not None:
            progress(start + len(batch), len(texts))
    return vectors


def ask(index: SearchIndex, encoder: Encoder | None, queries: Sequence[Query]) -> list[Outcome]:
    """Ask every question, one at a time, as people do. One is asked beforehand, so that loading the model
    and first touches of memory do not count as search."""
    if queries:
        _timed(index, encoder, queries[0])
    return [_timed(index, encoder, query) for query in queries]


def _timed(index: SearchIndex, encoder: Encoder | None, query: Query) -> Outcome:
    started = time.perf_counter()
    vector = encoder.question(query.text) if encoder is not None else None
    ranked = index.search(query.text, vector, _DEPTH)
    return Outcome(query, ranked, (time.perf_counter() - started) * 1000.0)


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The contract's figures over the questions that have an answer; those that have none tell how often
    the search rightly says that it found nothing. Figures without a question behind them are null."""
    answerable = [outcome for outcome in outcomes if outcome.query.relevant]
    silent = [outcome for outcome in outcomes if not outcome.query.relevant]
    times = [outcome.ms for outcome in outcomes]
    return {
        "recall@1": _mean([outcome.recall(1) for outcome in answerable]),
        "recall@3": _mean([outcome.recall(3) for outcome in answerable]),
        "ndcg@10": _mean([outcome.ndcg() for outcome in answerable]),
        "ms_p50": _percentile(times, 50),
        "ms_p95": _percentile(times, 95),
        "queries": len(answerable),
        "unanswerable": len(silent),
        "unanswerable_recognised": _mean([float(outcome.ranked.confidence < 0.5) for outcome in silent]),
        "answerable_doubted": _mean([float(outcome.ranked.confidence < 0.5) for outcome in answerable]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _percentile(values: Sequence[float], percent: float) -> float | None:
    return round(float(np.percentile(values, percent)), 3) if values else None
