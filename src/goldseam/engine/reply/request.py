"""The reply contract's JSON in: an outgoing text, who writes it, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.facts import Conversation
from goldseam.engine.parse import (
    MAX_TEXT,
    as_object,
    number_at,
    one_at,
    parse_conversation,
    text_at,
)
from goldseam.engine.reply.authority import Author

_SOMEBODY = Author()


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """One outgoing text to check, with the conversation it belongs to, where that is known."""

    id: str
    text: str
    author: Author = _SOMEBODY
    conversation: Conversation | None = None


def parse_reply(data: object) -> ReplyRequest:
    """Read one decoded JSON value. Raises InvalidConversation with the path of what is wrong."""
    root = as_object(data)
    identifier = text_at(root, "id", required=True)
    text = text_at(root, "text", MAX_TEXT, required=True, empty=True)
    author = one_at(root, "author", _author)
    return ReplyRequest(identifier, text, author or _SOMEBODY, one_at(root, "conversation", _context))


def _author(raw: object) -> Author:
    fields = as_object(raw)
    return Author(role=text_at(fields, "role"), limit=number_at(fields, "limit"))


def _context(raw: object) -> Conversation:
    """The conversation as context of a reply, which has an id itself."""
    fields = as_object(raw)
    return parse_conversation(fields if fields.get("id") is not None else {**fields, "id": "-"})
