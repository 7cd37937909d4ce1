"""The writes of knowledge: every one keeps the version before it, is audited, and renews the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict
from goldseam.core.events import emit
from goldseam.knowledge.events import AnswerDoubted, ArticleSaved
from goldseam.knowledge.gap_actions import Asked, keep_question, merged_questions, without_personal
from goldseam.knowledge.index import keep_vectors
from goldseam.knowledge.models import AnswerVerdict, Article, ArticleVersion, KnowledgeState
from goldseam.knowledge.records import MAX_QUESTION, MAX_QUESTIONS, ArticleRecord, record_of

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
        elif _same(row, record) and row.archived_at is None:
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
        if _same(row, record):
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
    if _judge(article, conversation, agent, question, fits=False):
        audit.record(
            article.shop_id,
            agent.name,
            "article.doubted",
            f"article-{article.pk}",
            after={"conversation": conversation.pk},
        )
        keep_question(article.shop_id, question, Asked("thread", "doubted", conversation, article))
        emit(AnswerDoubted(article.shop_id, article.pk, conversation.pk))


@transaction.atomic
def give_owner(article: Article, owner: Agent | None, actor: str) -> None:
    """Who looks after an article; a matter of people, so it makes no version."""
    row = Article.objects.select_for_update().get(pk=article.pk)
    if row.owner_id == (owner.pk if owner else None):
        return
    row.owner = owner
    row.save(update_fields=["owner"])
    after = {"owner": owner.name if owner else ""}
    audit.record(row.shop_id, actor, "article.owned", f"article-{row.pk}", after=after)


@transaction.atomic
def use_answer(article: Article, conversation: Conversation, agent: Agent, question: str) -> None:
    """A person answers this with the article: the question, without what is personal, may become one of its
    asked ones."""
    plain = " ".join(without_personal(question, conversation.customer).split())
    _judge(article, conversation, agent, plain[:MAX_QUESTION], fits=True)


@transaction.atomic
def add_questions(article: Article, questions: Sequence[str], agent: Agent) -> Article:
    """Give an article more asked questions, and so a new version."""
    row = Article.objects.select_for_update().select_related("shop").get(pk=article.pk)
    record = record_of(row)
    asked = merged_questions(record.questions, questions, MAX_QUESTIONS)
    return save_article(
        row.shop, replace(record, questions=asked), agent, article=row, seen_version=row.version
    )


def _judge(article: Article, conversation: Conversation, agent: Agent, question: str, *, fits: bool) -> bool:
    """Keep a person's word on an article beside a conversation; whether it is new."""
    row, new = AnswerVerdict.objects.select_for_update().get_or_create(
        article=article,
        conversation=conversation,
        defaults={"agent": agent, "question": question[:2000], "fits": fits},
    )
    if not new and row.fits != fits:
        row.agent, row.question, row.fits, new = agent, question[:2000], fits, True
        row.save()
    return new


@transaction.atomic
def set_public(article: Article, is_public: bool, actor: str) -> None:
    """Let customers read it by themselves in the help centre, or not any more."""
    open_articles(article.shop, [article.pk], is_public, actor)


@transaction.atomic
def open_articles(shop: Shop, article_ids: Sequence[int], is_public: bool, actor: str) -> int:
    """The same for many of a shop's articles; returns how many changed."""
    rows = list(
        Article.objects.select_for_update()
        .filter(shop=shop, pk__in=article_ids, archived_at=None)
        .exclude(is_public=is_public)
        .order_by("pk")
    )
    verb = "article.opened" if is_public else "article.closed"
    for row in rows:
        row.is_public = is_public
        audit.record(shop.pk, actor, verb, f"article-{row.pk}")
    Article.objects.bulk_update(rows, ["is_public"])
    return len(rows)


def _same(row: Article, record: ArticleRecord) -> bool:
    return _content(row) == record.content() and record.public in (None, row.is_public)


def _write(row: Article, record: ArticleRecord, actor: str) -> Article:
    before = _content(row) if row.pk else None
    row.archived_at = None
    row.updated_at = timezone.now()
    for name, value in record.content().items():
        setattr(row, name, value)
    row.valid_from, row.valid_until = record.valid_from, record.valid_until
    row.review_on = record.review_on
    if record.public is not None:
        row.is_public = record.public
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
        after=_differences(content, before) if before else {"title": row.title, "public": row.is_public},
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
