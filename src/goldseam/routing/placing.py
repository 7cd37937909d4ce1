"""Finding a person for a conversation, and what conversations cost people.

One conversation at a time: first its row is held, then the shop's turn is taken, and only then are loads
counted, so that two conversations that come at once never fill the same last place. The order (row, turn) is
the same everywhere, so that nobody waits in a circle.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations import actions as inbox
from goldseam.conversations import events as told
from goldseam.conversations.workload import held_by, signals_in
from goldseam.core import audit
from goldseam.core.errors import Conflict
from goldseam.core.events import emit
from goldseam.core.locks import take_turns
from goldseam.engine.worktime.placing import Choice, Weights, Work, place, points_of
from goldseam.people.queries import is_available
from goldseam.routing import queries
from goldseam.routing.events import ConversationPlaced
from goldseam.routing.models import HandOver, Mode, Placement, PlacementState, Profile, Strain
from goldseam.sla.notices import NoticeKind, tell_people

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent, Shop

ACTOR = "routing"
_PASSED_LASTS = timedelta(hours=4)
"""So long nobody is suggested again for a conversation for which they were passed over."""


@transaction.atomic
def find_person(conversation_id: int, *, now: datetime | None = None) -> Placement | None:
    """Find a person for an open conversation that nobody owns, and assign or suggest them, as the shop has
    chosen. Returns what was found (also that nobody was), None when there is nothing to do."""
    return _find_person(inbox.hold(conversation_id), now or timezone.now())


def _find_person(conversation: Conversation, now: datetime) -> Placement | None:
    settings = queries.settings_of(conversation.shop_id)
    if settings.mode == Mode.OFF or conversation.assignee_id is not None or conversation.status != "open":
        return None
    if conversation.bot == "serving":
        return None
    conversation_id = conversation.pk
    take_turns(f"routing-{conversation.shop_id}")
    before = queries.latest_placement(conversation_id)
    if before and before.state == PlacementState.SUGGESTED and _still_good(before):
        return before
    without = queries.passed_over(conversation_id, now - _PASSED_LASTS)
    work, crew, choice = _choose(conversation, now, without, relax=settings.relax_skills)
    state = PlacementState.NOBODY
    if choice.id is not None:
        state = PlacementState.ASSIGNED if settings.mode == Mode.ASSIGN else PlacementState.SUGGESTED
    placement = _keep(conversation, work, choice, state, before, now)
    if choice.id is not None and state == PlacementState.ASSIGNED:
        inbox.assign(conversation, crew.agents[choice.id], actor=ACTOR)
        tell_people(
            conversation.shop_id,
            [choice.id],
            conversation_id,
            NoticeKind.ASSIGNED,
            f"assigned-{placement.pk}",
        )
    emit(ConversationPlaced(conversation.shop_id, conversation_id, choice.id, state))
    return placement


def _choose(
    conversation: Conversation, now: datetime, without: set[int], *, relax: bool
) -> tuple[Work, queries.Crew, Choice]:
    shop = conversation.shop
    profiles = [row for row in queries.profiles_of(shop.pk) if row.agent_id not in without]
    words = {word for row in profiles for word in row.products}
    work = queries.work_of(conversation, words)
    crew = queries.crew_of(shop, conversation, profiles, now)
    weights = Weights.of(queries.settings_of(shop.pk).weights)
    return work, crew, place(work, crew.people, weights, relax=relax)


def _still_good(suggestion: Placement) -> bool:
    return suggestion.agent is not None and is_available(suggestion.agent)


def _keep(
    conversation: Conversation,
    work: Work,
    choice: Choice,
    state: PlacementState,
    before: Placement | None,
    now: datetime,
) -> Placement:
    """Keep the search; that nobody is found again for the same reasons only renews its moment."""
    reasons = list(choice.reasons)
    if before and state == PlacementState.NOBODY and (before.state, before.reasons) == (state, reasons):
        before.at = now
        before.save(update_fields=["at"])
        return before
    considered: list[dict[str, Any]] = [
        {"id": verdict.id, "aside": verdict.aside, "cost": verdict.cost, "parts": list(verdict.parts)}
        for verdict in choice.verdicts
    ]
    return Placement.objects.create(
        shop_id=conversation.shop_id,
        conversation=conversation,
        agent_id=choice.id,
        state=state,
        furious=work.furious,
        reasons=reasons,
        considered=considered,
        at=now,
    )


@transaction.atomic
def take_suggestion(conversation_id: int, agent: Agent) -> None:
    """Give the conversation to the person who was suggested."""
    conversation = inbox.hold(conversation_id)
    suggestion = queries.open_suggestion(conversation_id)
    if suggestion is None or suggestion.agent is None or conversation.assignee_id is not None:
        raise Conflict(gettext_noop("This suggestion is not open any more."))
    inbox.assign(conversation, suggestion.agent, actor=f"agent-{agent.pk}")


@transaction.atomic
def pass_over(conversation_id: int, agent: Agent) -> None:
    """The suggestion does not fit; the conversation stays where it is."""
    inbox.hold(conversation_id)
    suggestion = queries.open_suggestion(conversation_id)
    if suggestion is not None:
        suggestion.state = PlacementState.PASSED
        suggestion.save(update_fields=["state"])
        subject = f"conversation-{conversation_id}"
        audit.record(suggestion.shop_id, f"agent-{agent.pk}", "suggestion.passed", subject)


def route_after_message(event: told.MessageReceived) -> None:
    """The customer wrote: who owns it feels it; who owns nothing of it is looked for."""
    conversation = inbox.hold(event.conversation_id)
    if conversation.assignee_id is not None:
        feel(conversation, conversation.assignee_id, timezone.now())
    else:
        _find_person(conversation, timezone.now())


def route_after_bot(event: told.PersonWanted) -> None:
    """The bot gave over: whoever owns it goes on, else somebody is looked for."""
    _find_person(inbox.hold(event.conversation_id), timezone.now())


def follow_assignment(event: told.ConversationAssigned) -> None:
    """The new owner bears it from now on, and a suggestion has its answer."""
    conversation = inbox.hold(event.conversation_id)
    if event.agent_id is None:
        return
    feel(conversation, event.agent_id, timezone.now())
    suggestion = queries.open_suggestion(event.conversation_id)
    if suggestion is not None:
        right = suggestion.agent_id == event.agent_id
        suggestion.state = PlacementState.TAKEN if right else PlacementState.PASSED
        suggestion.save(update_fields=["state"])


def feel(conversation: Conversation, agent_id: int, now: datetime) -> None:
    """Keep what the conversation costs the person; only what it costs more than before is new."""
    weights = Weights.of(queries.settings_of(conversation.shop_id).weights)
    signals = signals_in([conversation.pk]).get(conversation.pk, set())
    points = points_of(conversation.intensity, signals, weights)
    furious = Work(
        "", "", frozenset(), conversation.intensity, hard=False, signals=frozenset(signals)
    ).furious
    row, created = Strain.objects.get_or_create(
        agent_id=agent_id,
        conversation=conversation,
        defaults={"shop_id": conversation.shop_id, "points": points, "furious": furious, "at": now},
    )
    if not created and (points > row.points or (furious and not row.furious)):
        row.points, row.furious, row.at = max(points, row.points), furious, now
        row.save(update_fields=["points", "furious", "at"])


def hand_over(shop: Shop, profile: Profile, how: str, now: datetime) -> int:
    """A shift has ended: what the person holds goes back to the queue, or to the next free person, with a
    line in each thread. Returns how many went."""
    held = held_by(shop.pk, profile.agent_id)
    for conversation_id in held:
        _hand_over_one(conversation_id, profile, how, now)
    Profile.objects.filter(pk=profile.pk).update(handed_over_at=now)
    return len(held)


@transaction.atomic
def _hand_over_one(conversation_id: int, profile: Profile, how: str, now: datetime) -> None:
    conversation = inbox.hold(conversation_id)
    if conversation.assignee_id != profile.agent_id or conversation.status != "open":
        return
    taker: Agent | None = None
    if how == HandOver.NEXT:
        take_turns(f"routing-{conversation.shop_id}")
        work, crew, choice = _choose(conversation, now, {profile.agent_id}, relax=True)
        if choice.id is not None:
            taker = crew.agents[choice.id]
            placement = _keep(conversation, work, choice, PlacementState.HANDED_OVER, None, now)
            key = f"handed-{placement.pk}"
            tell_people(conversation.shop_id, [choice.id], conversation_id, NoticeKind.HANDED_OVER, key)
    inbox.assign(conversation, taker, actor=ACTOR)
    details = {"from": profile.agent.name, "to": taker.name if taker else ""}
    text = f"The shift of {details['from']} has ended; now with {details['to'] or 'the queue'}."
    inbox.tell_of(conversation_id, "handed_over", details, text)
