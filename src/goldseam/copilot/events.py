"""What the copilot tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IssueCorrected:
    """A person said that the issue is another one; `before` and `after` are taxonomy codes."""

    shop_id: int
    conversation_id: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CrisisBegan:
    """A conversation shows a danger to people: machines are silent, a lead is called."""

    shop_id: int
    conversation_id: int
    crisis_id: int


@dataclass(frozen=True, slots=True)
class CrisisReleased:
    """A lead said that the danger is over."""

    shop_id: int
    conversation_id: int
    crisis_id: int
