"""What the room tells. Ids only: whoever listens reads through `queries`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TermsWanted:
    """A request is about to be routed: whoever can judge the facts answers with `actions.note_terms`, in the
    same transaction. Without an answer only the general authority of a role counts."""

    shop_id: int
    conversation_id: int
    request_id: int


@dataclass(frozen=True, slots=True)
class RequestRaised:
    """Somebody asks for a compensation."""

    shop_id: int
    conversation_id: int
    request_id: int


@dataclass(frozen=True, slots=True)
class RequestEscalated:
    """Nobody answered in time: more people are asked now."""

    shop_id: int
    conversation_id: int
    request_id: int


@dataclass(frozen=True, slots=True)
class RequestDecided:
    """The last word was said: approved or refused."""

    shop_id: int
    conversation_id: int
    request_id: int
    approved: bool


@dataclass(frozen=True, slots=True)
class RequestWithdrawn:
    """Whoever asked does not need it any more."""

    shop_id: int
    conversation_id: int
    request_id: int


@dataclass(frozen=True, slots=True)
class GrantReturned:
    """What was granted is not needed, or nobody used it in time (`expired`): it may be used no more."""

    shop_id: int
    conversation_id: int
    request_id: int
    expired: bool


@dataclass(frozen=True, slots=True)
class GrantUsed:
    """The reply that gives what was granted goes out, in this transaction."""

    shop_id: int
    conversation_id: int
    request_id: int
