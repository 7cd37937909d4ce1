"""Dangers to people: the conversation is locked for machines, a lead is called, and a lead releases it.

Every verb holds the conversation first. A sign counts once: after a release only new words lock it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations.actions import hold, set_lock
from goldseam.conversations.events import ConversationsImported
from goldseam.conversations.queries import conversations_by_ids
from goldseam.copilot.events import CrisisBegan, CrisisReleased
from goldseam.copilot.facts import latest_words
from goldseam.copilot.models import Crisis, CrisisKind, Decision
from goldseam.copilot.protocols import PROTOCOLS
from goldseam.copilot.queries import latest_findings
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.people.queries import Role, require_role

if TYPE_CHECKING:
    from goldseam.people.models import Agent

ANSWER_WITHIN = timedelta(minutes=5)
_ORDER = (CrisisKind.SELF_HARM, CrisisKind.INJURY, CrisisKind.THREAT)
_MAX_REASON = 500


def watch(decision: Decision) -> None:
    """After a customer's words were assessed: do they show a danger that was not there before?"""
    if _shows_danger(decision):
        _begin(decision.conversation_id, decision)


def watch_imported(event: ConversationsImported) -> None:
    """The same for open conversations that came in from a file."""
    rows = conversations_by_ids(event.conversation_ids)
    for decision in latest_findings(row.pk for row in rows if row.closed_at is None).values():
        watch(decision)


def _shows_danger(decision: Decision) -> bool:
    codes = {signal["code"] for signal in decision.assessment.get("signals", [])}
    return not codes.isdisjoint(_ORDER)


@transaction.atomic
def _begin(conversation_id: int, decision: Decision) -> Crisis | None:
    conversation = hold(conversation_id)
    last = Crisis.objects.filter(conversation=conversation).order_by("-id").first()
    if last is not None and last.released_at is None:
        return None
    ids = [message.pk for message in latest_words(conversation_id)]
    places: dict[str, int] = {}
    for span in decision.extra.get("spans", []):
        if span["code"] in _ORDER and span["message"] < len(ids):
            places[span["code"]] = max(places.get(span["code"], 0), ids[span["message"]])
    known = last.seen_message_id if last is not None else 0
    fresh = [kind for kind in _ORDER if places.get(kind, 0) > known]
    if not fresh:
        return None
    evidence = next(s["evidence"] for s in decision.assessment["signals"] if s["code"] == fresh[0])
    crisis = Crisis.objects.create(
        shop_id=conversation.shop_id,
        conversation=conversation,
        kind=fresh[0],
        evidence=evidence[:300],
        began_at=timezone.now(),
        seen_message_id=max(places.values()),
    )
    set_lock(conversation_id, crisis.began_at)
    _record(crisis, "copilot", "crisis.began", {"kind": crisis.kind, "evidence": crisis.evidence})
    _tell(crisis)
    emit(CrisisBegan(crisis.shop_id, conversation_id, crisis.pk))
    return crisis


@transaction.atomic
def take(crisis: Crisis, lead: Agent) -> Crisis:
    """A lead answers the call; the first one counts."""
    crisis = _held(crisis)
    require_role(lead, crisis.shop_id, Role.LEAD)
    if crisis.taken_at is None and crisis.released_at is None:
        crisis.taken_by = lead
        crisis.taken_at = timezone.now()
        crisis.save(update_fields=["taken_by", "taken_at"])
        _record(crisis, f"agent-{lead.pk}", "crisis.taken", {})
        _tell(crisis)
    return crisis


@transaction.atomic
def mark_step(crisis: Crisis, agent: Agent, code: str, *, done: bool) -> Crisis:
    """A step of the protocol was done, or was ticked by mistake; who and when is kept."""
    crisis = _held(crisis)
    if code not in {step.code for step in PROTOCOLS[crisis.kind].steps}:
        raise DomainError(gettext_noop("The protocol has no such step."), field="step")
    if crisis.released_at is not None:
        raise Conflict(gettext_noop("This conversation has been released already."))
    if done == (code in crisis.steps):
        return crisis
    if done:
        moment = timezone.now().isoformat()
        crisis.steps = {**crisis.steps, code: {"by": agent.pk, "name": agent.name, "at": moment}}
    else:
        crisis.steps = {key: value for key, value in crisis.steps.items() if key != code}
    crisis.save(update_fields=["steps"])
    _record(crisis, f"agent-{agent.pk}", "crisis.step" if done else "crisis.step_undone", {"step": code})
    announce(crisis.shop_id, f"conversation-{crisis.conversation_id}")
    return crisis


@transaction.atomic
def release(crisis: Crisis, lead: Agent, reason: str) -> Crisis:
    """A lead says, with a reason, that the danger is over: machines may answer again."""
    reason = reason.strip()[:_MAX_REASON]
    crisis = _held(crisis)
    require_role(lead, crisis.shop_id, Role.LEAD)
    if not reason:
        raise DomainError(gettext_noop("Say why the danger is over."), field="reason")
    if crisis.released_at is not None:
        return crisis
    crisis.released_by = lead
    crisis.released_at = timezone.now()
    crisis.release_reason = reason
    crisis.taken_by = crisis.taken_by or lead
    crisis.taken_at = crisis.taken_at or crisis.released_at
    words = latest_words(crisis.conversation_id)
    crisis.seen_message_id = max([crisis.seen_message_id, *(message.pk for message in words)])
    crisis.save()
    set_lock(crisis.conversation_id, None)
    _record(crisis, f"agent-{lead.pk}", "crisis.released", {"reason": reason})
    _tell(crisis)
    emit(CrisisReleased(crisis.shop_id, crisis.conversation_id, crisis.pk))
    return crisis


@transaction.atomic
def escalate(crisis: Crisis, now: datetime) -> bool:
    """No lead answered in time: everybody in the shop sees the call. Says whether it was due."""
    crisis = _held(crisis)
    waiting = crisis.taken_at is None and crisis.released_at is None and crisis.escalated_at is None
    if not waiting or crisis.began_at + ANSWER_WITHIN > now:
        return False
    crisis.escalated_at = now
    crisis.save(update_fields=["escalated_at"])
    _record(crisis, "clock", "crisis.escalated", {})
    _tell(crisis)
    return True


def unanswered(now: datetime) -> list[Crisis]:
    """Calls that no lead has answered in time and nobody else knows of yet."""
    rows = Crisis.objects.filter(released_at=None, taken_at=None, escalated_at=None)
    return list(rows.filter(began_at__lte=now - ANSWER_WITHIN).order_by("began_at"))


def _held(crisis: Crisis) -> Crisis:
    hold(crisis.conversation_id)
    return Crisis.objects.select_for_update(of=("self",)).get(pk=crisis.pk)


def _tell(crisis: Crisis) -> None:
    number = crisis.conversation_id
    announce(crisis.shop_id, f"crisis-{number}", f"conversation-{number}", "inbox")


def _record(crisis: Crisis, actor: str, verb: str, after: dict[str, str]) -> None:
    audit.record(crisis.shop_id, actor, verb, f"conversation-{crisis.conversation_id}", after=after)
