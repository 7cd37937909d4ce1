"""Teams, and who is there to take work."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.core.models import AuditEntry
from goldseam.people import actions, presence, queries, teams
from goldseam.people.models import Agent, Membership, Presence, Role, Shop, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(slug="porcelain", name="Porcelain")


def hire(shop: Shop, name: str, role: Role = Role.AGENT) -> Agent:
    return actions.add_person(
        shop, f"{name}@porcelain.test", name, None, role=role, limit=Decimal(0), actor="test"
    )


def test_a_team_has_a_lead_and_members_of_its_shop(shop: Shop) -> None:
    ann, bea, cid = (hire(shop, name) for name in ("ann", "bea", "cid"))
    team = teams.create_team(shop, " Returns ", lead=ann, members=[bea, cid], actor="test")
    assert team.name == "Returns"
    assert list(queries.members_of(team.pk)) == [bea, cid]
    assert list(queries.teams_of(shop.pk)) == [team]
    assert list(queries.teams_of_member(bea, shop.pk)) == [team]
    assert list(queries.teams_of_member(ann, shop.pk)) == [team]
    assert queries.team_of_shop(shop.pk, team.pk) == team


def test_strangers_join_no_team(shop: Shop) -> None:
    other = Shop.objects.create(slug="other", name="Other")
    stranger = hire(other, "stranger")
    with pytest.raises(NotFound):
        teams.create_team(shop, "Returns", lead=None, members=[stranger], actor="test")
    with pytest.raises(NotFound):
        teams.create_team(shop, "Returns", lead=stranger, members=[], actor="test")
    team = teams.create_team(other, "Returns", lead=None, members=[stranger], actor="test")
    with pytest.raises(NotFound):
        queries.team_of_shop(shop.pk, team.pk)


def test_two_teams_of_a_shop_have_two_names(shop: Shop) -> None:
    teams.create_team(shop, "Returns", lead=None, members=[], actor="test")
    with pytest.raises(Conflict):
        teams.create_team(shop, "Returns", lead=None, members=[], actor="test")
    with pytest.raises(DomainError):
        teams.create_team(shop, "  ", lead=None, members=[], actor="test")


def test_a_change_is_audited_once_and_a_team_can_go(shop: Shop) -> None:
    ann, bea = hire(shop, "ann"), hire(shop, "bea")
    team = teams.create_team(shop, "Returns", lead=None, members=[ann], actor="test")
    for _again in range(2):
        teams.change_team(team, "Repairs", lead=bea, members=[bea], actor="agent-1")
    entry = AuditEntry.objects.get(verb="team.changed")
    assert entry.before == {"name": "Returns", "lead": None, "members": [ann.pk]}
    assert entry.after == {"name": "Repairs", "lead": bea.pk, "members": [bea.pk]}
    teams.delete_team(team, actor="test")
    teams.delete_team(team, actor="test")
    assert not Team.objects.exists()
    assert AuditEntry.objects.filter(verb="team.deleted").count() == 1


def test_who_leaves_opens_nothing_and_is_in_no_team(shop: Shop) -> None:
    ann, bea = hire(shop, "ann", Role.ADMIN), hire(shop, "bea")
    team = teams.create_team(shop, "Returns", lead=bea, members=[ann, bea], actor="test")
    place = Membership.objects.get(agent=bea)
    actions.remove_person(place, heir=ann, actor="test")
    team.refresh_from_db()
    assert team.lead is None
    assert list(queries.members_of(team.pk)) == [ann]
    assert list(queries.agents_of(shop.pk)) == [ann]
    assert queries.memberships_of(bea) == []
    with pytest.raises(NotFound):
        queries.access_shop(bea, shop.pk)
    with pytest.raises(NotFound):
        queries.colleague(shop.pk, bea.pk)
    assert [gone.agent for gone in queries.departures_from(shop.pk)] == [bea]
    hire(shop, "bea", Role.LEAD)
    assert queries.membership_in(bea, shop.pk).role == Role.LEAD
    assert queries.departures_from(shop.pk) == []


def test_the_heir_works_for_the_shop_and_is_somebody_else(shop: Shop) -> None:
    hire(shop, "ann", Role.ADMIN)
    bea = hire(shop, "bea")
    place = Membership.objects.get(agent=bea)
    stranger = hire(Shop.objects.create(slug="other", name="Other"), "stranger")
    with pytest.raises(NotFound):
        actions.remove_person(place, heir=stranger, actor="test")
    with pytest.raises(DomainError):
        actions.remove_person(place, heir=bea, actor="test")


def test_the_last_admin_stays_even_when_another_left(shop: Shop) -> None:
    ann, bea = hire(shop, "ann", Role.ADMIN), hire(shop, "bea", Role.ADMIN)
    actions.remove_person(Membership.objects.get(agent=bea), actor="test")
    with pytest.raises(Conflict):
        actions.remove_person(Membership.objects.get(agent=ann), actor="test")


def test_nobody_gives_work_to_somebody_away(shop: Shop) -> None:
    ann, bea = hire(shop, "ann"), hire(shop, "bea")
    presence.go_away(ann, None, actor=f"agent-{ann.pk}")
    assert list(queries.available_agents(shop.pk)) == [bea]
    assert not queries.is_available(ann)
    presence.come_back(ann, actor=f"agent-{ann.pk}")
    presence.come_back(ann, actor=f"agent-{ann.pk}")
    assert list(queries.available_agents(shop.pk)) == [ann, bea]
    assert AuditEntry.objects.filter(verb="person.came_back").count() == 1


def test_an_absence_ends_at_its_time(shop: Shop) -> None:
    ann = hire(shop, "ann")
    presence.go_away(ann, timezone.now() + timedelta(hours=1), actor="test")
    assert list(queries.available_agents(shop.pk)) == []
    assert presence.end_absences() == 0
    Agent.objects.filter(pk=ann.pk).update(away_until=timezone.now() - timedelta(seconds=1))
    assert list(queries.available_agents(shop.pk)) == [ann]
    assert presence.end_absences() == 1
    assert presence.end_absences() == 0
    ann.refresh_from_db()
    assert (ann.presence, ann.away_until) == (Presence.AVAILABLE, None)


def test_an_absence_lies_in_the_future(shop: Shop) -> None:
    ann = hire(shop, "ann")
    for until in (timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=400)):
        with pytest.raises(DomainError):
            presence.go_away(ann, until, actor="test")
    ann.refresh_from_db()
    assert ann.presence == Presence.AVAILABLE
