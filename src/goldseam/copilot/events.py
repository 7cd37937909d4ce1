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
