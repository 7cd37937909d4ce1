"""What the clocks tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeadlineNear:
    """A clock has used the share of its time at which a warning is due; told once per clock and run-up."""

    shop_id: int
    conversation_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class DeadlineMissed:
    """A clock ran out before what it measures happened; told once per clock."""

    shop_id: int
    conversation_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class TimesChanged:
    """A calendar or the table of times is another one: clocks that still run are to be reckoned anew."""

    shop_id: int
