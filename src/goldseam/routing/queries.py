"""Reads of skills, shifts, loads and placements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from goldseam.commerce.queries import skus_of_order
from goldseam.conversations import queries as conversations
from goldseam.conversations.workload import Held, last_owner, open_load, signals_in
from goldseam.core.unit import once
from goldseam.engine.text.normal import detect_language
from goldseam.engine.worktime.hours import Calendar, is_open
from goldseam.engine.worktime.placing import Person, Weights, Work, load
from goldseam.engine.worktime.text import read_openings
from goldseam.people.queries import Role, agents_of, is_available, memberships_in
from goldseam.routing.models import Placement, PlacementState, Profile, RoutingSettings, Strain
from goldseam.sla.queries import zone_of

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent, Shop

_FAMILIAR = timedelta(days=90)
_STRAIN_LASTS = timedelta(hours=36)
HARD_PRIORITIES = ("P0", "P1")


def settings_of(shop_id: int) -> RoutingSettings:
    """A shop's choices; a shop that has made none has the usual ones, unsaved. Read once in a unit of
    work."""
    rows = RoutingSettings.objects.filter(shop_id=shop_id)
    return once(("routing", shop_id), lambda: rows.first() or RoutingSettings(shop_id=shop_id))


def shops_that_route() -> list[RoutingSettings]:
    """The choices of every shop that has made some."""
    return list(RoutingSettings.objects.select_related("shop").order_by("shop_id"))


def profiles_of(shop_id: int) -> list[Profile]:
    """Everybody's profile, by name; who has none yet gets the usual one, unsaved. Only those whose role is
    agent take part by themselves."""
    known = {row.agent_id: row for row in Profile.objects.filter(shop_id=shop_id)}
    roles = {place.agent_id: place.role for place in memberships_in(shop_id)}
    found = []
    for agent in agents_of(shop_id):
        row = known.get(agent.pk) or Profile(shop_id=shop_id, takes_part=roles.get(agent.pk) == Role.AGENT)
        row.agent = agent
        found.append(row)
    return found


def shift_calendar(profile: Profile, shop: Shop) -> Calendar | None:
    """A person's weekly shifts, in the shop's time zone; None for somebody without fixed ones."""
    if not any(profile.hours):
        return None
    return Calendar(zone_of(shop.timezone), tuple(read_openings(text) for text in profile.hours))


def is_on_shift(profile: Profile, shop: Shop, now: datetime) -> bool:
    """Whether the person works at this moment."""
    calendar = shift_calendar(profile, shop)
    return calendar is None or is_open(calendar, now)


@dataclass(frozen=True, slots=True)
class Cost:
    """What is left of what hard conversations cost a person, and how many furious ones came in a row."""

    strain: float
    row: int
    latest: int


def costs_of(shop_id: int, now: datetime, weights: Weights) -> dict[int, Cost]:
    """Everybody's emotional load."""
    rows = Strain.objects.filter(shop_id=shop_id, at__gte=now - _STRAIN_LASTS).order_by("-pk")
    by_person: dict[int, list[tuple[int, float, bool, datetime]]] = {}
    for agent_id, pk, points, furious, at in rows.values_list("agent_id", "pk", "points", "furious", "at"):
        by_person.setdefault(agent_id, []).append((pk, points, furious, at))
    return {
        agent_id: Cost(
            strain=round(load(((points, at) for _, points, _, at in held), now, weights), 2),
            row=_leading(furious for _, _, furious, _ in held),
            latest=held[0][0],
        )
        for agent_id, held in by_person.items()
    }


def _leading(values: Iterable[bool]) -> int:
    count = 0
    for value in values:
        if not value:
            break
        count += 1
    return count


def work_of(conversation: Conversation, words: Iterable[str]) -> Work:
    """The conversation for the engine. `words` are all product words that any profile names."""
    said = [message.text for message in conversations.spoken(conversation.pk) if message.role == "customer"]
    products: set[str] = set()
    if conversation.order_id is not None:
        skus = {sku.lower() for sku in skus_of_order(conversation.order_id)}
        products = {word for word in words if any(sku.startswith(word) for sku in skus)} | {"*"}
    return Work(
        issue=conversation.issue,
        language=detect_language(said[-5:]),
        products=frozenset(products),
        intensity=conversation.intensity,
        hard=is_hard(conversation),
        signals=frozenset(signals_in([conversation.pk]).get(conversation.pk, set())),
    )


