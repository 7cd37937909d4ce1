"""A language model words what has been decided: asked for by a person, done as a job, judged before anybody
sees it. Without a model, or when the judge refuses, the template stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_noop

from goldseam.conversations.queries import conversation_by_id
from goldseam.copilot.engine import tables_of
from goldseam.copilot.models import Decision, Wording
from goldseam.copilot.queries import latest_decision
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.core.jobs import defer
from goldseam.core.live import announce
from goldseam.core.llm.calls import Answer, Judged, ask_model, rate_call
from goldseam.core.llm.endpoint import llm_settings
from goldseam.core.llm.port import Ask
from goldseam.engine.facts import Conversation as Facts
from goldseam.engine.parse import parse_conversation
from goldseam.engine.reply.authority import Author
from goldseam.engine.wording.ask import Prompt, PromptWords, Source, ask_answer, ask_reply, ask_summary
from goldseam.engine.wording.mask import Masking, masking
from goldseam.engine.wording.read import (
    CitedAnswer,
    Read,
    ReplyJudge,
    WordedSummary,
    read_answer,
    read_reply,
    read_summary,
)
from goldseam.knowledge import queries as knowledge
from goldseam.people.queries import membership_in
from goldseam.workshop.load_wording import load_masking, load_prompts

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent

JOB = "copilot.word"
QUEUE = "wording"
TASKS = ("draft", "rewrite", "summary", "answer")
VERDICTS = ("good", "bad")
_LONGEST = 4000
_ARTICLES = 3
_MAX_TOKENS = {"draft": 500, "rewrite": 700, "summary": 700, "answer": 600}


def is_on() -> bool:
    """Whether the site has a language model."""
    return llm_settings().on


@transaction.atomic
def request_wording(conversation: Conversation, agent: Agent, task: str, original: str = "") -> Wording:
    """Let a text be worded on the latest decision. What waits already for the same is not asked twice.
    Raises DomainError for an unknown task or an empty text, Conflict without a model or a decision."""
    if task not in TASKS:
        raise DomainError(gettext_noop("There is no such thing to word."), field="task")
    if not llm_settings().model_for(task) or not is_on():
        raise Conflict(gettext_noop("No language model is set up for this; the template stands."))
    decision = latest_decision(conversation.pk)
    if decision is None:
        raise Conflict(gettext_noop("This conversation has not been assessed yet."))
    text = _original(task, original, decision)
    waiting = Wording.objects.filter(
        conversation=conversation, decision=decision, task=task, original=text, state=Wording.State.WAITING
    ).first()
    if waiting is not None:
        return waiting
    row = Wording.objects.create(
        conversation=conversation, decision=decision, task=task, original=text, asked_by=agent
    )
    subject = f"conversation-{conversation.pk}"
    audit.record(conversation.shop_id, f"agent-{agent.pk}", "wording.asked", subject, after={"task": task})
    defer(JOB, QUEUE, wording_id=row.pk)
    return row


def run_wording(wording_id: int) -> None:
    """Ask the model, judge, keep, tell the browsers. A row that is done stays as it is."""
    row = Wording.objects.select_related("decision", "conversation__shop", "asked_by").get(pk=wording_id)
    if row.state != Wording.State.WAITING or row.decision is None:
        return
    answer = _work(row, row.decision)
    with transaction.atomic():
        row.call_id, row.reason, row.problems = answer.call_id, answer.reason, list(answer.problems)
        row.state = _state(answer)
        if answer.value is not None:
            _keep(row, answer.value)
        row.save()
        announce(row.conversation.shop_id, f"wording-{row.pk}")


@transaction.atomic
def rate_wording(row: Wording, agent: Agent, verdict: str) -> None:
    """A person's thumb on a wording; it is kept with the model's call."""
    if verdict not in VERDICTS:
        raise DomainError(gettext_noop("A wording is good or bad."), field="verdict")
    row.rating = verdict
    row.save(update_fields=["rating"])
    shop_id = row.conversation.shop_id
    if row.call_id is not None:
        rate_call(shop_id, row.call_id, verdict)
    subject = f"conversation-{row.conversation_id}"
    audit.record(shop_id, f"agent-{agent.pk}", "wording.rated", subject, after={row.task: verdict})


def wording_of(conversation_id: int, wording_id: int) -> Wording:
    """A wording of this conversation, else "not found"."""
    row = Wording.objects.filter(conversation_id=conversation_id, pk=wording_id).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such wording."))
    return row


def latest_wordings(decision: Decision) -> dict[str, Wording]:
    """By task, the newest wording on this decision."""
    rows = Wording.objects.filter(conversation_id=decision.conversation_id, decision=decision)
    return {row.task: row for row in rows.order_by("pk")}


def _original(task: str, original: str, decision: Decision) -> str:
    if task == "draft":
        return str(decision.assessment["draft"]["text"])
    text = original.strip()[:_LONGEST]
    if task in ("rewrite", "answer") and not text:
        raise DomainError(gettext_noop("There is no text to word."), field="original")
    return "" if task == "summary" else text


def _state(answer: Answer[Any]) -> str:
    if answer.value is not None:
        return Wording.State.READY
    return Wording.State.REFUSED if answer.reason == "judged" else Wording.State.FAILED


def _keep(row: Wording, value: Any) -> None:
    if isinstance(value, WordedSummary):
        row.summary = asdict(value)
    elif isinstance(value, CitedAnswer):
        row.text = value.text
        row.sources = [row.sources[number - 1] for number in value.citations]
    else:
        row.text = value


def _work(row: Wording, decision: Decision) -> Answer[Any]:
    facts = parse_conversation(decision.facts)
    words = load_prompts(str(decision.assessment["language"]))
    masks = masking(load_masking(), _known(row.conversation, facts))
    prompt, judge = _TASKS[row.task](row, decision, facts, words, masks)
    ask = Ask(row.task, prompt.system, prompt.content, prompt.schema, _MAX_TOKENS[row.task])
    subject = f"conversation-{row.conversation_id}"

    def judged(text: str) -> Judged[Any]:
        read = judge(text)
        return Judged(read.value, read.problems)

    return ask_model(row.conversation.shop_id, subject, ask, judged)


def _known(conversation: Conversation, facts: Facts) -> Mapping[str, Sequence[str]]:
    """What the records know to be personal."""
    customer = conversation_by_id(conversation.pk).customer
    numbers = [order.id for order in facts.orders]
    numbers += [order.shipment.tracking_no for order in facts.orders if order.shipment]
    return {
        "NAME": [customer.name] if customer else [],
        "PHONE": [customer.phone] if customer else [],
        "MAIL": [customer.email] if customer else [],
        "NUMBER": [number for number in numbers if number],
    }


def _told(decision: Decision) -> list[str]:
    """Sentences of our own that the model may use."""
    said = decision.assessment
    return [*said["liability"]["evidence"], *(why for r in said["remedies"][:1] for why in r["why"])]


_Judge = Callable[[str], Read]
_Work = Callable[[Wording, Decision, Facts, PromptWords, Masking], tuple[Prompt, _Judge]]


def _reply(
    row: Wording, decision: Decision, facts: Facts, words: PromptWords, masks: Masking
) -> tuple[Prompt, _Judge]:
    told = _told(decision)
    prompt = ask_reply(row.task, row.original, facts.messages, told, words, masks)
    judge = ReplyJudge(
        prompt=prompt,
        masks=masks,
        words=words,
        tables=tables_of(row.conversation.shop_id).tables,
        original=row.original,
        facts=told,
        conversation=facts,
        author=_author(row),
    )
    return prompt, lambda text: read_reply(text, judge)


def _author(row: Wording) -> Author:
    if row.asked_by is None:
        return Author()
    try:
        membership = membership_in(row.asked_by, row.conversation.shop_id)
    except NotFound:  # left the shop meanwhile
        return Author()
    return Author(role=membership.role, limit=float(membership.limit))


def _summary(
    row: Wording, decision: Decision, facts: Facts, words: PromptWords, masks: Masking
) -> tuple[Prompt, _Judge]:
    prompt = ask_summary(facts.messages, _told(decision), words, masks)
    return prompt, lambda text: read_summary(text, prompt, len(facts.messages), words, masks)


def _answer(
    row: Wording, decision: Decision, facts: Facts, words: PromptWords, masks: Masking
) -> tuple[Prompt, _Judge]:
    hits = knowledge.search(row.conversation.shop_id, row.original, _ARTICLES).hits
    row.sources = [hit.article.pk for hit in hits]
    sources = [Source(i, hit.article.title, hit.article.body) for i, hit in enumerate(hits, start=1)]
    prompt = ask_answer(row.original, sources, words, masks)
    return prompt, lambda text: read_answer(text, prompt, sources, words, masks)


_TASKS: Mapping[str, _Work] = {
    "draft": _reply,
    "rewrite": _reply,
    "summary": _summary,
    "answer": _answer,
}
