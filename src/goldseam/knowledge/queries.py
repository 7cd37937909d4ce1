"""Reads of the articles, their gate, and the search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core.errors import NotFound
from goldseam.core.paging import decode_cursor, encode_cursor
from goldseam.engine.search.passages import passages
from goldseam.knowledge.index import shop_index
from goldseam.knowledge.meaning import question_vector
from goldseam.knowledge.models import AnswerVerdict, Article, ArticleVersion, ProductSheet, SheetVersion

if TYPE_CHECKING:
    from goldseam.people.models import Agent

_LONGEST_QUESTION = 500
_SPARE = 20
"""So many hits more are looked at, for those that are not in force."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that may answer, with the passage that comes nearest."""

    article: Article
    passage: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """`confidence` says how sure the first hit is an answer, 0 to 1; `sure` is false when the honest
    answer is that nothing was found."""

    hits: tuple[Hit, ...]
    confidence: float

    @property
    def sure(self) -> bool:
        """Whether the first hit may be called an answer."""
        return bool(self.hits) and self.confidence >= 0.5


def access_article(agent: Agent, article_id: int) -> Article:
    """The gate: the article if it belongs to a shop of this person, else "not found"."""
    article = (
        Article.objects.select_related("shop", "owner")
        .filter(pk=article_id, shop__memberships__agent=agent)
        .first()
    )
    if article is None:
        raise NotFound(gettext_noop("There is no such article."))
    return article


def articles_of(shop_id: int, kind: str = "", *, due: bool = False) -> QuerySet[Article]:
    """A shop's articles in use, the latest changed first; `due`: only those to be reviewed by now."""
    rows = Article.objects.filter(shop_id=shop_id, archived_at=None).select_related("owner")
    if due:
        rows = rows.filter(review_on__lte=today())
    return (rows.filter(kind=kind) if kind else rows).order_by("-updated_at", "-pk")


def access_sheet(agent: Agent, sheet_id: int) -> ProductSheet:
    """The gate: the product sheet if it belongs to a shop of this person, else "not found"."""
    row = (
        ProductSheet.objects.select_related("shop", "owner")
        .filter(pk=sheet_id, shop__memberships__agent=agent)
        .first()
    )
    if row is None:
        raise NotFound(gettext_noop("There is no such product sheet."))
    return row


def sheets_of(shop_id: int) -> list[ProductSheet]:
    """A shop's product families in use, by name."""
    rows = ProductSheet.objects.filter(shop_id=shop_id, archived_at=None).select_related("owner")
    return list(rows.order_by("title", "pk")[:500])


def sheet_versions(row: ProductSheet) -> list[SheetVersion]:
    """How the sheet read before, the newest first."""
    return list(SheetVersion.objects.filter(sheet=row).defer("body")[:50])


def titles_of(shop_id: int, ids: list[int]) -> list[Article]:
    """These articles of the shop in the given order; what is not the shop's is left out."""
    rows = Article.objects.filter(shop_id=shop_id).in_bulk(ids)
    return [rows[number] for number in ids if number in rows]


def page_by_id(
    shop_id: int, *, kind: str | None, archived: bool, after: str | None, limit: int
) -> tuple[list[Article], str | None]:
    """A shop's articles in or out of use, the latest made first, and the cursor of the next page."""
    rows = Article.objects.filter(shop_id=shop_id, archived_at__isnull=not archived).select_related("owner")
    if kind:
        rows = rows.filter(kind=kind)
    if after:
        rows = rows.filter(pk__lt=decode_cursor(after, int)[0])
    page = list(rows.order_by("-pk")[: limit + 1])
    following = encode_cursor([page[limit - 1].pk]) if len(page) > limit else None
    return page[:limit], following


def find_article(shop_id: int, external_id: str) -> Article:
    """The shop's article of this id, for programs; else "not found"."""
    row = Article.objects.select_related("owner", "shop").filter(shop_id=shop_id, external_id=external_id)
    found = row.first()
    if found is None:
        raise NotFound(gettext_noop("There is no such article."))
    return found


def versions_of(article: Article) -> QuerySet[ArticleVersion]:
    """How the article read before, the newest first."""
    return ArticleVersion.objects.filter(article=article)


def today() -> date:
    """The day by which validity is judged."""
    return timezone.localdate()


def search(
    shop_id: int, question: str, limit: int = 10, *, keep: Callable[[Article], bool] | None = None
) -> Found:
    """The shop's articles in force that answer a question best, by meaning and words; with `keep` only those
    for which it is true."""
    asked = " ".join(question.split())[:_LONGEST_QUESTION]
    if not asked:
        return Found((), 0.0)
    state = shop_index(shop_id)
    vector = question_vector(asked) if state.index.has_vectors else None
    ranked = state.index.search(asked, vector, limit + _SPARE)
    rows = Article.objects.select_related("owner").in_bulk([int(name) for name in ranked.ids])
    day = today()
    hits = []
    for name, score in zip(ranked.ids, ranked.scores, strict=True):
        row = rows.get(int(name))
        if row is None or not row.in_force(day) or (keep is not None and not keep(row)):
            continue
        parts = passages(row.body)
        near = state.index.nearest_text(name, vector) if vector is not None else 0
        passage = parts[near] if near < len(parts) else (parts or [row.title])[0]
        hits.append(Hit(row, passage, score))
    first = hits and str(hits[0].article.pk) == ranked.ids[0]
    return Found(tuple(hits[:limit]), ranked.confidence if first else 0.0)


def used_for(article: Article, limit: int = 20) -> list[str]:
    """Questions that agents answered with the article and that are not among its asked ones, the latest
    first."""
    rows = AnswerVerdict.objects.filter(article=article, fits=True).order_by("-at", "-pk")
    asked = dict.fromkeys(rows.values_list("question", flat=True)[:200])
    return [text for text in asked if text and text not in article.questions][:limit]


def doubted_in(conversation_id: int) -> set[int]:
    """Articles that a person said are no answer in this conversation."""
    rows = AnswerVerdict.objects.filter(conversation_id=conversation_id, fits=False)
    return set(rows.values_list("article_id", flat=True))
