"""How the demo shop works: its calendar, its times, who can do what and when, and a first round of clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation

from goldseam.bot.board import set_switches
from goldseam.conversations.queries import conversations_by_ids
from goldseam.conversations.workload import held_by, unowned
from goldseam.demo.catalogue import world
from goldseam.people.queries import Role, agents_of, memberships_in
from goldseam.routing.actions import Abilities, Choices, choose, set_profile
from goldseam.routing.escalating import escalate_due
from goldseam.routing.placing import feel, find_person
from goldseam.sla.actions import fill_holidays, publish_times, save_calendar
from goldseam.sla.moves import remind_due
from goldseam.sla.queries import current_table, shipped_rows

if TYPE_CHECKING:
    from goldseam.people.models import Shop

_ACTOR = "demo"
_SUGGESTED = 20
_HOURS = ("08:30-12:00, 13:00-22:00",) * 7
_SHIFTS = (("08:30-12:00, 13:00-17:30",) * 5 + ("", ""), ("13:00-22:00",) * 7, ())
_SKILLS: tuple[dict[str, Any], ...] = (
    {"issues": ["logistics", "order"], "languages": ["zh"], "most_open": 10, "most_hard": 3},
    {"issues": [], "languages": ["zh", "en"], "most_open": 12, "most_hard": 5},
    {"issues": ["refund", "money", "product"], "languages": [], "most_open": 14, "most_hard": 4},
)


def set_up_service(shop: Shop) -> None:
    """The calendar with this and next year's holidays, the table of times, and the choices; before any
    conversation comes, so that its clocks are right. What is there already stays."""
    if current_table(shop.pk) is not None:
        return
    name = world()["calendar"]
    calendar = save_calendar(
        shop, None, name=name, timezone=shop.timezone, hours=_HOURS, team_id=None, actor=_ACTOR
    )
    year = timezone.now().year
    for wanted in (year, year + 1):
        fill_holidays(calendar, "CN", wanted, language="zh_CN", actor=_ACTOR)
    with translation.override(shop.language):
        publish_times(shop, shipped_rows(), author=None, actor=_ACTOR)
    choices = Choices(
        mode="suggest",
        hand_over="queue",
        prefer_last=True,
        relax_skills=True,
        lead_minutes=5,
        admin_minutes=15,
    )
    choose(shop, choices, {}, actor=_ACTOR)
    set_switches(shop, {("", "webchat"): "answer"}, actor=_ACTOR)
    people = [place.agent for place in memberships_in(shop.pk) if place.role == Role.AGENT]
    for number, agent in enumerate(people):
        hours, skills = _SHIFTS[number % len(_SHIFTS)], _SKILLS[number % len(_SKILLS)]
        given = Abilities(takes_part=True, products=(), hours=hours, **skills)
        set_profile(shop, agent, given, actor=_ACTOR)


def run_service(shop: Shop) -> None:
    """After the conversations: what their owners bear, which clocks warn, which alerts went up."""
    now = timezone.now()
    for agent in agents_of(shop.pk):
        for conversation in conversations_by_ids(held_by(shop.pk, agent.pk)):
            feel(conversation, agent.pk, now - timedelta(minutes=7 * (conversation.pk % 40)))
    for conversation_id in unowned(shop.pk, _SUGGESTED):
        find_person(conversation_id)
    remind_due(now)
    escalate_due(now)
