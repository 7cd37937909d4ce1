"""The room's slow work."""

from __future__ import annotations

from goldseam.channels.webchat import actions, mailing
from goldseam.core.jobs import every, job, patient


@job("webchat.letter", retry=patient(6, first_wait=5))
def letter(message: int) -> None:
    """Mail a reply that was not read in the chat."""
    mailing.post_letters(message)


@every("37 4 * * *", "webchat.forget")
def forget(timestamp: int) -> int:
    """Remove visitors who went for good."""
    return actions.forget_visitors()
