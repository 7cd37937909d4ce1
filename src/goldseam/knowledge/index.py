"""Each process keeps an index of a shop's articles in memory and renews it when the shop's revision grows.

Texts and vectors stand in PostgreSQL, so any process can build the same index; ranking is the function that
`goldseam evaluate search` measures. Concurrency: a build reads the revision before the rows, so an index may
hold more than its revision says, never less; two threads that build at once both get a right one. When an
endpoint that gives the vectors is away, an index of words alone stands in and is built anew before long.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from goldseam.engine.search.index import SearchArticle, SearchIndex
from goldseam.knowledge import meaning
from goldseam.knowledge.models import Article, ArticleVectors, KnowledgeState
from goldseam.workshop.search.plain_words import packaged_plain_words
from goldseam.workshop.vectors_sentence import Encoder

Floats = NDArray[np.float32]
_MOST_SHOPS = 20
_STANDS_IN_SECONDS = 60.0
_MOST_WHILE_WAITING, _MOST_FILLED, _FILLED_AT_ONCE = 256, 5000, 20


@dataclass(frozen=True, slots=True)
class ShopIndex:
    """`articles` by the ids of the index, which are primary keys as text; `until` is when it is built anew
    though nothing was written (monotonic seconds)."""

    revision: int
    index: SearchIndex
    articles: dict[str, SearchArticle]
    until: float = math.inf


_indexes: dict[int, ShopIndex] = {}


def searchable(article: Article) -> SearchArticle:
    """What is searched of an article."""
    return SearchArticle(str(article.pk), article.title, article.body, tuple(article.questions))


def shop_index(shop_id: int) -> ShopIndex:
    """The index at the shop's present revision."""
    revision = KnowledgeState.objects.filter(shop_id=shop_id).values_list("revision", flat=True).first() or 0
    known = _indexes.get(shop_id)
    if known is not None and known.revision == revision and time.monotonic() < known.until:
        return known
    built = _build(shop_id, revision)
    if shop_id not in _indexes and len(_indexes) >= _MOST_SHOPS:
        _indexes.pop(next(iter(_indexes)), None)
    _indexes[shop_id] = built
    return built


def _build(shop_id: int, revision: int) -> ShopIndex:
    rows = list(
        Article.objects.filter(shop_id=shop_id, archived_at=None)
        .select_related("vectors")
        .only("title", "body", "questions", "vectors__rows", "vectors__encoder", "vectors__dimensions")
        .order_by("pk")
    )
    articles = [searchable(row) for row in rows]
    encoder = meaning.encoder()
    vectors = _all_vectors(rows, articles, encoder) if encoder is not None and rows else None
    unrelated = encoder.unrelated if encoder is not None and vectors is not None else 0.0
    index = SearchIndex(articles, vectors, packaged_plain_words(), unrelated)
    stands_in = meaning.is_remote() and rows and vectors is None
    until = time.monotonic() + _STANDS_IN_SECONDS if stands_in else math.inf
    return ShopIndex(revision, index, {article.id: article for article in articles}, until)


def _all_vectors(rows: list[Article], articles: list[SearchArticle], encoder: Encoder) -> Floats | None:
    """Kept vectors, and fresh ones where none of this model fit the texts; None when an endpoint is away or
    would have too much to do while somebody waits (then the job does it)."""
    blocks: list[Floats | None] = []
    for row, article in zip(rows, articles, strict=True):
        kept = getattr(row, "vectors", None)
        blocks.append(_block(kept, encoder, len(article.vector_texts())))
    missing = [place for place, block in enumerate(blocks) if block is None]
    texts = [text for place in missing for text in articles[place].vector_texts()]
    if meaning.is_remote() and len(texts) > _MOST_WHILE_WAITING:
        return None
    fresh, start = meaning.text_vectors(texts), 0
    if fresh is None:
        return None
    for place in missing:
        size = len(articles[place].vector_texts())
        blocks[place] = fresh[start : start + size]
        start += size
    return np.concatenate([block for block in blocks if block is not None])


def _block(kept: ArticleVectors | None, encoder: Encoder, size: int) -> Floats | None:
    if kept is None or kept.encoder != encoder.name or kept.dimensions != encoder.dimensions:
        return None
    rows = np.frombuffer(bytes(kept.rows), dtype=np.float16)
    if len(rows) != size * encoder.dimensions:
        return None
    return rows.reshape(size, encoder.dimensions).astype(np.float32)


def keep_vectors(rows: list[Article]) -> None:
    """Work out and store the vectors of articles that have just been written. An endpoint is not waited for
    inside a write: the job asks it (`fill_vectors`)."""
    if not meaning.is_remote():
        _keep(rows)


def fill_vectors(shop_id: int) -> int:
    """Ask the endpoint for the vectors that are missing or another model's; returns how many articles."""
    encoder = meaning.encoder()
    if encoder is None or not meaning.is_remote():
        return 0
    rows = list(
        Article.objects.filter(shop_id=shop_id, archived_at=None)
        .exclude(vectors__encoder=encoder.name, vectors__at__gte=F("updated_at"))
        .order_by("pk")[:_MOST_FILLED]
    )
    for start in range(0, len(rows), _FILLED_AT_ONCE):
        if not _keep(rows[start : start + _FILLED_AT_ONCE]):
            return start
    return len(rows)


def _keep(rows: list[Article]) -> bool:
    encoder = meaning.encoder()
    if encoder is None or not rows:
        return False
    texts = [searchable(row).vector_texts() for row in rows]
    found = meaning.text_vectors([text for some in texts for text in some])
    if found is None:
        return False
    vectors = found.astype(np.float16)
    start, made = 0, []
    for row, some in zip(rows, texts, strict=True):
        block = vectors[start : start + len(some)]
        start += len(some)
        made.append(
            ArticleVectors(
                article=row,
                encoder=encoder.name,
                dimensions=encoder.dimensions,
                rows=block.tobytes(),
                at=timezone.now(),
            )
        )
    ArticleVectors.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["encoder", "dimensions", "rows", "at"],
    )
    return True
