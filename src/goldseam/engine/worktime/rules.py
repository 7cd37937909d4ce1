"""The table that says which times a conversation has: the first row that fits wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from goldseam.engine.worktime.clocks import FIRST, NEXT, RESOLUTION

_OTHER = "\0other"


@dataclass(frozen=True, slots=True)
class Case:
    """What the table looks at: the issue's code, the customer's tier, the priority."""

    issue: str
    tier: str
    priority: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. Empty conditions fit everything; an issue such as "logistics" stands for its whole group.
    Times are minutes of working time, None where the row sets none; `calendar` is the shop's key of the
    calendar, None for the usual one; the warning comes after `warn_share` (0…1) of a time."""

    name: str
    issues: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    first: int | None = None
    next: int | None = None
    resolution: int | None = None
    warn_share: float = 0.75
    calendar: int | None = None

    def fits(self, case: Case) -> bool:
        """Whether the row is about this case."""
        return (
            (not self.issues or case.issue in self.issues or case.issue.split(".")[0] in self.issues)
            and (not self.tiers or case.tier in self.tiers)
            and (not self.priorities or case.priority in self.priorities)
        )

    def minutes(self, kind: str) -> int | None:
        """The time of one kind of clock."""
        return {FIRST: self.first, NEXT: self.next, RESOLUTION: self.resolution}[kind]


def match(rules: Sequence[Rule], case: Case) -> int | None:
    """The place of the first row that fits, or None."""
    return next((place for place, rule in enumerate(rules) if rule.fits(case)), None)


def unreachable(rules: Sequence[Rule], issues: Iterable[str]) -> list[int]:
    """Places of the rows that can never win, whatever comes: every case they fit is taken by rows above.

    Exact: all combinations of the known issues, of the tiers and priorities that the table names, and of
    one value of each that it does not name, are tried."""
    known = [*dict.fromkeys([*issues, *(issue for rule in rules for issue in rule.issues)])]
    tiers = [*dict.fromkeys(tier for rule in rules for tier in rule.tiers), _OTHER]
    winners = {
        match(rules, Case(*case)) for case in product([*known, _OTHER], tiers, ("P0", "P1", "P2", "P3"))
    }
    return [place for place in range(len(rules)) if place not in winners]
