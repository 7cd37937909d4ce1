"""Changes that a customer has confirmed: asked of the shop's own system once, answered by it, told to the
customer. What no system does in time goes to people, with all that is known."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.bot import queries
from goldseam.bot.gathering import state_of
from goldseam.bot.handing import Handing, hand_over
from goldseam.bot.models import Case, Change, ChangeState, Talk
from goldseam.channels.webhook.actions import tell_change
from goldseam.commerce.queries import order_by_number
from goldseam.conversations import actions as inbox
from goldseam.conversations.actions import language_of
from goldseam.conversations.queries import conversation_by_id
from goldseam.conversations.speaking import person_at_work
from goldseam.copilot.facts import gather, order_facts
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.live import announce
from goldseam.core.unit import unit_of_work
from goldseam.engine.bot.answers import name_of
from goldseam.workshop.load_bot import load_bot

if TYPE_CHECKING:
    from uuid import UUID

    from goldseam.conversations.models import Conversation, Message
    from goldseam.engine.bot.facts import Proposal
    from goldseam.engine.bot.tables import Sayings


def ask_system(message: Message, proposal: Proposal, case: Case | None, policy: str) -> Change:
    """Record the change that a message confirmed, exactly once for a proposal, and tell the programs that
    carry it out."""
    conversation = message.conversation
    change, created = Change.objects.get_or_create(
        conversation=conversation,
        key=proposal.id,
        defaults={
            "shop_id": conversation.shop_id,
            "case": case,
            "message": message,
            "kind": proposal.kind,
            "order_number": proposal.order,
            "details": dict(proposal.details),
            "words": message.text[:1000],
            "policy": policy[:80],
            "asked_at": timezone.now(),
        },
    )
    if created:
        after = change_json(change)
        audit.record(conversation.shop_id, "bot", "change.requested", _subject(change), after=_plain(after))
        tell_change(conversation.shop_id, conversation.pk, after)
        _announce(change)
    return change


def change_json(change: Change) -> dict[str, Any]:
    """A change as programs see it."""
    return {
        "id": str(change.pk),
        "kind": change.kind,
        "order_id": change.order_number,
        "details": change.details,
        "conversation_id": change.conversation.external_id,
        "confirmed_by": change.words,
        "policy": change.policy,
        "state": change.state,
        "why": change.why,
        "asked_at": change.asked_at,
        "settled_at": change.settled_at,
    }


@unit_of_work()
def settle(shop_id: int, change_id: UUID, state: str, why: str, *, actor: str) -> Change:
    """The shop's system says how it went. The same answer again changes nothing; another one is refused. An
    answer that comes after people took over is kept for them, and the customer is not told twice."""
    known = queries.change_of_shop(shop_id, change_id)
    conversation = inbox.hold(known.conversation_id)
    change = Change.objects.select_for_update().get(pk=known.pk)
    if change.state == state:
        return change
    if change.state not in (ChangeState.WAITING, ChangeState.LATE):
        raise Conflict(gettext_noop("This change has its answer already."), field="state")
    was_late = change.state == ChangeState.LATE
    change.state, change.why, change.settled_at = state, why.strip()[:300], timezone.now()
    change.save(update_fields=["state", "why", "settled_at"])
    after = {"state": state, "why": change.why}
    audit.record(shop_id, actor, "change.settled", _subject(change), after=after)
    _announce(change)
    if was_late or not _bot_goes_on(conversation):
        _tell_people(change)
    elif state == ChangeState.DONE:
        _tell_done(change)
    else:
        _give_over(change, f"the system said: {change.why or 'failed'}")
    return change


def give_up_late(now: datetime) -> int:
    """What no system answered in time goes to people; returns how many."""
    given = 0
    for row in queries.late_changes(now):
        given += _give_up(row.pk, row.conversation_id, now)
    return given


@unit_of_work()
def _give_up(change_id: UUID, conversation_id: int, now: datetime) -> bool:
    conversation = inbox.hold(conversation_id)
    change = Change.objects.select_for_update().get(pk=change_id)
    if change.state != ChangeState.WAITING:
        return False
    change.state, change.settled_at = ChangeState.LATE, now
    change.save(update_fields=["state", "settled_at"])
    audit.record(change.shop_id, "clock", "change.late", _subject(change))
    _announce(change)
    if _bot_goes_on(conversation):
        _give_over(change, "the system did not answer in time")
    else:
        _tell_people(change)
    return True


def _bot_goes_on(conversation: Conversation) -> bool:
    """Whether the bot may still speak here: no person has taken over."""
    talk = queries.talk_of(conversation.pk)
    free = (
        conversation.bot != "wanted" and conversation.assignee_id is None and conversation.locked_at is None
    )
    return free and talk is not None and not person_at_work(conversation.pk, talk.since)


def _tell_done(change: Change) -> None:
    """The good news, and the question whether that was all."""
    conversation, say = conversation_by_id(change.conversation_id), _sayings(change)
    text = say.say(f"change_done_{change.kind}", order=_order_name(change, say))
    choices = [say.say("helped"), say.say("not_helped"), say.say("person")]
    try:
        inbox.send_reply(conversation, None, text, key=f"change-{change.pk}", details={"choices": choices})
    except DomainError as refusal:
        _give_over(change, f"refused: {refusal.message}")
        return
    inbox.set_remedy(conversation, change.kind, actor="bot")
    talk = Talk.objects.get(pk=conversation.pk)
    talk.state = state_of(talk).as_json() | {"awaits": "solved", "asked": 0}
    talk.save(update_fields=["state"])


def _give_over(change: Change, evidence: str) -> None:
    conversation, say = conversation_by_id(change.conversation_id), _sayings(change)
    talk = Talk.objects.select_related("case").get(pk=conversation.pk)
    case = talk.case
    if case is not None and case.ended_at is None:
        case.handed_over, case.ended_at = "tool_failure", timezone.now()
        case.save(update_fields=["handed_over", "ended_at"])
    lead, now = say.say("hand_tool_failure"), timezone.now()
    facts = gather(conversation, now)
    handing = Handing("tool_failure", lead, (change.kind, evidence), say, f"change-{change.pk}", facts)
    hand_over(conversation, talk, case, handing, now)


def _tell_people(change: Change) -> None:
    """A line for the agents who have taken over."""
    details = {"kind": change.kind, "order": change.order_number, "state": change.state, "why": change.why}
    text = f"The shop's system on {change.kind} {change.order_number}: {change.state}."
    inbox.tell_of(change.conversation_id, "change_settled", details, text)


def _sayings(change: Change) -> Sayings:
    language = "zh" if language_of(change.conversation).startswith("zh") else "en"
    return load_bot().speak(language, language)


def _order_name(change: Change, say: Sayings) -> str:
    row = order_by_number(change.shop_id, change.order_number)
    if row is None:
        return say.say("order", tail=change.order_number[-4:], title="")
    return name_of(order_facts(row), say)


def _announce(change: Change) -> None:
    announce(change.shop_id, f"conversation-{change.conversation_id}")


def _subject(change: Change) -> str:
    return f"conversation-{change.conversation_id}"


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("id", "kind", "order_id", "details", "policy")}
