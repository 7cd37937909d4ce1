"""What becomes of what the bot took up: answered, confirmed, assumed, reopened, given to people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from goldseam.bot.models import Case, Outcome, Talk
from goldseam.conversations import actions as inbox
from goldseam.core.errors import DomainError
from goldseam.core.unit import unit_of_work

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.engine.bot.facts import Decision

_ANSWERS = ("answer", "carry_out", "walk")


def follow(talk: Talk, conversation: Conversation, decision: Decision, now: datetime) -> Case | None:
    """The case that a decision belongs to, with what it changes about it. Small talk opens none; another
    issue is another case; words that come after an end open the same one again."""
    case = talk.case
    if case is not None and _comes_back(case, decision):
        case.outcome, case.ended_at = Outcome.REOPENED, None
    if case is None or (decision.topic != case.issue and _is_case(decision)) or case.ended_at is not None:
        if not _is_case(decision):
            return case
        if case is not None and case.ended_at is None and case.answered_at is not None:
            _end(case, now)
        case = Case(
            shop_id=conversation.shop_id,
            conversation=conversation,
            issue=decision.topic,
            channel=conversation.channel,
            began_at=now,
        )
    if decision.kind in _ANSWERS and decision.sources + decision.evidence:
        case.answered_at = case.answered_at or now
    if decision.kind == "hand_over":
        case.handed_over, case.ended_at = decision.reason, now
    case.save()
    talk.case = case
    return case


def _is_case(decision: Decision) -> bool:
    """Whether it is about something that is to be solved."""
    return (
        bool(decision.topic) and decision.topic not in ("other", "praise")
    ) or decision.kind == "hand_over"


def _comes_back(case: Case, decision: Decision) -> bool:
    over = case.ended_at is not None and not case.handed_over and case.taken_at is None
    return (
        over
        and case.answered_at is not None
        and decision.topic == case.issue
        and decision.kind != "confirmed"
    )


def _end(case: Case, now: datetime) -> None:
    """Another subject came up: what was answered before is taken as solved."""
    case.ended_at = now
    case.outcome = case.outcome or Outcome.ASSUMED
    case.save(update_fields=["ended_at", "outcome"])


def confirm(case: Case | None, conversation: Conversation, now: datetime) -> None:
    """The customer says that it is solved: it ends, and they are asked how it was."""
    if case is not None and case.ended_at is None:
        case.outcome, case.ended_at = Outcome.CONFIRMED, now
        case.save(update_fields=["outcome", "ended_at"])
    try:
        with unit_of_work():
            inbox.close(conversation, outcome="accepted", actor="bot")
            inbox.ask_customer(inbox.hold(conversation.pk), None)
    except DomainError:  # a room wants it to stay open: a promise is due, an approval is under way
        inbox.release_from_bot(conversation.pk)


@unit_of_work()
def assume(case: Case, now: datetime) -> bool:
    """The customer has been silent for long after an answer: taken as solved, never counted as confirmed.
    Says whether it was so."""
    conversation = inbox.hold(case.conversation_id)
    row = Case.objects.select_for_update().get(pk=case.pk)
    if row.ended_at is not None or row.answered_at is None:
        return False
    row.outcome, row.ended_at = row.outcome or Outcome.ASSUMED, now
    row.save(update_fields=["outcome", "ended_at"])
    if conversation.bot == "serving" and conversation.status == "open":
        try:
            with unit_of_work():
                inbox.close(conversation, actor="bot")
        except DomainError:  # a promise is due or an approval under way: people see it in their inbox
            inbox.release_from_bot(conversation.pk)
    return True


def taken_by_person(case: Case | None, now: datetime) -> None:
    """A person went on before the bot was done."""
    if case is not None and case.ended_at is None:
        case.taken_at = case.ended_at = now
        case.save(update_fields=["taken_at", "ended_at"])
