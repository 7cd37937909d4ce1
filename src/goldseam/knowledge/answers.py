"""What the workbench shows beside a conversation: the articles that may answer the customer's last words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldseam.conversations.queries import spoken
from goldseam.knowledge import queries

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation

_MESSAGES = 3
_SHOWN = 3
_BEHIND = 1.5
"""An article so many points behind the first is not shown."""


def question_of(conversation: Conversation) -> str:
    """The customer's latest messages in a row, the newest first: it weighs most when the text is cut."""
    said: list[str] = []
    for message in spoken(conversation.pk).order_by("-at", "-id")[:12]:
        if message.role == "customer":
            said.append(message.text)
        elif said:
            break
        if len(said) == _MESSAGES:
            break
    return "\n".join(said)


def beside(conversation: Conversation) -> dict[str, Any]:
    """The template's context: `hits` best first, none when nothing is sure."""
    question = question_of(conversation)
    found = queries.search(conversation.shop_id, question, 8)
    doubted = queries.doubted_in(conversation.pk)
    hits = [hit for hit in found.hits if hit.article.pk not in doubted]
    near = [hit for hit in hits if hit.score > found.hits[0].score - _BEHIND][:_SHOWN] if hits else []
    return {
        "conversation": conversation,
        "question": question,
        "hits": near if found.sure else [],
        "confidence": found.confidence,
    }
