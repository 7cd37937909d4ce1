"""What follows when a calendar or the table of times is another one."""

from __future__ import annotations

from goldseam.core.jobs import DEFAULT, defer
from goldseam.sla.events import TimesChanged


def reckon_later(event: TimesChanged) -> None:
    """Clocks that live are reckoned anew by a job, since a shop may have very many."""
    defer("sla.reckon", DEFAULT, shop_id=event.shop_id)
