"""Somebody of the demo shop is away, so that one sees how that looks and that no new work goes there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from goldseam.people.presence import go_away
from goldseam.people.queries import Role, memberships_in

if TYPE_CHECKING:
    from goldseam.people.models import Shop


def send_somebody_away(shop: Shop, *, actor: str) -> None:
    """The last agent by name is away until tomorrow morning, seen from the shop's own clock."""
    agents = [row.agent for row in memberships_in(shop.pk) if row.role == Role.AGENT]
    if len(agents) > 1:
        morning = timezone.localtime() + timedelta(days=1)
        go_away(agents[-1], morning.replace(hour=9, minute=0, second=0, microsecond=0), actor=actor)
