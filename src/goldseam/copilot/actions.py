"""The copilot's writes: assess and keep the decision; take a person's correction."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.commerce.queries import order_by_number
from goldseam.conversations import actions as conversations
from goldseam.conversations.events import ConversationsMerged, ConversationSplit, MessageReceived
from goldseam.conversations.queries import conversation_by_id, spoken
from goldseam.copilot import events
from goldseam.copilot.codes import ISSUES
from goldseam.copilot.crisis import watch
from goldseam.copilot.engine import ShopTables, tables_of
from goldseam.copilot.facts import gather, latest_orders, latest_words
from goldseam.copilot.models import Correction, Decision
from goldseam.copilot.queries import just_assessed, latest_decision
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.unit import keep
from goldseam.engine.assess import assess as assess_by_engine
from goldseam.engine.assessment import Assessment
from goldseam.engine.facts import Conversation as Facts
from goldseam.engine.parse import parse_conversation
from goldseam.knowledge import gap_actions as knowledge
from goldseam.knowledge.events import QuestionKept

if TYPE_CHECKING:
    from goldseam.commerce.models import Order
    from goldseam.conversations.models import Conversation, Message
    from goldseam.people.models import Agent

RATED_PARTS = ("what", "emotion", "risk", "remedies", "draft", "liability")
VERDICTS = ("good", "bad")


def assess_after_message(event: MessageReceived) -> None:
    """Every customer message is assessed in the transaction that stores it, and a danger calls a lead."""
    watch(assess(conversation_by_id(event.conversation_id)))


def read_question(event: QuestionKept) -> None:
    """What a question that was asked without a thread is about."""
    said = parse_conversation({"id": "q", "messages": [{"role": "customer", "text": event.text}]})
    issue = assess_by_engine(said, tables_of(event.shop_id).tables).issue.code
    knowledge.note_issue(event.question_id, issue)


def assess_joined(event: ConversationsMerged | ConversationSplit) -> None:
    """Messages went from one conversation to another: whichever still says something is assessed anew."""
    for conversation_id in (event.conversation_id, event.source_id):
        conversation = conversation_by_id(conversation_id)
        if conversation.merged_into_id is None and spoken(conversation_id).exists():
            assess(conversation)


@transaction.atomic(savepoint=False)
def assess(conversation: Conversation, *, now: datetime | None = None) -> Decision:
    """Run the engine on the present facts, keep the decision, write the triage columns."""
    moment = now or timezone.now()
    said, bought = latest_words(conversation.pk), latest_orders(conversation)
    facts = gather(conversation, moment, said, bought)
    decision, assessment = decide(conversation, facts, moment)
    decision.save()
    keep(just_assessed(conversation.pk), (decision, facts))
    order = _order(conversation, assessment, bought)
    conversations.record_triage(conversation, triage_of(assessment, order.pk if order else None), order)
    conversations.mark_signals(said, marks_of(said, assessment))
    return decision


def _order(conversation: Conversation, assessment: Assessment, bought: Sequence[Order]) -> Order | None:
    """The row of the order that the customer means."""
    number = assessment.order.id
    if not number:
        return None
    own = next((order for order in bought if order.external_id == number), None)
    return own or order_by_number(conversation.shop_id, number)


def decide(
    conversation: Conversation, facts: Facts, moment: datetime, loaded: ShopTables | None = None
) -> tuple[Decision, Assessment]:
    """What the engine says to the facts, with the row that keeps it; the row is not stored yet."""
    started = time.perf_counter()
    loaded = loaded or tables_of(conversation.shop_id)
    assessment = assess_by_engine(facts, loaded.tables)
    elapsed = (time.perf_counter() - started) * 1000
    decision = Decision(
        conversation=conversation,
        made_at=moment,
        facts=facts_as_json(facts),
        assessment=assessment.as_contract(round(elapsed, 2)),
        extra=_extra(assessment) | {"pack_digest": loaded.digests.get(assessment.model.policy_pack, "")},
    )
    return decision, assessment


@transaction.atomic
def correct_issue(conversation: Conversation, agent: Agent, issue: str) -> Correction:
    """A person names the right issue; it is kept for learning and no later decision overwrites it."""
    if issue not in ISSUES:
        raise DomainError(gettext_noop("Unknown issue code."), field="issue")
    before = conversations.correct_issue(conversation, issue, actor=f"agent-{agent.pk}")
    correction = Correction.objects.create(
        conversation=conversation,
        decision=latest_decision(conversation.pk),
        agent=agent,
        part="issue",
        before=before,
        after=issue,
    )
    emit(events.IssueCorrected(conversation.shop_id, conversation.pk, before, issue))
    return correction


@transaction.atomic
def rate_part(conversation: Conversation, agent: Agent, part: str, verdict: str) -> None:
    """A person says whether a part of the latest decision was right; the last word of each person counts."""
    if part not in RATED_PARTS or verdict not in VERDICTS:
        raise DomainError(gettext_noop("There is no such part of the assessment."), field="part")
    decision = latest_decision(conversation.pk)
    if decision is None:
        raise Conflict(gettext_noop("This conversation has not been assessed yet."))
    Correction.objects.update_or_create(
        conversation=conversation, decision=decision, agent=agent, part=part, defaults={"after": verdict}
    )
    subject = f"conversation-{conversation.pk}"
    audit.record(
        conversation.shop_id, f"agent-{agent.pk}", "assessment.rated", subject, after={part: verdict}
    )


def facts_as_json(facts: Facts) -> dict[str, Any]:
    """The facts in the contract's input form (moments as ISO 8601), enough to replay the decision."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(facts))
    return plain


def _extra(assessment: Assessment) -> dict[str, Any]:
    return {
        "secondary": list(assessment.issue.secondary),
        "issue_evidence": list(assessment.issue.evidence),
        "course": list(assessment.emotion.course),
        "order_candidates": list(assessment.order.candidates),
        "order_why": assessment.order.why,
        "requests": [dataclasses.asdict(request) for request in assessment.requests],
        "spans": [{"code": s.code, "message": s.message, "span": list(s.span)} for s in assessment.signals],
    }


def marks_of(said: Sequence[Message], assessment: Assessment) -> dict[int, list[tuple[int, int, str]]]:
    """The signals' spans by message; the engine counts the messages that `gather` gave it."""
    marks: dict[int, list[tuple[int, int, str]]] = {}
    for signal in assessment.signals:
        if signal.message < len(said) and signal.span[1] > signal.span[0]:
            marks.setdefault(said[signal.message].pk, []).append((*signal.span, signal.code))
    return marks


def triage_of(assessment: Assessment, order_id: int | None) -> conversations.Triage:
    """The columns that the inbox shows; `order_id` is the row of the order that the customer means."""
    return conversations.Triage(
        issue=assessment.issue.code,
        issue_confidence=assessment.issue.confidence,
        emotion=assessment.emotion.label,
        intensity=assessment.emotion.intensity,
        risk_score=assessment.risk.score,
        risk_level=assessment.risk.level,
        priority=assessment.priority,
        handover=assessment.handover.reason or "",
        order_id=order_id,
        liable_party=assessment.liability.party,
    )
