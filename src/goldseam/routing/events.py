"""What the distribution of work tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConversationPlaced:
    """A person was found (or suggested) for a conversation, or nobody was (`agent_id` None)."""

    shop_id: int
    conversation_id: int
    agent_id: int | None
    state: str


@dataclass(frozen=True, slots=True)
class AlertEscalated:
    """Nobody acknowledged an alert in time; `step` is "lead" or "admin"."""

    shop_id: int
    conversation_id: int
    step: str
