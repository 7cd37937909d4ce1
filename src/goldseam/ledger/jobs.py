"""The room's clock."""

from __future__ import annotations

from django.utils import timezone

from goldseam.core.jobs import every
from goldseam.ledger import budgets


@every("*/5 * * * *", "ledger.budgets")
def look_at_budgets(timestamp: int) -> None:
    """Tell what two entries that committed at once each missed."""
    budgets.look_at_all(timezone.now())
