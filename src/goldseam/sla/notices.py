"""What people are told once, as a toast: the owner of a conversation, and those who lead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from goldseam.core.live import announce
from goldseam.people.queries import Role, memberships_in, teams_of_member
from goldseam.sla.models import Notice
from goldseam.sla.models import NoticeKind as NoticeKind  # others name kinds through here

if TYPE_CHECKING:
    from goldseam.people.models import Agent


def leads_for(shop_id: int, agent: Agent | None) -> set[int]:
    """Who leads this person's teams; without such, the leads of the shop, and without any its admins."""
    if agent is not None:
        leads = set(teams_of_member(agent, shop_id).values_list("lead_id", flat=True)) - {None, agent.pk}
        if leads:
            return {lead for lead in leads if lead is not None}
    return people_with_role(shop_id, Role.LEAD) or people_with_role(shop_id, Role.ADMIN)


def people_with_role(shop_id: int, role: Role) -> set[int]:
    """Ids of the people who have exactly this role in the shop."""
    return {place.agent_id for place in memberships_in(shop_id) if place.role == role}


@transaction.atomic
def tell_people(
    shop_id: int, agent_ids: Iterable[int], conversation_id: int, kind: NoticeKind, key: str, clock: str = ""
) -> None:
    """Tell each of them once; the same `key` again tells nobody."""
    people = sorted(set(agent_ids))
    made = Notice.objects.bulk_create(
        [
            Notice(
                shop_id=shop_id,
                agent_id=agent_id,
                conversation_id=conversation_id,
                kind=kind,
                clock=clock,
                key=key,
            )
            for agent_id in people
        ],
        ignore_conflicts=True,
    )
    if made:
        announce(shop_id, *(f"notices-{agent_id}" for agent_id in people))


def mark_seen(agent: Agent, shop_id: int, up_to: int, now: datetime) -> None:
    """The person has seen everything up to this notice."""
    Notice.objects.filter(agent=agent, shop_id=shop_id, pk__lte=up_to, seen_at=None).update(seen_at=now)
