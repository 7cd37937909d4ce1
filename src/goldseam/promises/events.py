"""What the room tells. Ids only: whoever listens reads through `queries`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """A sent reply committed the shop to something."""

    shop_id: int
    conversation_id: int
    promise_id: int


@dataclass(frozen=True, slots=True)
class PromiseDueSoon:
    """An open promise falls due before long."""

    shop_id: int
    conversation_id: int
    promise_id: int


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """It was done: seen in the facts, or said by a person."""

    shop_id: int
    conversation_id: int
    promise_id: int


@dataclass(frozen=True, slots=True)
class PromiseBroken:
    """Its time passed and nothing shows that it was done."""

    shop_id: int
    conversation_id: int
    promise_id: int


@dataclass(frozen=True, slots=True)
class PromiseWithdrawn:
    """A person took it back, with a reason."""

    shop_id: int
    conversation_id: int
    promise_id: int
