"""The reply contract's JSON in: an outgoing text, who writes it, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.facts import Conversation
from goldseam.engine.parse import (
    MAX_NAME,
    MAX_TEXT,
    InvalidConversation,
    as_object,
    number_at,
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
    root = as_object(data, "")
    identifier = text_at(root, "", "id", required=True, limit=MAX_NAME)
    text = text_at(root, "", "text", required=True, empty=True, limit=MAX_TEXT)
    raw_author, raw_conversation = root.get("author"), root.get("conversation")
    author = _SOMEBODY
    if raw_author is not None:
        fields = as_object(raw_author, "author")
        author = Author(
            role=text_at(fields, "author", "role", limit=MAX_NAME), limit=number_at(fields, "author", "limit")
        )
    return ReplyRequest(identifier, text, author, _conversation(raw_conversation))


def _conversation(raw: object) -> Conversation | None:
    if raw is None:
        return None
    fields = as_object(raw, "conversation")
    if not fields.get("id"):
        # Here the conversation is context of a reply that has an id itself.
        fields = {**fields, "id": "-"} if fields.get("id") is None else fields
    try:
        return parse_conversation(fields)
    except InvalidConversation as error:
        raise InvalidConversation(f"conversation.{error.path}", error.message) from None
