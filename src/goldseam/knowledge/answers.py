"""What the workbench shows beside a conversation: the articles that may answer the customer's last words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from goldseam.commerce.queries import skus_of_order
from goldseam.conversations.queries import spoken
from goldseam.knowledge import queries

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation

_LETTERS = re.compile(r"[^\W_]")
_MESSAGES = 3
_SHOWN = 3
_LEAST = 4
"""A question has so many letters; "hi" and "ok" ask nothing."""
_BEHIND = 1.5
"""An article so many points behind the first is not shown."""


def question_of(conversation: Conversation) -> str:
    """The customer's latest messages in a row, the newest first: it weighs most when the text is cut."""
    return questions_of(conversation)[0]


def questions_of(conversation: Conversation) -> list[str]:
    """What may be asked: the latest messages in a row, and, since an answer to a question back says little
    ("on Wednesday"), the latest messages of the customer whoever spoke between them."""
    said: list[str] = []
    row: int | None = None
    for message in spoken(conversation.pk).order_by("-at", "-id")[:20]:
        if message.role == "customer":
            said.append(message.text)
        elif said and row is None:
            row = len(said)
        if len(said) == _MESSAGES:
            break
    return ["\n".join(said[:row]), "\n".join(said)]


def _bought(conversation: Conversation) -> set[str]:
    """The articles in the order that the conversation is about; none when it is not known."""
    return skus_of_order(conversation.order_id) if conversation.order_id else set()


def _is_about(skus: list[str], bought: set[str]) -> bool:
    """An article about other products than the one in hand answers another question."""
    return not skus or not bought or not bought.isdisjoint(skus)


def beside(conversation: Conversation) -> dict[str, Any]:
    """The template's context: `hits` best first, none when nothing is sure."""
    asked = [
        text for text in dict.fromkeys(questions_of(conversation)) if len(_LETTERS.findall(text)) >= _LEAST
    ]
    searches = [(text, queries.search(conversation.shop_id, text, 8)) for text in asked]
    question, found = max(searches, key=lambda one: one[1].confidence, default=("", queries.Found((), 0.0)))
    doubted = queries.doubted_in(conversation.pk)
    bought = _bought(conversation)
    hits = [
        hit for hit in found.hits if hit.article.pk not in doubted and _is_about(hit.article.skus, bought)
    ]
    near = [hit for hit in hits if hit.score > found.hits[0].score - _BEHIND][:_SHOWN] if hits else []
    return {
        "conversation": conversation,
        "question": question,
        "hits": near if found.sure else [],
        "confidence": found.confidence,
    }
