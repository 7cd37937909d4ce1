"""The room's slow work."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from goldseam.channels.webhook import actions


@app.task(name="webhook.deliver", queue="webhooks")
def deliver(delivery: str) -> None:
    """Call one address once."""
    actions.deliver(UUID(delivery))
