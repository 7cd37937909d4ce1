"""The room's work by the clock, and what waits for a language model."""

from __future__ import annotations

from goldseam.core.jobs import every, job
from goldseam.knowledge import gap_wording, gap_work


@every("*/15 * * * *", "knowledge.gaps")
def renew_gaps(timestamp: int) -> dict[str, int]:
    """Look for open questions, gather them, propose drafts; returns how much was done."""
    return gap_work.renew_all()


@job(gap_wording.JOB, queue=gap_wording.QUEUE)
def word_gap(gap_id: int) -> None:
    """Let the language model word a draft from its sources."""
    gap_wording.run(gap_id)
