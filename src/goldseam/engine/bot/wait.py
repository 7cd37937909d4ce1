"""What a customer who is given to people is told about waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from goldseam.engine.bot.answers import span
from goldseam.engine.bot.tables import Sayings


@dataclass(frozen=True, slots=True)
class Hours:
    """`is_open`: people are at work now; `back_at` when they are again; `minutes` until somebody usually
    looks, None when the shop has set no time; `ahead` how many wait before this one."""

    is_open: bool = True
    back_at: datetime | None = None
    minutes: int | None = None
    ahead: int = 0


def wait_words(hours: Hours, now: datetime, say: Sayings) -> str:
    """The expected wait; nothing is made up when nothing is known."""
    if not hours.is_open and hours.back_at is not None:
        back = hours.back_at.astimezone(now.tzinfo)
        return say.say(
            "wait_closed", back=say.say("day_time", month=back.month, day=back.day, time=f"{back:%H:%M}")
        )
    if hours.minutes is None or not hours.is_open:
        return say.say("wait_unknown")
    key = "wait_ahead" if hours.ahead else "wait_open"
    return say.say(key, span=span(say, hours.minutes), ahead=hours.ahead)
