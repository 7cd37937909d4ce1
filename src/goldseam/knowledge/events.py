"""What knowledge tells the rooms above."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArticleSaved:
    """An article is new, changed or taken out of use."""

    shop_id: int
    article_id: int
    version: int


@dataclass(frozen=True, slots=True)
class QuestionKept:
    """Something was asked that nothing answers well; its issue is not known yet when `text` stands alone."""

    shop_id: int
    question_id: int
    text: str


@dataclass(frozen=True, slots=True)
class AnswerDoubted:
    """A person says that an article does not answer what was asked."""

    shop_id: int
    article_id: int
    conversation_id: int
