"""The room's work by the clock."""

from __future__ import annotations

from django.utils import timezone

from goldseam.bot import queries
from goldseam.bot.cases import assume
from goldseam.bot.requests import give_up_late
from goldseam.core.jobs import every


@every("* * * * *", "bot.changes")
def watch_changes(timestamp: int) -> int:
    """Give to people what no system of the shop has answered in time."""
    return give_up_late(timezone.now())


@every("*/10 * * * *", "bot.assume")
def assume_solved(timestamp: int) -> int:
    """Take as solved what nobody came back to."""
    now = timezone.now()
    return sum(assume(case, now) for case in queries.silent_cases(now))
