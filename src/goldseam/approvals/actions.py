"""The verbs: ask, approve, refuse, pass on, withdraw (what was granted: `granted`; what time does: `waits`).

Concurrency: every verb locks the conversation, then the request, then (to grant) the grantor's purse, in this
order. A request changes only under its lock and only while it is pending, so of two decisions at once exactly
one happens; the ledger's entry, the notices and what leaves the house belong to its transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.approvals import events
from goldseam.approvals.asking import (
    MAX_REASON,
    Asking,
    checked_amount,
    checked_asking,
    checked_words,
    same_again,
)
from goldseam.approvals.authority import obstacle, rank
from goldseam.approvals.circle import Circle, Seat, circle_of
from goldseam.approvals.models import ApprovalRequest, Notice, State, Turn, Verb, Verdict
from goldseam.approvals.queries import grant_days, pending_of
from goldseam.approvals.routing import Terms, Way, asked_of, spent_by, terms_of, wait_of, way_for
from goldseam.approvals.saying import closed_by, forbidden_by, over_authority, remedy_words
from goldseam.approvals.steps import above, reaching, rows_of
from goldseam.approvals.timing import answer_due
from goldseam.approvals.turns import book, held, held_alone, hold_grantors, note, record, tell
from goldseam.conversations.actions import hold_root
from goldseam.core.errors import Conflict, DomainError, NotAllowed
from goldseam.core.events import emit
from goldseam.engine.reply.authority import WORDING

if TYPE_CHECKING:
    from goldseam.conversations.events import CloseRequested
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent

_CLOSED = "closed"


@transaction.atomic
def ask(
    conversation: Conversation, asking: Asking, *, requester: Agent | None, key: str, actor: str = ""
) -> tuple[ApprovalRequest, bool]:
    """Ask for a remedy on a conversation. Returns the request and whether it is new: the same `key` again is
    the same request. Raises Conflict when one for this remedy waits already, when the conversation is closed,
    or when nobody in the shop could grant the amount; NotAllowed when a rule forbids it without exception."""
    home, conversation = conversation, hold_root(conversation)
    columns = checked_asking(asking, conversation)
    known = ApprovalRequest.objects.filter(home=home, key=key).first()
    if known is not None:
        return same_again(known, columns), False
    _may_be_asked(conversation, asking.remedy, requester)
    request = ApprovalRequest.objects.create(
        shop_id=conversation.shop_id,
        conversation=conversation,
        home=home,
        order_id=conversation.order_id,
        issue=conversation.issue,
        requester=requester,
        asked_by=actor or (f"agent-{requester.pk}" if requester else "program"),
        key=key,
        **columns,
    )
    emit(events.TermsWanted(request.shop_id, conversation.pk, request.pk))
    request = held_alone(request.pk)
    circle = circle_of(request.shop_id, timezone.now())
    terms = terms_of(request)
    if request.verdict == Verdict.FORBIDDEN and terms.exception_from is None:
        raise NotAllowed(forbidden_by(request), code="forbidden_by_rule", field="remedy")
    _route(request, request.amount, circle, terms)
    request.save()
    note(request, Verb.RAISED, requester, amount=request.amount, words=request.reason)
    record(request, request.asked_by, "raised", verdict=request.verdict, levels=request.levels)
    _tell_asked(request, circle, terms, Notice.Kind.ASKED)
    emit(events.RequestRaised(request.shop_id, request.conversation_id, request.pk))
    return request, True


def note_terms(
    request_id: int, verdict: str, *, policy: str, pack: str, base: str, words: dict[str, Any]
) -> None:
    """What the policy pack says about a request's remedy on the facts; the answer to `TermsWanted`."""
    ApprovalRequest.objects.filter(pk=request_id, state=State.PENDING).update(
        verdict=Verdict(verdict), policy=policy, pack=pack, base=base, words=words
    )


@transaction.atomic
def approve(
    request_id: int, agent: Agent, *, amount: Decimal | None = None, words: str = "", key: str | None = None
) -> ApprovalRequest:
    """Say yes, to another amount perhaps. Who cannot say the last word supports the request, which then waits
    for the next level; the last word grants it. The same person's same word again changes nothing; any other
    later word is a Conflict. Raises NotAllowed for who asked, for too low a role, and over the authority."""
    request = held(request_id)
    if _is_repeat(request, agent, key, approve=True, amount=amount):
        return request
    wanted = request.amount if amount is None else checked_amount(amount, request.remedy)
    said = checked_words(words, MAX_REASON, "words")
    circle = circle_of(request.shop_id, timezone.now())
    terms = terms_of(request)
    seats = _seats(request, agent, circle)
    changed = wanted != request.amount
    way = way_for(request, wanted, rows_of(request.shop_id), circle, terms) if changed else None
    levels = way.levels if way else tuple(request.levels)
    if not levels:
        raise NotAllowed(gettext_noop("Nobody in this shop may grant this amount."), code="over_authority")
    before = request.amount
    last = [seat for seat in seats if rank(seat.principal.role) >= rank(levels[-1])]
    if last:
        _grant(request, agent, last, terms, wanted, said, key)
    else:
        _support(request, agent, seats[0], terms, _way_after(way, request, levels), wanted, said, key)
    if changed:
        record(request, f"agent-{agent.pk}", "amended", asked=f"{before} {request.currency}")
    return request


