"""Giving over to people: said to the customer with the expected wait, explained to the agents, and waited
for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from goldseam.bot import queries
from goldseam.bot.gathering import state_of
from goldseam.bot.hours import hours_of
from goldseam.conversations import actions as inbox
from goldseam.core.errors import DomainError
from goldseam.engine.bot.tables import Sayings
from goldseam.engine.bot.wait import wait_words
from goldseam.engine.facts import Conversation as Facts

if TYPE_CHECKING:
    from goldseam.bot.models import Case, Talk
    from goldseam.conversations.models import Conversation, Message

_TRIED = frozenset({"answer", "walk", "propose", "carry_out"})
_SHORT = 160


@dataclass(frozen=True, slots=True)
class Handing:
    """Why people go on (`reason` is a code of the assess contract), what is said first, under which key, and
    the facts by which it is judged."""

    reason: str
    lead: str
    evidence: tuple[str, ...]
    sayings: Sayings
    key: str
    facts: Facts


def hand_over(
    conversation: Conversation, talk: Talk, case: Case | None, handing: Handing, now: datetime
) -> Message | None:
    """Tell the customer, leave the agents what they need, and let somebody be found. Words that the rules
    do not let out are left away; the giving over happens all the same."""
    conversation = inbox.hold(conversation.pk)
    reply = _tell_customer(conversation, handing, now)
    inbox.tell_of(
        conversation.pk,
        "given_over",
        summary_of(conversation, talk, case, handing),
        f"The bot gave over: {handing.reason}.",
    )
    inbox.want_person(conversation.pk, handing.reason)
    return reply


def _tell_customer(conversation: Conversation, handing: Handing, now: datetime) -> Message | None:
    if conversation.locked_at is not None:
        return None
    local = now.astimezone(ZoneInfo(conversation.shop.timezone))
    wait = wait_words(hours_of(conversation, now), local, handing.sayings)
    plain = handing.sayings.say(f"hand_{handing.reason}")
    full = handing.sayings.say("done_more", text=handing.lead or plain, said=wait)
    for text in dict.fromkeys((full, plain)):
        try:
            return inbox.send_reply(conversation, None, text, key=handing.key, facts=handing.facts)
        except DomainError:
            continue
    return None


def summary_of(conversation: Conversation, talk: Talk, case: Case | None, handing: Handing) -> dict[str, Any]:
    """What an agent needs to go on without asking again: the need, what was tried, what is open."""
    state = state_of(talk)
    turns = queries.turns_of(case.pk) if case is not None and state.turns > 1 else []
    proposal = state.proposal
    return {
        "reason": handing.reason,
        "issue": case.issue if case else conversation.issue,
        "order": state.order or (conversation.order.external_id if conversation.order else ""),
        "said": [said.text[:_SHORT] for said in handing.facts.messages if said.role == "customer"][-3:],
        "tried": [turn.text[:_SHORT] for turn in turns if turn.kind in _TRIED][-4:],
        "asked": [turn.text[:_SHORT] for turn in turns if turn.kind == "ask"][-2:],
        "proposed": {"kind": proposal.kind, "order": proposal.order, "details": dict(proposal.details)}
        if proposal
        else {},
        "changes": [
            {"kind": change.kind, "order": change.order_number, "state": change.state, "why": change.why}
            for change in queries.changes_in(conversation.pk)
        ],
        "evidence": list(handing.evidence),
    }
