"""Who is looking at a conversation. A row per person, renewed while the page is open; nothing is kept of
what is typed, no audit and no event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from goldseam.core.live import announce

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent

STATES = ("reading", "writing", "left")


def note(conversation: Conversation, agent: Agent, state: str) -> None:
    """The person reads, writes or left. Others are told only when that is new."""
    writing = state == "writing"
    with connection.cursor() as cursor:
        if state == "left":
            cursor.execute(
                "DELETE FROM conversations_presence WHERE conversation_id = %s AND agent_id = %s",
                [conversation.pk, agent.pk],
            )
            news = cursor.rowcount > 0
        else:
            cursor.execute(
                "WITH old AS (SELECT typing FROM conversations_presence WHERE conversation_id = %s"
                " AND agent_id = %s AND seen_at > now() - interval '35 seconds')"
                " INSERT INTO conversations_presence (conversation_id, agent_id, typing, seen_at)"
                " VALUES (%s, %s, %s, now()) ON CONFLICT (conversation_id, agent_id) DO UPDATE"
                " SET typing = EXCLUDED.typing, seen_at = EXCLUDED.seen_at"
                " RETURNING (SELECT typing FROM old)",
                [conversation.pk, agent.pk, conversation.pk, agent.pk, writing],
            )
            news = cursor.fetchone()[0] is not writing
    if news:
        announce(conversation.shop_id, f"presence-{conversation.pk}")
