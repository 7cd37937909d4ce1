"""What customers may read by themselves: articles that are open to them and in force, and open guides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core.errors import NotFound
from goldseam.knowledge.models import Article, Guide, Kind

ARTICLE_KINDS: tuple[str, ...] = (Kind.HOW_TO, Kind.FAULT, Kind.PRODUCT, Kind.POLICY)
"""In the order in which readers see them."""
KIND_NAMES = {kind: Kind(kind).label for kind in ARTICLE_KINDS}
_MOST = 2000


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """A line of a list."""

    pk: int
    kind: str
    title: str
    language: str
    updated_at: datetime


def _in_force(shop_id: int, kinds: Iterable[str]) -> Q:
    today = timezone.localdate()
    return (
        Q(shop_id=shop_id, kind__in=list(kinds), is_public=True, archived_at=None)
        & (Q(valid_from=None) | Q(valid_from__lte=today))
        & (Q(valid_until=None) | Q(valid_until__gte=today))
    )


def open_articles(shop_id: int, kinds: Sequence[str]) -> list[OpenArticle]:
    """All of them, by title."""
    rows = Article.objects.filter(_in_force(shop_id, kinds)).order_by("title", "pk")
    return [
        OpenArticle(*row) for row in rows.values_list("pk", "kind", "title", "language", "updated_at")[:_MOST]
    ]


def open_article(shop_id: int, kinds: Sequence[str], article_id: int) -> Article:
    """One of them, else "not found"."""
    row = Article.objects.filter(_in_force(shop_id, kinds), pk=article_id).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such article."))
    return row


def open_guides(shop_id: int) -> list[Guide]:
    """The guides that customers may walk, by title."""
    rows = Guide.objects.filter(shop_id=shop_id, is_public=True, archived_at=None)
    return list(rows.order_by("title", "pk")[:200])


@dataclass(frozen=True, slots=True)
class Opened:
    """How many of the articles of a kind are open to customers."""

    kind: str
    name: str
    opened: int
    all: int


def opened_by_kind(shop_id: int) -> list[Opened]:
    """For each kind, in the order of the kinds."""
    rows = Article.objects.filter(shop_id=shop_id, archived_at=None).order_by().values("kind")
    counts = rows.annotate(of_all=Count("pk"), opened=Count("pk", filter=Q(is_public=True)))
    counted = {row["kind"]: (row["of_all"], row["opened"]) for row in counts}
    return [
        Opened(kind, str(KIND_NAMES[kind]), counted.get(kind, (0, 0))[1], counted.get(kind, (0, 0))[0])
        for kind in ARTICLE_KINDS
    ]


def ids_of_kind(shop_id: int, kind: str) -> list[int]:
    """The articles of a kind that are in use."""
    rows = Article.objects.filter(shop_id=shop_id, kind=kind, archived_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:20_000])
