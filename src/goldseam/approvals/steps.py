"""Which roles must agree, and how long each is waited for: the shop's table of steps, or the usual one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from goldseam.approvals.authority import LEVELS, rank
from goldseam.approvals.models import ApprovalStep


@dataclass(frozen=True, slots=True)
class StepRow:
    """One row of the table; see `goldseam.approvals.models.ApprovalStep`."""

    issue: str
    remedy: str
    over: Decimal
    levels: tuple[str, ...]
    wait_minutes: int

    def fits(self, issue: str, remedy: str, amount: Decimal) -> bool:
        """Whether the row speaks of such a request."""
        known = self.issue in ("*", issue) or (
            self.issue.endswith(".*") and issue.startswith(self.issue[:-1])
        )
        return known and self.remedy in ("*", remedy) and (amount > self.over or self.over == 0)

    @property
    def weight(self) -> tuple[int, int, Decimal]:
        """The larger, the more special."""
        return (
            0 if self.issue == "*" else 1 if self.issue.endswith(".*") else 2,
            int(self.remedy != "*"),
            self.over,
        )


USUAL = (
    StepRow("*", "*", Decimal(0), ("lead",), 60),
    StepRow("*", "*", Decimal(1000), ("lead", "admin"), 120),
    StepRow("product.safety", "*", Decimal(0), ("lead", "admin"), 15),
)
"""What holds until an admin writes a table: a lead decides, over 1,000 an admin after the lead; where people
may be in danger both, and quickly."""


def rows_of(shop_id: int) -> tuple[StepRow, ...]:
    """The shop's rows, or the usual ones while it has none."""
    rows = ApprovalStep.objects.filter(shop_id=shop_id).values_list(
        "issue", "remedy", "over", "levels", "wait_minutes"
    )
    own = tuple(
        StepRow(issue, remedy, over, tuple(levels), wait) for issue, remedy, over, levels, wait in rows
    )
    return own or USUAL


def row_for(rows: Iterable[StepRow], issue: str, remedy: str, amount: Decimal) -> StepRow:
    """The row that decides; when none fits, a lead is asked."""
    fitting = [row for row in rows if row.fits(issue, remedy, amount)]
    return max(fitting, key=lambda row: row.weight, default=USUAL[0])


def reaching(levels: Iterable[str], last: str) -> tuple[str, ...]:
    """The levels, the lower first and each once, so that `last` has the last word."""
    wanted = {level for level in levels if rank(level) < rank(last)} | {last}
    return tuple(level for level in LEVELS if level in wanted)


def above(role: str) -> str | None:
    """The next role that may be asked; None above the highest."""
    return next((level for level in LEVELS if rank(level) > rank(role)), None)
