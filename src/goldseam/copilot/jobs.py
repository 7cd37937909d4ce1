"""The copilot's slow work."""

from __future__ import annotations

from django.utils import timezone

from goldseam.copilot import crisis, tryout, wording
from goldseam.core.jobs import every, job


@job(tryout.JOB)
def try_out(tryout_id: int) -> None:
    """Run a version of a policy pack over past decisions."""
    tryout.run_tryout(tryout_id)


@job(wording.JOB, queue=wording.QUEUE)
def word(wording_id: int) -> None:
    """Ask the language model to word a text."""
    wording.run_wording(wording_id)


@every("* * * * *", "copilot.calls")
def escalate_calls(timestamp: int) -> int:
    """Calls that no lead has answered in time are shown to everybody; returns how many."""
    now = timezone.now()
    return sum(crisis.escalate(call, now) for call in crisis.unanswered(now))
