"""How long a customer waits for a person: the shop's calendar and times, who is there, who waits before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from goldseam.conversations.speaking import waiting_before
from goldseam.engine.bot.wait import Hours
from goldseam.engine.worktime.hours import is_open, next_opening
from goldseam.people.queries import available_agents
from goldseam.sla.queries import times_of

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation


def hours_of(conversation: Conversation, now: datetime) -> Hours:
    """What is known at this moment; without a calendar the shop is always open, and nobody there means that
    no time is named."""
    times = times_of(conversation.shop_id)
    tier = conversation.customer.tier if conversation.customer else ""
    rule = times.rule_for(conversation.issue, tier, conversation.priority)
    calendar = times.work_calendar(times.calendar_for(rule, ()))
    if not is_open(calendar, now):
        return Hours(is_open=False, back_at=next_opening(calendar, now))
    if not available_agents(conversation.shop_id).exists():
        return Hours(is_open=False)
    minutes = (rule.first or rule.next) if rule else None
    return Hours(minutes=minutes, ahead=waiting_before(conversation) if minutes else 0)
