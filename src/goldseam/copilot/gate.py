"""Nothing leaves unjudged: every reply, by whatever door it comes, is checked under the conversation's lock.

A text over its writer's authority, against a fact or not allowed is refused; a lead may send it with a
written reason. What is sent becomes promises, and the approvals it rests on are used up, in the same
transaction. What another desk sent is read when it comes in."""

from __future__ import annotations

import dataclasses
import time
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam import __version__
from goldseam.approvals.granted import use_grant
from goldseam.conversations.actions import hold
from goldseam.conversations.events import ReplySent, ReplySubmitted, ReplyTakenIn
from goldseam.conversations.queries import conversation_by_id, message_by_id
from goldseam.copilot.actions import facts_as_json
from goldseam.copilot.checking import BOT, MAY_OVERRIDE, Part, check_words, parts_of, writer_of
from goldseam.copilot.engine import tables_of
from goldseam.copilot.facts import gather, latest_words
from goldseam.copilot.models import CheckedReply
from goldseam.core import audit
from goldseam.core.errors import Conflict, NotAllowed
from goldseam.core.live import announce
from goldseam.core.locks import take_turns
from goldseam.core.unit import keep, recall
from goldseam.engine.reply.authority import Author
from goldseam.engine.reply.check import ReplyCheck, prepare
from goldseam.people.queries import colleague
from goldseam.promises.actions import make

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.engine.facts import Conversation as Facts
    from goldseam.people.models import Agent

_QUOTE = 60


class ReplyRefused(NotAllowed):
    """The words may not go out as they are; `verdict` is the worst of their parts."""

    code = "reply_refused"

    def __init__(self, message: str, verdict: str) -> None:
        super().__init__(message, field="text")
        self.verdict = verdict


def judge_reply(event: ReplySubmitted) -> None:
    """The gate: raises `ReplyRefused`, or remembers what the text was judged by until it has gone out."""
    conversation = conversation_by_id(event.conversation_id)
    agent = colleague(event.shop_id, event.agent_id) if event.agent_id is not None else None
    if agent is None and conversation.locked_at is not None:
        raise Conflict(
            gettext_noop("A danger to people is being handled by a person: the bot stays silent."),
            code="locked_by_crisis",
        )
    now = event.at or timezone.now()
    facts = event.facts or gather(conversation, now)
    row, check = _judge(conversation, agent, event.text, event.remedy, facts)
    if check.binding != "ok":
        _only_in_spite(row, check, event.override_reason)
        row.override_reason = event.override_reason
    keep(_judged(conversation.pk), row)


def _judged(conversation_id: int) -> tuple[str, int]:
    return ("judged", conversation_id)


def read_taken_in(event: ReplyTakenIn) -> None:
    """What another desk's agent or bot wrote is out already: it binds the shop all the same, so its promises
    are kept and what speaks against it is shown beside the conversation. It uses up what was approved."""
    conversation = hold(event.conversation_id)
    message = message_by_id(event.message_id)
    said = [word for word in latest_words(conversation.pk) if word.pk != message.pk]
    facts = gather(conversation, message.at, said)
    row, check = _judge(conversation, None, message.text, "", facts, role=message.role)
    row.taken_in = True
    _keep(row, message.pk)
    if check.binding != "ok":
        audit.record(
            conversation.shop_id,
            "other-desk",
            "reply.doubtful",
            f"message-{message.pk}",
            after={"verdict": check.binding, "conversation": conversation.pk},
        )
        announce(conversation.shop_id, f"conversation-{conversation.pk}", "inbox")


def _judge(
    conversation: Conversation,
    agent: Agent | None,
    text: str,
    remedy: str,
    facts: Facts,
    *,
    role: str = BOT,
) -> tuple[CheckedReply, ReplyCheck]:
    started = time.perf_counter()
    loaded, now = tables_of(conversation.shop_id), facts.now or timezone.now()
    case = prepare(facts, loaded.tables)

    def judged() -> tuple[Author, ReplyCheck]:
        author = writer_of(conversation, agent, case, now, role=role)
        return author, check_words(conversation, author, text, remedy, case, loaded)

    author, check = judged()
    if check.gives:  # two replies of one writer at once must not both spend the same day's authority
        take_turns(f"authority-{conversation.shop_id}-{agent.pk if agent else 'bot'}")
        author, check = judged()
    elapsed = round((time.perf_counter() - started) * 1000, 2)
    label = case.view.pack.label
    row = CheckedReply(
        conversation=conversation,
        agent=agent,
        made_at=now,
        text=text,
        remedy=remedy,
        verdict=check.binding,
        author=dataclasses.asdict(author),
        facts=facts_as_json(facts),
        result=check.as_contract(elapsed),
        extra={
            "engine": __version__,
            "parts": parts_of(check, remedy, conversation, author, case, loaded, now),
            "approved_words": check.approved_words,
        },
        pack=label,
        digest=loaded.digests.get(label, ""),
    )
    return row, check


def _only_in_spite(row: CheckedReply, check: ReplyCheck, reason: str) -> None:
    if not reason:
        raise ReplyRefused(refusal_words(check), check.binding)
    if row.author["role"] not in MAY_OVERRIDE:
        raise NotAllowed(gettext_noop("Only a lead may send this in spite of the rules."), code="needs_lead")


def refusal_words(check: ReplyCheck) -> str:
    """Why the text may not go out: the words of its worst part and the reason."""
    for commitment, judgement in check.commitments:
        if judgement.verdict == check.binding and (not commitment.guessed or commitment.amount is not None):
            told = {"words": commitment.text[:_QUOTE], "why": judgement.why}
            return _("Not sent: “%(words)s”. %(why)s.") % told
    why = check.remedy.why if check.remedy else ""
    return _("Not sent, because of the chosen solution. %(why)s.") % {"why": why}


def keep_word(event: ReplySent) -> None:
    """What was judged has gone out: its promises stand, the approvals it rests on are used up."""
    row: CheckedReply | None = recall(_judged(event.conversation_id))
    if row is not None:
        _keep(row, event.message_id)


def _keep(row: CheckedReply, message_id: int) -> None:
    row.message_id = message_id
    row.save()
    if row.extra["approved_words"] is not None:
        use_grant(int(row.extra["approved_words"]), agent=row.agent)
    parts = [Part(**part) for part in row.extra["parts"]]
    for part in parts:
        if part.grant is not None:
            amount = None if part.amount is None else Decimal(part.amount)
            use_grant(int(part.grant), agent=row.agent, amount=amount)
    if parts:
        conversation, message = conversation_by_id(row.conversation_id), message_by_id(message_id)
        make(conversation, message, row.agent, [part.promise() for part in parts])
