"""The copilot's slow work."""

from __future__ import annotations

from goldseam.copilot import tryout, wording
from goldseam.core.jobs import job


@job(tryout.JOB)
def try_out(tryout_id: int) -> None:
    """Run a version of a policy pack over past decisions."""
    tryout.run_tryout(tryout_id)


@job(wording.JOB, queue=wording.QUEUE)
def word(wording_id: int) -> None:
    """Ask the language model to word a text."""
    wording.run_wording(wording_id)
