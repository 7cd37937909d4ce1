"""The writes of knowledge: every one keeps the version before it, is audited, and renews the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict
from goldseam.core.events import emit
from goldseam.knowledge.events import AnswerDoubted, ArticleSaved
from goldseam.knowledge.index import keep_vectors
from goldseam.knowledge.models import AnswerVerdict, Article, ArticleVersion, KnowledgeState
from goldseam.knowledge.records import ArticleRecord

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent, Shop


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@transaction.atomic
def import_articles(
    shop: Shop, records: Sequence[ArticleRecord], *, actor: str, owner: Agent | None = None
) -> Imported:
    """Make or change articles by their ids; one that is the same already stays as it is, so a repeated import
    changes nothing. All or none are written."""
    _next_revision(shop)
    known = {
        row.external_id: row
        for row in Article.objects.select_for_update().filter(
            shop=shop, external_id__in=[record.external_id for record in records]
        )
    }
    written: list[Article] = []
    created = changed = 0
    for record in {record.external_id: record for record in records}.values():
        row = known.get(record.external_id)
        if row is None:
            created += 1
            row = Article(shop=shop, external_id=record.external_id, owner=owner)
        elif _content(row) == record.content() and row.archived_at is None:
            continue
        else:
            changed += 1
            row.version += 1
        written.append(_write(row, record, actor))
    keep_vectors(written)
    return Imported(created, changed, len({record.external_id for record in records}) - created - changed)


@transaction.atomic
def save_article(
    shop: Shop, record: ArticleRecord, agent: Agent, *, article: Article | None = None, seen_version: int = 0
) -> Article:
    """Write a new article, or change one as it was at `seen_version`; a conflict when others were faster."""
    _next_revision(shop)
    if article is None:
        if Article.objects.filter(shop=shop, external_id=record.external_id).exists():
            raise Conflict(gettext_noop("There is an article with this name already."), field="title")
        row = Article(shop=shop, external_id=record.external_id, owner=agent)
    else:
        row = Article.objects.select_for_update().get(pk=article.pk, shop=shop)
        if row.version != seen_version:
            raise Conflict(gettext_noop("A colleague changed this article meanwhile. Open it again."))
        if _content(row) == record.content():
            return row
        row.version += 1
    saved = _write(row, record, agent.name)
    keep_vectors([saved])
    return saved


@transaction.atomic
def archive_article(article: Article, actor: str) -> None:
    """Take an article out of use; it is kept with all its versions."""
    _next_revision(article.shop)
    row = Article.objects.select_for_update().get(pk=article.pk)
    if row.archived_at is not None:
        return
    row.archived_at = timezone.now()
    row.save(update_fields=["archived_at"])
    audit.record(row.shop_id, actor, "article.archived", f"article-{row.pk}")
    emit(ArticleSaved(row.shop_id, row.pk, row.version))


@transaction.atomic
def doubt_answer(article: Article, conversation: Conversation, agent: Agent, question: str) -> None:
    """A person says the article is no answer to this; said twice it is kept once."""
    _, new = AnswerVerdict.objects.get_or_create(
        article=article, conversation=conversation, defaults={"agent": agent, "question": question[:2000]}
    )
    if new:
        audit.record(
            article.shop_id,
            agent.name,
            "article.doubted",
            f"article-{article.pk}",
            after={"conversation": conversation.pk},
        )
        emit(AnswerDoubted(article.shop_id, article.pk, conversation.pk))


def _write(row: Article, record: ArticleRecord, actor: str) -> Article:
    before = _content(row) if row.pk else None
    row.archived_at = None
    row.updated_at = timezone.now()
    for name, value in record.content().items():
        setattr(row, name, value)
    row.valid_from, row.valid_until = record.valid_from, record.valid_until
    row.review_on = record.review_on
    row.save()
    content = record.content()
    ArticleVersion.objects.create(
        article=row, number=row.version, content=content, actor=actor, at=row.updated_at
    )
    audit.record(
        row.shop_id,
        actor,
        "article.saved",
        f"article-{row.pk}",
        before=_differences(before, content),
        after=_differences(content, before) if before else {"title": row.title, "version": row.version},
    )
    emit(ArticleSaved(row.shop_id, row.pk, row.version))
    return row


def _differences(one: dict[str, object] | None, other: dict[str, object] | None) -> dict[str, object] | None:
    if one is None or other is None:
        return None
    return {key: value for key, value in one.items() if other.get(key) != value}


def _content(row: Article) -> dict[str, object]:
    names: Iterable[str] = ("kind", "title", "body", "language", "questions", "skus")
    dates = ("valid_from", "valid_until", "review_on")
    days = {name: getattr(row, name).isoformat() if getattr(row, name) else None for name in dates}
    return {name: getattr(row, name) for name in names} | days


def _next_revision(shop: Shop) -> None:
    """Taken first in every write, so that writes to a shop's articles stand in line."""
    state, _ = KnowledgeState.objects.get_or_create(shop=shop)
    KnowledgeState.objects.filter(pk=state.pk).update(revision=F("revision") + 1)
