"""The copilot's slow work."""

from __future__ import annotations

from goldseam.copilot import tryout
from goldseam.core.jobs import job


@job(tryout.JOB)
def try_out(tryout_id: int) -> None:
    """Run a version of a policy pack over past decisions."""
    tryout.run_tryout(tryout_id)
