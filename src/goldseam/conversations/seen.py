"""What a person has seen. No audit, no event: their own unread dots hang on it, and what a customer's chat
says about being read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from goldseam.core.live import announce

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent


def mark_seen(conversation: Conversation, agent: Agent) -> None:
    """The person has the thread before them up to its latest message; never moves back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_readmark (conversation_id, agent_id, seen_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (agent_id, conversation_id) DO UPDATE"
            " SET seen_at = EXCLUDED.seen_at WHERE conversations_readmark.seen_at < EXCLUDED.seen_at",
            [conversation.pk, agent.pk, conversation.last_message_at],
        )
        news = cursor.rowcount > 0
    if news:
        announce(conversation.shop_id, f"seen-{conversation.pk}")
