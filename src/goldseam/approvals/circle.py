"""Who may say the word on a request, and who is asked: roles, deputies, absences, teams.

Two questions, kept apart. *May this person?* (`Circle.seats_of`): everybody of a sufficient role, and whoever
is deputy of such a person at the moment; never who asked, and never in the name of who asked. *Who is asked?*
(`Circle.asked`): those of the called role who can take the step, the requester's own team lead before the
others; people who are away give way to their deputies or, if they have none, to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from goldseam.approvals.authority import LEVELS, rank
from goldseam.approvals.models import Cover
from goldseam.people.queries import is_available, memberships_in, teams_of


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the shop; `personal` is their own limit per case."""

    agent_id: int
    name: str
    role: str
    personal: Decimal
    away: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """At the moment `deputy` may act in the place of `agent`, up to an amount (None: all of it)."""

    agent: int
    deputy: int
    up_to: Decimal | None


@dataclass(frozen=True, slots=True)
class Seat:
    """A way to decide: `actor` clicks, and it is the authority of `principal` that is used."""

    actor: int
    principal: Person
    up_to: Decimal | None = None

    @property
    def is_own(self) -> bool:
        """Whether nobody's place is taken."""
        return self.actor == self.principal.agent_id


class Circle:
    """The people of a shop at one moment."""

    def __init__(
        self,
        persons: Iterable[Person],
        standings: Iterable[Standing] = (),
        team_leads: Mapping[int, frozenset[int]] | None = None,
    ) -> None:
        self.persons = {person.agent_id: person for person in persons}
        self.standings = tuple(s for s in standings if s.agent in self.persons and s.deputy in self.persons)
        self.team_leads = team_leads or {}

    def seats_of(self, agent_id: int, requester_id: int | None, level: str) -> list[Seat]:
        """How this person may act on a step of this level, the own authority first; empty for who asked."""
        if agent_id == requester_id or agent_id not in self.persons:
            return []
        own = Seat(agent_id, self.persons[agent_id])
        lent = [
            Seat(agent_id, self.persons[s.agent], s.up_to)
            for s in self.standings
            if s.deputy == agent_id and s.agent != requester_id
        ]
        return [seat for seat in (own, *lent) if rank(seat.principal.role) >= rank(level)]

    def is_deputy(self, agent_id: int) -> bool:
        """Whether this person may decide in somebody's place."""
        return any(standing.deputy == agent_id for standing in self.standings)

    def able(self, requester_id: int | None, level: str) -> list[Person]:
        """Everybody whose own authority reaches the level, but for who asked, by name."""
        found = [
            p for p in self.persons.values() if p.agent_id != requester_id and rank(p.role) >= rank(level)
        ]
        return sorted(found, key=lambda p: (rank(p.role), p.name, p.agent_id))

    def asked(self, called: str, requester_id: int | None, fit: Mapping[int, Decimal]) -> tuple[int, ...]:
        """The ids of those who are asked: of the called role and `fit` (able to take the step, with the
        amount that their deputy has to be allowed), or of the next role in which somebody is; when all are
        away, they are asked nevertheless."""
        fitting = [self.persons[i] for i in fit if i in self.persons and i != requester_id]
        for heed in (True, False):
            for level in LEVELS[LEVELS.index(called) if called in LEVELS else 0 :]:
                persons = [p for p in fitting if p.role == level]
                found = self._present(persons, requester_id, fit, heed=heed)
                if found:
                    return found
        return ()

    def _present(
        self, persons: list[Person], requester_id: int | None, fit: Mapping[int, Decimal], *, heed: bool
    ) -> tuple[int, ...]:
        leads = self.team_leads.get(requester_id, frozenset()) if requester_id is not None else frozenset()
        own = [p for p in persons if p.agent_id in leads]
        for group in (own, persons):
            found = dict.fromkeys(
                i for p in group for i in self._answering(p, requester_id, fit[p.agent_id], heed=heed)
            )
            if found:
                return tuple(found)
        return ()

    def _answering(
        self, person: Person, requester_id: int | None, amount: Decimal, *, heed: bool
    ) -> Iterator[int]:
        if not (person.away and heed):
            yield person.agent_id
            return
        for standing in self.standings:
            deputy = self.persons[standing.deputy]
            may = standing.up_to is None or amount <= standing.up_to
            here = not deputy.away and deputy.agent_id != requester_id
            if standing.agent == person.agent_id and may and here:
                yield deputy.agent_id


def circle_of(shop_id: int, now: datetime) -> Circle:
    """The shop's people as they stand now, with the leads of each one's teams: four queries."""
    covers = covers_at(shop_id, now)
    gone = {cover.agent_id for cover in covers if cover.away}
    persons = [
        Person(m.agent_id, m.agent.name, m.role, m.limit, m.agent_id in gone or not is_available(m.agent))
        for m in memberships_in(shop_id)
        if m.agent.is_active
    ]
    standings = [Standing(c.agent_id, c.deputy_id, c.up_to) for c in covers if c.deputy_id is not None]
    return Circle(persons, standings, _team_leads(shop_id))


def _team_leads(shop_id: int) -> dict[int, frozenset[int]]:
    """Who leads the teams that each person belongs to."""
    leads: dict[int, set[int]] = {}
    for team in teams_of(shop_id).prefetch_related("members"):
        if team.lead_id is not None:
            for member in team.members.all():
                leads.setdefault(member.agent_id, set()).add(team.lead_id)
    return {agent: frozenset(found) for agent, found in leads.items()}


def covers_at(shop_id: int, now: datetime) -> list[Cover]:
    """Who is away or represented at this moment."""
    running = Q(starts_at__lte=now, ends_at__gt=now, ended_at=None)
    return list(Cover.objects.select_related("agent", "deputy").filter(running, shop_id=shop_id))
