"""The room's slow work."""

from __future__ import annotations

from uuid import UUID

from goldseam.channels.webhook import actions
from goldseam.core.jobs import WEBHOOKS, job


@job("webhook.deliver", queue=WEBHOOKS)
def deliver(delivery: str) -> None:
    """Call one address once."""
    actions.deliver(UUID(delivery))
