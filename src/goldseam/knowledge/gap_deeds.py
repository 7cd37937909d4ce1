"""What a person does with a gap that also touches an article: write the draft as an article, give an article
these questions, and take either back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from goldseam.knowledge import actions
from goldseam.knowledge.gap_actions import answer_gap, reopen_gap
from goldseam.knowledge.models import Article, Gap, Question
from goldseam.knowledge.records import ArticleRecord, record_of

if TYPE_CHECKING:
    from goldseam.people.models import Agent

_MOST_ADDED = 20


@transaction.atomic
def write_article(gap: Gap, record: ArticleRecord, agent: Agent) -> Article:
    """The draft, as the person left it, becomes an article that answers the gap."""
    article = actions.save_article(gap.shop, record, agent)
    answer_gap(gap, article, agent)
    return article


@transaction.atomic
def add_questions(gap: Gap, article: Article, agent: Agent) -> Article:
    """The article answers it already: it gets the gap's questions, so that it is found from now on."""
    saved = actions.add_questions(article, _asked(gap), agent)
    answer_gap(gap, saved, agent, was_added=True)
    return saved


@transaction.atomic
def take_back(gap: Gap, agent: Agent) -> None:
    """Undo a decision: the gap is open again; an article that was written for it goes out of use unless
    somebody has changed it since, questions that an article was given are taken from it."""
    before = reopen_gap(gap, agent)
    article = before.article
    if article is None or article.archived_at is not None:
        return
    if not before.was_added:
        if article.version == 1:
            actions.archive_article(article, agent.name)
        return
    record = record_of(article)
    added = {text[:300] for text in _asked(gap)}
    questions = tuple(text for text in record.questions if text not in added)
    actions.save_article(
        gap.shop, replace(record, questions=questions), agent, article=article, seen_version=article.version
    )


def _asked(gap: Gap) -> list[str]:
    rows = Question.objects.filter(gap=gap).order_by("-asked_at", "-pk").values_list("text", flat=True)
    return list(dict.fromkeys(rows[:200]))[:_MOST_ADDED]
