"""The writes on promises: make, keep, withdraw, remind, let break.

Whoever writes holds the conversation first, then the promise: a reply, a shop's news and the clock may meet
on one promise, and it is settled once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.commerce.events import OrderChanged, OrdersChanged
from goldseam.conversations.actions import hold, note_promises
from goldseam.conversations.events import (
    ConversationAssigned,
    ConversationsMerged,
    ConversationSplit,
    NoteAdded,
    ReplySent,
    ReplyTakenIn,
)
from goldseam.conversations.queries import conversation_by_id, staff_words_since
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.promises import events
from goldseam.promises.models import How, Kind, Promise, State
from goldseam.promises.proofs import Proof, proof_of
from goldseam.promises.queries import open_promises, standing_figures, unsettled_about

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation, Message
    from goldseam.people.models import Agent

KINDS = frozenset(Kind.values)
MAX_REASON = 500
_LONGEST = 300
_SHORTEST_NOTICE = timedelta(minutes=10)
LONGEST_NOTICE = timedelta(hours=4)
_SHARE_OF_NOTICE = 4


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a sent text commits the shop to, with the moment it is due at (`named`: told by the words)."""

    kind: str
    start: int
    end: int
    words: str
    due_at: datetime
    named: bool
    amount: Decimal | None = None
    currency: str = ""
    policy: str = ""
    gift: Decimal = Decimal(0)


@transaction.atomic(savepoint=False)
def make(
    conversation: Conversation, message: Message, agent: Agent | None, found: Iterable[Commitment]
) -> list[Promise]:
    """Keep what a sent message promises; returns what is new. What an open promise of the conversation says
    already, without another time or sum, is not a second one."""
    conversation = hold(conversation.pk)
    standing = list(Promise.objects.filter(conversation=conversation, state=State.OPEN))
    made: list[Promise] = []
    for one in found:
        if one.kind not in KINDS or any(_same(promise, one) for promise in standing):
            continue
        promise, created = Promise.objects.get_or_create(
            message=message,
            kind=one.kind,
            start=one.start,
            defaults={
                "shop_id": conversation.shop_id,
                "conversation": conversation,
                "agent": agent,
                "order_id": conversation.order_id,
                "words": one.words[:_LONGEST],
                "end": one.end,
                "amount": one.amount,
                "currency": one.currency,
                "gift": one.gift,
                "policy": one.policy,
                "made_at": message.at,
                "due_at": one.due_at,
                "named": one.named,
            },
        )
        if created:
            standing.append(promise)
            made.append(promise)
    for promise in made:
        actor = f"agent-{agent.pk}" if agent else "bot"
        _record(promise, actor, "promise.made", {"kind": promise.kind, "due": promise.due_at.isoformat()})
        emit(events.PromiseMade(promise.shop_id, promise.conversation_id, promise.pk))
    if made:
        _write_row(conversation.pk)
    return made


def _same(promise: Promise, one: Commitment) -> bool:
    return (
        promise.kind == one.kind
        and promise.amount == one.amount
        and (not one.named or promise.due_at == one.due_at)
    )


@transaction.atomic
def keep(promise: Promise, agent: Agent, *, now: datetime | None = None) -> Promise:
    """A person says that it was done; after its time, it was done late. Said twice, it stays as it is."""
    promise = _held(promise)
    if promise.state == State.KEPT:
        return promise
    if promise.state == State.WITHDRAWN:
        raise Conflict(gettext_noop("This promise was withdrawn."))
    moment = now or timezone.now()
    _settle(promise, State.KEPT, Proof(How.HAND, moment), moment, agent)
    return promise


@transaction.atomic
def withdraw(promise: Promise, agent: Agent, reason: str, *, now: datetime | None = None) -> Promise:
    """Take it back, with a reason that stays. A broken one cannot be taken back: it happened."""
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise DomainError(gettext_noop("Say why the promise is withdrawn."), field="reason")
    promise = _held(promise)
    if promise.state == State.WITHDRAWN:
        return promise
    if promise.state != State.OPEN:
        raise Conflict(gettext_noop("Only an open promise can be withdrawn."))
    moment = now or timezone.now()
    promise.reason = reason
    _settle(promise, State.WITHDRAWN, Proof(How.HAND, moment), moment, agent)
    return promise


@transaction.atomic
def see(promise: Promise, agent: Agent) -> None:
    """Somebody takes notice that a promise broke, or is about to."""
    promise = _held(promise)
    if promise.state == State.BROKEN and promise.seen_at is None:
        promise.seen_at = timezone.now()
        promise.save(update_fields=["seen_at"])
        _record(promise, f"agent-{agent.pk}", "promise.seen", {})
        announce(promise.shop_id, f"promise-{promise.conversation_id}")


def settle_after_reply(event: ReplySent | ReplyTakenIn | NoteAdded) -> None:
    """An answer (by whatever desk) or the note of a call may be what was promised, where something is."""
    conversation = hold(event.conversation_id)
    if conversation.promise_due_at is not None or conversation.promises_broken:
        settle_by_facts([event.conversation_id], timezone.now())


def settle_after_orders(event: OrderChanged | OrdersChanged) -> None:
    """News of an order (shipped, delivered, refunded, another parcel) may keep promises about it."""
    order_ids = event.order_ids if isinstance(event, OrdersChanged) else (event.order_id,)
    settle_by_facts(unsettled_about(order_ids), timezone.now())


