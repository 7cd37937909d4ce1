"""Reads of what the copilot decided."""

from __future__ import annotations

from goldseam.copilot.models import Decision


def latest_decision(conversation_id: int) -> Decision | None:
    """The newest assessment of a conversation, or None before the first."""
    return Decision.objects.filter(conversation_id=conversation_id).order_by("-id").first()
