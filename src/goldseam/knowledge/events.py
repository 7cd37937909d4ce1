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
class AnswerDoubted:
    """A person says that an article does not answer what was asked."""

    shop_id: int
    article_id: int
    conversation_id: int
