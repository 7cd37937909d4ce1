"""What the room tells. Ids only: whoever listens reads through `queries`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EntryPosted:
    """Something was written into the ledger; `state` says what (promised, approved, paid …)."""

    shop_id: int
    conversation_id: int
    entry_id: int
    state: str


@dataclass(frozen=True, slots=True)
class BudgetCrossed:
    """What was given in a month reached a share of its budget at which the leads want to know."""

    shop_id: int
    budget_id: int
    share: int
