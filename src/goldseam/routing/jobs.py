"""The room's work by the clock."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from goldseam.conversations.workload import unowned
from goldseam.core.jobs import every, job
from goldseam.engine.worktime.hours import last_closing
from goldseam.routing import escalating, placing, queries
from goldseam.routing.models import HandOver, Mode, PlacementState

_AT_ONCE = 50


@every("* * * * *", "routing.escalate")
def escalate(timestamp: int) -> int:
    """Take alerts that nobody acknowledged one step up."""
    return escalating.escalate_due(timezone.now())


@every("* * * * *", "routing.round")
def make_rounds(timestamp: int) -> int:
    """Shift ends first, then whatever still waits for a person."""
    return make_rounds_at(timezone.now())


def make_rounds_at(now: datetime) -> int:
    """The same for a given moment; returns how many conversations moved."""
    moved = 0
    for settings in queries.shops_that_route():
        if settings.hand_over != HandOver.STAY:
            moved += _end_shifts(settings.shop_id, now)
        if settings.mode != Mode.OFF:
            moved += _serve_queue(settings.shop_id, now)
    return moved


def _end_shifts(shop_id: int, now: datetime) -> int:
    settings = queries.settings_of(shop_id)
    moved = 0
    for profile in queries.profiles_of(shop_id):
        calendar = queries.shift_calendar(profile, settings.shop)
        if calendar is None or queries.is_on_shift(profile, settings.shop, now):
            continue
        ended = last_closing(calendar, now)
        if ended is not None and profile.handed_over_at < ended:
            moved += placing.hand_over(settings.shop, profile, settings.hand_over, now)
    return moved


def _serve_queue(shop_id: int, now: datetime) -> int:
    served = 0
    for conversation_id in unowned(shop_id, _AT_ONCE):
        found = placing.find_person(conversation_id, now=now)
        served += found is not None and found.state == PlacementState.ASSIGNED
    return served


@job("routing.serve")
def serve(shop_id: int) -> int:
    """Look for people for what waits in one shop."""
    return _serve_queue(shop_id, timezone.now())