def is_hard(conversation: Conversation) -> bool:
    """Whether it counts against the capacity for hard conversations."""
    return conversation.priority in HARD_PRIORITIES or conversation.intensity >= 2


@dataclass(frozen=True, slots=True)
class Crew:
    """Who could take a conversation, as they stand at a moment."""

    people: list[Person]
    agents: dict[int, Agent]


def crew_of(shop: Shop, conversation: Conversation, profiles: list[Profile], now: datetime) -> Crew:
    """Everybody who takes part; read after taking the shop's turn, so that counts are right."""
    settings = settings_of(shop.pk)
    held, costs = open_load(shop.pk), costs_of(shop.pk, now, Weights.of(settings.weights))
    familiar = last_owner(conversation, now - _FAMILIAR) if settings.prefer_last else None
    latest = {
        profile.agent_id: costs[profile.agent_id].latest for profile in profiles if profile.agent_id in costs
    }
    turns = {agent_id: turn for turn, agent_id in enumerate(sorted(latest, key=latest.__getitem__), start=1)}
    people = [
        _person(
            profile,
            shop,
            now,
            held.get(profile.agent_id, Held(0, 0)),
            costs.get(profile.agent_id, Cost(0.0, 0, 0)),
            turns.get(profile.agent_id, 0),
            profile.agent_id == familiar,
        )
        for profile in profiles
        if profile.takes_part
    ]
    return Crew(people, {profile.agent_id: profile.agent for profile in profiles})


def _person(
    profile: Profile, shop: Shop, now: datetime, held: Held, cost: Cost, turn: int, familiar: bool
) -> Person:
    return Person(
        id=profile.agent_id,
        available=is_available(profile.agent),
        on_shift=is_on_shift(profile, shop, now),
        open=held.open,
        hard=held.hard,
        most_open=profile.most_open,
        most_hard=profile.most_hard,
        issues=frozenset(profile.issues),
        languages=frozenset(profile.languages),
        products=frozenset(profile.products),
        strain=cost.strain,
        row=cost.row,
        turn=turn,
        familiar=familiar,
    )


def latest_placement(conversation_id: int) -> Placement | None:
    """The newest search for a person for this conversation."""
    rows = Placement.objects.filter(conversation_id=conversation_id).select_related("agent")
    return rows.order_by("-id").first()


def open_suggestion(conversation_id: int) -> Placement | None:
    """The suggestion that waits for an answer, if the newest search left one."""
    latest = latest_placement(conversation_id)
    return latest if latest and latest.state == PlacementState.SUGGESTED else None


def passed_over(conversation_id: int, since: datetime) -> set[int]:
    """Whose suggestion for this conversation was passed over since then."""
    rows = Placement.objects.filter(
        conversation_id=conversation_id, state=PlacementState.PASSED, agent__isnull=False, at__gte=since
    )
    return {agent_id for agent_id in rows.values_list("agent_id", flat=True) if agent_id is not None}


def placements_of(shop_id: int, limit: int = 40) -> list[Placement]:
    """The latest searches of a shop."""
    rows = Placement.objects.filter(shop_id=shop_id).select_related("agent", "conversation__customer")
    return list(rows.order_by("-id")[:limit])


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands on the load page; `share` 0…100 of the strain that counts as full."""

    profile: Profile
    held: Held
    strain: float
    share: int
    row: int
    available: bool
    on_shift: bool

    @property
    def filled(self) -> int:
        """How full they are, 0…100."""
        return (
            min(100, round(100 * self.held.open / self.profile.most_open)) if self.profile.most_open else 100
        )

    @property
    def needs_break(self) -> bool:
        """Whether a break is suggested: much strain, or several furious ones in a row."""
        return self.available and (self.share >= 75 or self.row >= 3)


def standings_of(shop: Shop, now: datetime) -> list[Standing]:
    """How everybody who takes part stands, by name."""
    weights = Weights.of(settings_of(shop.pk).weights)
    held, costs = open_load(shop.pk), costs_of(shop.pk, now, weights)
    found = []
    for profile in profiles_of(shop.pk):
        if not profile.takes_part:
            continue
        cost = costs.get(profile.agent_id, Cost(0.0, 0, 0))
        found.append(
            Standing(
                profile=profile,
                held=held.get(profile.agent_id, Held(0, 0)),
                strain=cost.strain,
                share=min(100, round(100 * cost.strain / weights.limit)) if weights.limit else 0,
                row=cost.row,
                available=is_available(profile.agent),
                on_shift=is_on_shift(profile, shop, now),
            )
        )
    return found