@transaction.atomic
def refuse(request_id: int, agent: Agent, *, words: str, key: str | None = None) -> ApprovalRequest:
    """Say no, with the reason; final on every level."""
    request = held(request_id)
    if _is_repeat(request, agent, key, approve=False):
        return request
    said = checked_words(words, MAX_REASON, "words", needed=_("Say why, so that the customer can be told."))
    seat = _seats(request, agent, circle_of(request.shop_id, timezone.now()))[0]
    request.state = State.REFUSED
    _finish(request, agent, seat, said, key, Verb.REFUSED)
    return request


@transaction.atomic
def pass_on(request_id: int, agent: Agent, *, words: str = "", key: str | None = None) -> ApprovalRequest:
    """Support it and leave the word to the next role up, because the own authority is used up or too
    small."""
    request = held(request_id)
    if key is not None and request.turns.filter(key=key).exists():
        return request
    _must_wait(request)
    said = checked_words(words, MAX_REASON, "words")
    circle, terms = circle_of(request.shop_id, timezone.now()), terms_of(request)
    seat = _seats(request, agent, circle)[0]
    higher = above(seat.principal.role)
    if higher is None or not circle.able(request.requester_id, higher):
        raise Conflict(gettext_noop("There is nobody above who could decide."))
    levels = reaching(request.levels, max(higher, request.levels[-1], key=rank))
    way = Way(levels, wait_of(request))
    _support(request, agent, seat, terms, way, request.amount, said, key)
    return request


@transaction.atomic
def withdraw(request_id: int, agent: Agent | None, *, actor: str = "") -> ApprovalRequest:
    """Take it back, by who asked; twice changes nothing."""
    request = held(request_id)
    mine = request.requester_id == agent.pk if agent is not None else request.asked_by == actor
    if not mine:
        raise NotAllowed(gettext_noop("Only who asked can withdraw a request."))
    if request.state == State.WITHDRAWN:
        return request
    _must_wait(request)
    circle, terms = circle_of(request.shop_id, timezone.now()), terms_of(request)
    asked = asked_of(request, circle, terms)
    request.state, request.due_at, request.decided_at = State.WITHDRAWN, None, timezone.now()
    request.save()
    note(request, Verb.WITHDRAWN, agent)
    record(request, actor or request.asked_by, "withdrawn")
    tell(request, (), None, also=asked)
    emit(events.RequestWithdrawn(request.shop_id, request.conversation_id, request.pk))
    return request


def refuse_closing(event: CloseRequested) -> None:
    """A conversation on which somebody waits for a word stays open."""
    waiting = pending_of(event.conversation_id)
    if waiting:
        raise Conflict(closed_by(waiting[0]), code="request_pending")


def _may_be_asked(conversation: Conversation, remedy: str, requester: Agent | None) -> None:
    if remedy == WORDING and requester is None:
        raise DomainError(
            gettext_noop("Words are approved for the person who sends them: name who asks."),
            field="requester",
        )
    if conversation.status == _CLOSED:
        raise Conflict(gettext_noop("This conversation is closed; reopen it first."))
    waiting = ApprovalRequest.objects.filter(conversation=conversation, remedy=remedy, state=State.PENDING)
    if waiting.exists():
        name = {"remedy": remedy_words(remedy)}
        raise Conflict(
            _("A request for “%(remedy)s” waits already; withdraw it first.") % name, code="request_pending"
        )


def _must_wait(request: ApprovalRequest) -> None:
    """Only a pending request can still be decided."""
    if request.is_pending:
        return
    who = request.decided_by.name if request.decided_by else ""
    state = {"state": str(State(request.state).label), "name": who}
    words = (
        _("It is decided already: %(state)s, %(name)s.") if who else _("It is decided already: %(state)s.")
    )
    raise Conflict(words % state, code="decided")


def _is_repeat(
    request: ApprovalRequest, agent: Agent, key: str | None, *, approve: bool, amount: Decimal | None = None
) -> bool:
    """Whether this person has said this already: by the key, or by what is stored. Another word than the one
    that stands is a Conflict."""
    if key is not None and request.turns.filter(key=key).exists():
        return True
    if request.is_pending:
        last: Turn | None = request.turns.order_by("-id").first()
        same = last is not None and last.verb == Verb.ENDORSED and last.actor_id == agent.pk
        return approve and same and amount in (None, request.amount) and key is None
    same = (
        request.state == (State.APPROVED if approve else State.REFUSED) and request.decided_by_id == agent.pk
    )
    if same and amount in (None, request.granted_amount):
        return True
    _must_wait(request)
    return False


