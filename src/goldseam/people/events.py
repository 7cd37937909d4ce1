"""What this room tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonWentAway:
    """No new work may come to this person until they are back."""

    agent_id: int
    shop_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PersonCameBack:
    """New work may come to this person again."""

    agent_id: int
    shop_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """The person no longer works for the shop. What is open goes to `heir_id`, or to nobody. `actor` is who
    let them go, as the audit trail names them."""

    shop_id: int
    agent_id: int
    heir_id: int | None
    actor: str
