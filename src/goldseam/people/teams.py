"""Writes about teams."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.people.models import Agent, Membership, Shop, Team
from goldseam.people.queries import colleague

_MAX_NAME = 80


@transaction.atomic
def create_team(shop: Shop, name: str, *, lead: Agent | None, members: Iterable[Agent], actor: str) -> Team:
    """A new team; its lead and members must work for the shop, and its name be new there."""
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    team = Team(shop=shop)
    _fill(team, name, lead)
    team.save()
    team.members.set(_memberships(shop.pk, members))
    audit.record(shop.pk, actor, "team.created", f"team-{team.pk}", after=_spoken(team))
    return team


@transaction.atomic
def change_team(team: Team, name: str, *, lead: Agent | None, members: Iterable[Agent], actor: str) -> None:
    """Another name, lead or other members; the same again changes nothing."""
    Shop.objects.select_for_update(no_key=True).get(pk=team.shop_id)
    row = Team.objects.select_for_update().filter(pk=team.pk).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such team."))
    before = _spoken(row)
    _fill(row, name, lead)
    row.save(update_fields=["name", "lead"])
    row.members.set(_memberships(row.shop_id, members))
    after = _spoken(row)
    if before != after:
        audit.record(row.shop_id, actor, "team.changed", f"team-{row.pk}", before=before, after=after)
    team.name, team.lead = row.name, row.lead


@transaction.atomic
def delete_team(team: Team, *, actor: str) -> None:
    """The team is no more; its people stay."""
    row = Team.objects.select_for_update().filter(pk=team.pk).first()
    if row is None:
        return
    audit.record(row.shop_id, actor, "team.deleted", f"team-{row.pk}", before=_spoken(row))
    row.delete()


def _fill(team: Team, name: str, lead: Agent | None) -> None:
    name = name.strip()
    if not 1 <= len(name) <= _MAX_NAME:
        raise DomainError(gettext_noop("A team needs a name of at most 80 characters."), field="name")
    if Team.objects.filter(shop_id=team.shop_id, name=name).exclude(pk=team.pk).exists():
        raise Conflict(gettext_noop("Another team has this name already."), field="name")
    team.name = name
    team.lead = colleague(team.shop_id, lead.pk) if lead is not None else None


def _memberships(shop_id: int, members: Iterable[Agent]) -> list[Membership]:
    wanted = {agent.pk for agent in members}
    found = list(Membership.objects.filter(shop_id=shop_id, agent_id__in=wanted))
    if len(found) != len(wanted):
        raise NotFound(gettext_noop("This person does not work for the shop."))
    return found


def _spoken(team: Team) -> dict[str, Any]:
    people = team.members.order_by("agent_id").values_list("agent_id", flat=True)
    return {"name": team.name, "lead": team.lead_id, "members": list(people)}