@transaction.atomic(savepoint=False)
def settle_by_facts(conversation_ids: Sequence[int], now: datetime) -> int:
    """Mark as kept what the facts show to be done; returns how many promises that settled."""
    waiting = open_promises(conversation_ids)
    if not waiting:
        return 0
    said = staff_words_since({p.conversation_id for p in waiting}, min(p.made_at for p in waiting))
    proven = sorted(
        (p.conversation_id, p.pk, proof)
        for p in waiting
        if (proof := proof_of(p, said[p.conversation_id], now)) is not None
    )
    settled = 0
    for conversation_id, promise_id, proof in proven:
        hold(conversation_id)
        promise = Promise.objects.select_for_update().get(pk=promise_id)
        if promise.state in (State.OPEN, State.BROKEN):
            _settle(promise, State.KEPT, proof, now, None)
            settled += 1
    return settled


def notice_of(promise: Promise) -> datetime:
    """When its keeper is reminded: a quarter of the time before it is due, between ten minutes and four
    hours."""
    length = (promise.due_at - promise.made_at) / _SHARE_OF_NOTICE
    return promise.due_at - min(LONGEST_NOTICE, max(_SHORTEST_NOTICE, length))


@transaction.atomic
def watch(promise: Promise, now: datetime) -> str:
    """What time does to an open promise: nothing, a reminder, or it breaks. Facts are asked first. Returns
    "", "kept", "reminded" or "broken"."""
    if settle_by_facts([promise.conversation_id], now):
        promise.refresh_from_db()
        if promise.state != State.OPEN:
            return "kept"
    promise = _held(promise)
    if promise.state != State.OPEN:
        return ""
    if promise.due_at <= now:
        _settle(promise, State.BROKEN, Proof(How.CLOCK, promise.due_at), now, None)
        return "broken"
    if promise.reminded_at is None and notice_of(promise) <= now:
        promise.reminded_at = now
        promise.save(update_fields=["reminded_at"])
        _record(promise, "clock", "promise.reminded", {"due": promise.due_at.isoformat()})
        _tell(promise)
        emit(events.PromiseDueSoon(promise.shop_id, promise.conversation_id, promise.pk))
        return "reminded"
    return ""


@transaction.atomic
def follow_messages(event: ConversationsMerged | ConversationSplit) -> None:
    """A message that moved to another conversation takes its promises with it."""
    other = event.source_id if isinstance(event, ConversationsMerged) else event.new_id
    ids = sorted((event.conversation_id, other))
    for conversation_id in ids:
        hold(conversation_id)
    rows = Promise.objects.filter(conversation__in=ids).select_related("message")
    for promise in rows:
        if promise.conversation_id != promise.message.conversation_id:
            promise.conversation_id = promise.message.conversation_id
            promise.save(update_fields=["conversation"])
    for conversation_id in ids:
        _write_row(conversation_id)


def follow_owner(event: ConversationAssigned) -> None:
    """Whoever has the conversation is reminded: the open pages of the old and the new owner show it."""
    conversation = conversation_by_id(event.conversation_id)
    if conversation.promise_due_at is not None or conversation.promises_broken:
        announce(event.shop_id, f"promise-{event.conversation_id}")


def _held(promise: Promise) -> Promise:
    hold(promise.conversation_id)
    return Promise.objects.select_for_update().get(pk=promise.pk)


def _settle(promise: Promise, state: State, proof: Proof, now: datetime, agent: Agent | None) -> None:
    """Write the end of a promise, tell, and let the conversation's row know. The caller holds both."""
    before = promise.state
    promise.state = state
    promise.how = proof.how
    promise.settled_at = proof.at if state != State.BROKEN else now
    promise.settled_by = agent
    promise.late = state == State.KEPT and proof.at > promise.due_at
    promise.save(update_fields=["state", "how", "settled_at", "settled_by", "late", "reason"])
    actor = f"agent-{agent.pk}" if agent else ("clock" if state == State.BROKEN else "facts")
    after = {"state": str(state), "how": str(proof.how)} | (
        {"reason": promise.reason} if promise.reason else {}
    )
    audit.record(
        promise.shop_id, actor, f"promise.{state}", _subject(promise), before={"state": before}, after=after
    )
    _write_row(promise.conversation_id)
    _tell(promise)
    told = {
        State.KEPT: events.PromiseKept,
        State.BROKEN: events.PromiseBroken,
        State.WITHDRAWN: events.PromiseWithdrawn,
    }[state]
    emit(told(promise.shop_id, promise.conversation_id, promise.pk))


def _write_row(conversation_id: int) -> None:
    figures = standing_figures(conversation_id)
    conversation = note_promises(conversation_id, figures.due_at, figures.broken)
    announce(conversation.shop_id, f"promise-{conversation_id}")


def _tell(promise: Promise) -> None:
    announce(promise.shop_id, f"promise-{promise.conversation_id}", f"conversation-{promise.conversation_id}")


def _record(promise: Promise, actor: str, verb: str, after: dict[str, str]) -> None:
    audit.record(promise.shop_id, actor, verb, _subject(promise), after=after)


def _subject(promise: Promise) -> str:
    return f"promise-{promise.pk}"
