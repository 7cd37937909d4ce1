"""What the room tells. Ids only: whoever listens reads through `queries`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisitorProven:
    """The visitor of a conversation proved who they are: from now on it has this customer."""

    shop_id: int
    conversation_id: int
    customer_id: int
