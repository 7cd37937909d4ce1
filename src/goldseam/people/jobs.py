"""The room's work by the clock."""

from __future__ import annotations

from goldseam.core.jobs import every
from goldseam.people import presence


@every("* * * * *", "people.return")
def end_absences(timestamp: int) -> int:
    """Write down who is back because their absence is over; returns how many."""
    return presence.end_absences()
