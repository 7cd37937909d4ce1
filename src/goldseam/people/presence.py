"""Being away and coming back: what a person says about themselves, or a lead about them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit, live
from goldseam.core.errors import DomainError
from goldseam.core.events import emit
from goldseam.people.events import PersonCameBack, PersonWentAway
from goldseam.people.models import Agent, Membership, Presence

LONGEST_ABSENCE = timedelta(days=366)


@transaction.atomic
def go_away(agent: Agent, until: datetime | None, *, actor: str) -> None:
    """No new work comes to the person until `until`, or until they come back by hand (None)."""
    now = timezone.now()
    if until is not None and not now < until <= now + LONGEST_ABSENCE:
        raise DomainError(
            gettext_noop("Choose a time in the future, within a year."), code="bad_time", field="until"
        )
    person = Agent.objects.select_for_update().get(pk=agent.pk)
    before = _spoken(person)
    person.presence, person.away_until = Presence.AWAY, until
    _write(agent, person, before, "person.went_away", actor)
    emit(PersonWentAway(person.pk, _shops(person)))


@transaction.atomic
def come_back(agent: Agent, *, actor: str) -> None:
    """New work may come again; of somebody who is here this changes nothing."""
    person = Agent.objects.select_for_update().get(pk=agent.pk)
    if person.presence == Presence.AVAILABLE:
        return
    before = _spoken(person)
    person.presence, person.away_until = Presence.AVAILABLE, None
    _write(agent, person, before, "person.came_back", actor)
    emit(PersonCameBack(person.pk, _shops(person)))


@transaction.atomic
def end_absences() -> int:
    """Write down the return of everybody whose time is over, and tell it; the number of people."""
    over = Agent.objects.filter(presence=Presence.AWAY, away_until__lte=timezone.now()).order_by("pk")
    people = list(over.select_for_update(skip_locked=True)[:500])
    for person in people:
        come_back(person, actor="clock")
    return len(people)


def _write(given: Agent, person: Agent, before: dict[str, str], verb: str, actor: str) -> None:
    person.save(update_fields=["presence", "away_until"])
    given.presence, given.away_until = person.presence, person.away_until
    for shop_id in _shops(person):
        audit.record(shop_id, actor, verb, f"agent-{person.pk}", before=before, after=_spoken(person))
        live.announce(shop_id, f"presence-{person.pk}", "presence")


def _spoken(person: Agent) -> dict[str, str]:
    until = person.away_until.isoformat() if person.away_until else ""
    return {"presence": str(person.presence), "until": until}


def _shops(person: Agent) -> tuple[int, ...]:
    mine = Membership.objects.filter(agent=person).order_by("shop_id")
    return tuple(mine.values_list("shop_id", flat=True))