def _seats(request: ApprovalRequest, agent: Agent, circle: Circle) -> list[Seat]:
    """How this person may act now; refused when they may not at all."""
    _must_wait(request)
    if agent.pk == request.requester_id:
        raise NotAllowed(gettext_noop("Somebody else has to decide what you asked for."), code="own_request")
    seats = circle.seats_of(agent.pk, request.requester_id, request.levels[request.step])
    if not seats:
        raise NotAllowed(gettext_noop("Your role does not decide this."), code="not_asked")
    return seats


def _way_after(way: Way | None, request: ApprovalRequest, levels: tuple[str, ...]) -> Way:
    """The way after a step: a new one when the amount changed, else the request's own."""
    return replace(way, levels=levels) if way else Way(levels, wait_of(request))


def _grant(
    request: ApprovalRequest,
    agent: Agent,
    seats: list[Seat],
    terms: Terms,
    amount: Decimal,
    words: str,
    key: str | None,
) -> None:
    """Grant it from the first seat whose authority suffices, under that grantor's lock."""
    told = ""
    now = timezone.now()
    hold_grantors(request.shop_id, {seat.principal.agent_id for seat in seats})
    for seat in seats:
        most = terms.ceiling_of(seat)
        spent = spent_by(request.shop, seat.principal.agent_id, request.currency, now)
        problem = obstacle(amount, most, spent)
        if not problem:
            request.amount = request.granted_amount = amount
            request.without_limit = not most.counts
            request.state = State.APPROVED
            _finish(request, agent, seat, words, key, Verb.APPROVED)
            return
        told = told or over_authority(problem, most, spent, request.currency)
    raise NotAllowed(told, code="over_authority")


def _support(
    request: ApprovalRequest,
    agent: Agent,
    seat: Seat,
    terms: Terms,
    way: Way,
    amount: Decimal,
    words: str,
    key: str | None,
) -> None:
    """A step that is not the last: the request goes on to the next level. Nobody changes an amount beyond
    what they could grant."""
    if amount != request.amount:
        most = terms.ceiling_of(seat)
        spent = spent_by(request.shop, seat.principal.agent_id, request.currency, timezone.now())
        problem = obstacle(amount, most, spent)
        if problem:
            raise NotAllowed(over_authority(problem, most, spent, request.currency), code="over_authority")
    reached = rank(seat.principal.role)
    request.amount, request.levels = amount, list(way.levels)
    request.step = next(i for i, level in enumerate(way.levels) if rank(level) > reached)
    request.called = way.levels[request.step]
    request.due_at = answer_due(request.shop_id, request.issue, way.wait_minutes, timezone.now())
    request.save()
    for_whom = None if seat.is_own else seat.principal.agent_id
    note(request, Verb.ENDORSED, agent, acts_for=for_whom, amount=amount, words=words, key=key)
    record(request, f"agent-{agent.pk}", "endorsed", acts_for=for_whom, called=request.called)
    circle = circle_of(request.shop_id, timezone.now())
    _tell_asked(request, circle, terms, Notice.Kind.ASKED, also=[agent.pk])


def _finish(
    request: ApprovalRequest, agent: Agent, seat: Seat, words: str, key: str | None, verb: Verb
) -> None:
    """The last word: stored, noted, told, booked, in one transaction."""
    approved = verb == Verb.APPROVED
    request.decided_by, request.decided_at, request.due_at = agent, timezone.now(), None
    request.grantor_id = seat.principal.agent_id if approved else None
    request.expires_at = _expiry(request) if approved else None
    request.answer = words
    request.save()
    for_whom = None if seat.is_own else seat.principal.agent_id
    note(request, verb, agent, acts_for=for_whom, amount=request.granted_amount, words=words, key=key)
    record(request, f"agent-{agent.pk}", str(verb.value), acts_for=for_whom, words=words)
    book(request, agent)
    circle, terms = circle_of(request.shop_id, timezone.now()), terms_of(request)
    asked = asked_of(request, circle, terms)
    requester = [request.requester_id] if request.requester_id else []
    tell(request, requester, Notice.Kind.DECIDED, also=[*asked, agent.pk])
    emit(events.RequestDecided(request.shop_id, request.conversation_id, request.pk, approved))


def _expiry(request: ApprovalRequest) -> datetime | None:
    return (request.decided_at or timezone.now()) + timedelta(days=grant_days(request.shop_id))


def _route(request: ApprovalRequest, amount: Decimal, circle: Circle, terms: Terms) -> None:
    way = way_for(request, amount, rows_of(request.shop_id), circle, terms)
    if not way.levels:
        nobody = _("Nobody else in this shop may grant this amount; an admin can raise the authority.")
        if request.is_wording:
            nobody = _("Nobody else in this shop may approve these words.")
        raise Conflict(nobody, code="over_authority")
    request.levels, request.step, request.called = list(way.levels), 0, way.levels[0]
    request.due_at = answer_due(request.shop_id, request.issue, way.wait_minutes, timezone.now())


def _tell_asked(
    request: ApprovalRequest, circle: Circle, terms: Terms, kind: Notice.Kind, also: list[int] | None = None
) -> None:
    asked = asked_of(request, circle, terms)
    tell(request, asked, kind, also=also or ())
