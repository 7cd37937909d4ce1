"""What the simulator knows of the past, and what it says of a limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PastRequest:
    """A request that somebody decided. `decided_amount` is what was granted in the end, 0 when it was
    refused. `unhappy` says how the conversation ended: whether the customer left dissatisfied, None when
    nobody knows. All amounts of one run are in one currency."""

    issue: str
    remedy: str
    amount: Decimal
    approved: bool
    decided_amount: Decimal
    requested_at: datetime
    decided_at: datetime
    unhappy: bool | None = None

    @property
    def in_full(self) -> bool:
        """Whether a person gave all that was asked for: only then was asking a formality."""
        return self.approved and self.decided_amount >= self.amount

    @property
    def hours(self) -> float:
        """How long the customer waited for the word."""
        return max(0.0, (self.decided_at - self.requested_at).total_seconds() / 3600)

    @property
    def held_back(self) -> Decimal:
        """What the decision kept: the difference between what was asked for and what was granted."""
        given = self.decided_amount if self.approved else Decimal(0)
        return max(Decimal(0), self.amount - given)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of requests with its uncertainty: `yes` of `count`, and the bounds between which the true share
    lies with 90 per cent probability."""

    yes: int
    count: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The observed share; 0 without requests."""
        return self.yes / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the approval curve: for amounts from `low` to `high`, this share was approved in full."""

    low: Decimal
    high: Decimal
    rate: Rate


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a limit would have meant. `at_once` of `count` requests would have needed nobody; `hours` of
    waiting would have fallen away, the median wait being `median_hours`; `money` is what would have been
    given at once, `at_risk` the part of it that a person refused or cut. `missed` of the refused or cut ones
    are known to have ended with an unhappy customer. `approved` is the share of them that was approved in
    full, `edge` the same in the upper half of the amounts, which is what this limit buys beyond its half."""

    limit: Decimal
    count: int
    at_once: int
    hours: float
    median_hours: float
    money: Decimal
    at_risk: Decimal
    missed: int
    approved: Rate
    edge: Rate
    confidence: float

    @property
    def share(self) -> float:
        """The share of requests that would have been granted at once."""
        return self.at_once / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`verdict`: "raise" (to `limit`), "keep" (people refuse too much of what is asked), "not_enough"
    (`more` further decisions are needed). `confidence` is the probability that at least the wanted share of
    such requests is approved in full."""

    verdict: str
    limit: Decimal | None = None
    confidence: float = 0.0
    more: int = 0


@dataclass(frozen=True, slots=True)
class Simulation:
    """The past of one issue ("" = all of them)."""

    issue: str
    count: int
    curve: tuple[Step, ...]
    outlooks: tuple[Outlook, ...]
    suggestion: Suggestion

    def at(self, limit: Decimal) -> Outlook | None:
        """The outlook of a limit of the grid."""
        return next((outlook for outlook in self.outlooks if outlook.limit == limit), None)
