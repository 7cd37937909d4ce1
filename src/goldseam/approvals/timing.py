"""When somebody must have answered: waits run in the shop's working time, so nights and holidays do not
count; where people may be in danger they run by the clock on the wall."""

from __future__ import annotations

from datetime import datetime, timedelta

from goldseam.engine.worktime.hours import NeverOpen, add
from goldseam.sla.queries import calendars_of, work_calendar

_DANGER = "product.safety"


def answer_due(shop_id: int, issue: str, minutes: int, now: datetime) -> datetime:
    """The moment at which a request that waits since `now` is passed on. Without a calendar a shop is always
    at work."""
    wait = timedelta(minutes=minutes)
    if issue == _DANGER:
        return now + wait
    own = next((row for row in calendars_of(shop_id) if row.team_id is None), None)
    if own is None:
        return now + wait
    try:
        return add(work_calendar(own), now, wait)
    except NeverOpen:
        return now + wait
