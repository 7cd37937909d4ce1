"""What becomes of a grant: a reply uses it once, somebody gives it back, or it expires.

Whichever comes first holds, under the conversation's lock and the request's: what was given back can't be
used, and what was used can't be given back. What stood ready for it in the ledger is free again in the same
transaction, and so is the authority of who granted it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.approvals import events
from goldseam.approvals.asking import MAX_REASON, checked_words
from goldseam.approvals.models import ApprovalRequest, Notice, State, Verb
from goldseam.approvals.queries import NOTICE_OF_EXPIRY
from goldseam.approvals.routing import ledger_key
from goldseam.approvals.saying import money_words
from goldseam.approvals.turns import held, held_alone, note, record, tell
from goldseam.core.errors import Conflict, NotAllowed
from goldseam.core.events import emit
from goldseam.ledger.queries import entry_by_key
from goldseam.ledger.settling import release
from goldseam.people.queries import Role, membership_in

if TYPE_CHECKING:
    from goldseam.people.models import Agent


def use_grant(request_id: int, *, agent: Agent | None, amount: Decimal | None = None) -> None:
    """The reply that gives what was granted goes out, in the caller's transaction and under the
    conversation's lock. A grant is used once, for `amount` or all of it. Raises Conflict when it was used,
    given back or never given, NotAllowed over its amount."""
    request = held_alone(request_id)
    granted = _must_be_granted(request)
    if request.used_at is not None:
        raise Conflict(gettext_noop("What was granted has been used already; ask again for more."))
    if request.returned_at is not None:
        raise Conflict(gettext_noop("What was granted was given back; ask again."))
    if amount is not None and amount > granted:
        most = money_words(granted, request.currency)
        raise NotAllowed(_("Only %(most)s was granted.") % {"most": most}, code="over_grant")
    request.used_at, request.used_amount = timezone.now(), granted if amount is None else amount
    request.save(update_fields=["used_at", "used_amount"])
    note(request, Verb.USED, agent, amount=request.used_amount)
    record(request, f"agent-{agent.pk}" if agent else "bot", "used")
    tell(request, (), None, also=_requester_of(request))
    emit(events.GrantUsed(request.shop_id, request.conversation_id, request.pk))


@transaction.atomic
def give_back(request_id: int, agent: Agent | None, *, words: str = "", actor: str = "") -> ApprovalRequest:
    """What was granted is not needed: by who asked for it, or by a lead or admin. Twice changes nothing.
    Raises Conflict once it was used."""
    request = held(request_id)
    if not _may_give_back(request, agent, actor):
        raise NotAllowed(gettext_noop("Only who asked for it, or a lead, can give a grant back."))
    said = checked_words(words, MAX_REASON, "words")
    _must_be_granted(request)
    if request.returned_at is not None:
        return request
    if request.used_at is not None:
        raise Conflict(gettext_noop("What was granted was promised to the customer already."), code="used")
    _return(request, agent, Verb.RETURNED, said, actor or f"agent-{agent.pk if agent else 0}")
    return request


@transaction.atomic
def pass_time(request_id: int, now: datetime) -> str:
    """What time does to an unused grant: nothing (""), its owner is told that it "expires" soon, or it has
    "expired"."""
    request = held(request_id)
    if not request.is_unused_grant or request.expires_at is None:
        return ""
    if request.expires_at <= now:
        _return(request, None, Verb.EXPIRED, "", "clock")
        return "expired"
    if request.warned_at is not None or request.expires_at - NOTICE_OF_EXPIRY > now:
        return ""
    request.warned_at = now
    request.save(update_fields=["warned_at"])
    record(request, "clock", "expires", at=request.expires_at.isoformat())
    tell(request, _requester_of(request), Notice.Kind.EXPIRING)
    return "expires"


def _may_give_back(request: ApprovalRequest, agent: Agent | None, actor: str) -> bool:
    if agent is None:
        return request.asked_by == actor
    return agent.pk == request.requester_id or membership_in(agent, request.shop_id).role != Role.AGENT


def _must_be_granted(request: ApprovalRequest) -> Decimal:
    if request.state != State.APPROVED or request.granted_amount is None:
        raise Conflict(gettext_noop("This request has not been approved."))
    return request.granted_amount


def _return(request: ApprovalRequest, agent: Agent | None, verb: Verb, words: str, actor: str) -> None:
    """It may be used no more, and its money stands ready no more."""
    request.returned_at = timezone.now()
    request.save(update_fields=["returned_at"])
    note(request, verb, agent, amount=request.granted_amount, words=words)
    record(request, actor, str(verb.value), words=words)
    expired = verb == Verb.EXPIRED
    entry = entry_by_key(request.shop_id, ledger_key(request.pk))
    if entry is not None:
        reason = "grant expired" if expired else words or "grant given back"
        release(entry, key=f"{ledger_key(request.pk)}-returned", agent=agent, reason=reason)
    concerned = {*_requester_of(request), *([request.grantor_id] if request.grantor_id else [])}
    told = concerned - {agent.pk if agent else None}
    tell(request, told, Notice.Kind.EXPIRED if expired else Notice.Kind.RETURNED, also=concerned)
    emit(events.GrantReturned(request.shop_id, request.conversation_id, request.pk, expired))


def _requester_of(request: ApprovalRequest) -> list[int]:
    return [request.requester_id] if request.requester_id is not None else []
