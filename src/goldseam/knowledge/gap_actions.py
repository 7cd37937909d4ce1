"""The writes of gaps: questions are kept as they come, and people decide what becomes of each gap."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict
from goldseam.core.events import emit
from goldseam.engine.wording.mask import TOKEN, masking
from goldseam.knowledge.events import QuestionKept
from goldseam.knowledge.models import Article, ArticleVote, Gap, Question
from goldseam.workshop.load_wording import load_masking

if TYPE_CHECKING:
    from goldseam.commerce.models import Customer
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent

_LONGEST = 500
_FEWEST_LETTERS = 4
HIDDEN = "\u2026"
"""Stands where something personal was said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a question was asked ("thread", "help", "bot") and what was wrong with the answer ("nothing"
    found, "doubted" by an agent, "useless" to a reader), with what is known about it."""

    place: str
    why: str = "nothing"
    conversation: Conversation | None = None
    article: Article | None = None
    issue: str = ""
    product: str = ""
    at: datetime | None = None


def without_personal(text: str, customer: Customer | None = None) -> str:
    """The text with an ellipsis for whatever is personal in it."""
    known = {"NAME": [customer.name], "PHONE": [customer.phone]} if customer else {}
    return TOKEN.sub(HIDDEN, masking(load_masking(), known).mask(text))


@transaction.atomic
def keep_question(shop_id: int, text: str, asked: Asked) -> Question | None:
    """Keep a question that nothing answered well, without personal data. It is kept once for a thread, else
    once a day for the same words; what asks nothing ("hi") is not kept."""
    conversation = asked.conversation
    customer = conversation.customer if conversation else None
    plain = " ".join(without_personal(text.replace("\x00", " ")[:_LONGEST], customer).split())
    if sum(sign.isalnum() for sign in plain) < _FEWEST_LETTERS:
        return None
    at = asked.at or timezone.now()
    where = f"c{conversation.pk}" if conversation else f"{timezone.localdate(at)} {plain.lower()}"
    key = hashlib.sha256(f"{asked.place} {where}".encode()).hexdigest()
    row, is_new = Question.objects.get_or_create(
        shop_id=shop_id,
        key=key,
        defaults={
            "place": asked.place,
            "why": asked.why,
            "conversation": conversation,
            "article": asked.article,
            "text": plain[:_LONGEST],
            "issue": asked.issue or (conversation.issue if conversation else ""),
            "product": asked.product[:120],
            "asked_at": at,
        },
    )
    if is_new and not row.issue:
        emit(QuestionKept(shop_id, row.pk, row.text))
    return row


def note_issue(question_id: int, issue: str) -> None:
    """What a question is about, found out by whoever can read."""
    Question.objects.filter(pk=question_id).update(issue=issue)


@transaction.atomic
def vote(article: Article, reader: str, helped: bool, words: str = "") -> None:
    """A reader says whether an article helped; the last word of a reader on a day counts. What did not help
    and why becomes an open question."""
    now = timezone.now()
    key = hashlib.sha256(f"{article.pk} {timezone.localdate(now)} {reader}".encode()).hexdigest()
    said = " ".join(without_personal(words.replace("\x00", " ")).split())[:_LONGEST]
    ArticleVote.objects.update_or_create(
        article=article, key=key, defaults={"helped": helped, "words": said, "at": now}
    )
    if not helped and said:
        keep_question(article.shop_id, said, Asked("help", "useless", article=article))


@transaction.atomic
def answer_gap(gap: Gap, article: Article, agent: Agent, *, was_added: bool = False) -> None:
    """A person says that this article now answers it. Raises Conflict when the gap is decided already."""
    row = _locked(gap)
    if row.state == Gap.State.ANSWERED:
        raise Conflict(gettext_noop("A colleague has answered this gap already."))
    _decide(row, Gap.State.ANSWERED, agent, article=article, was_added=was_added)


@transaction.atomic
def dismiss_gap(gap: Gap, agent: Agent) -> None:
    """A person says that it needs no article; it stays so, also when it is asked again."""
    row = _locked(gap)
    if row.state == Gap.State.OPEN:
        _decide(row, Gap.State.DISMISSED, agent)


@transaction.atomic
def reopen_gap(gap: Gap, agent: Agent) -> Gap:
    """Take back a decision; returns the gap as it was decided."""
    row = _locked(gap)
    if row.state == Gap.State.OPEN:
        raise Conflict(gettext_noop("This gap is open already."))
    before = Gap.objects.select_related("article__shop").get(pk=row.pk)
    _decide(row, Gap.State.OPEN, agent)
    return before


@transaction.atomic
def join_gaps(gap: Gap, other: Gap, agent: Agent) -> None:
    """A person says that two gaps are one: the questions of `other` go over to `gap`."""
    first, second = (_locked(one) for one in sorted((gap, other), key=lambda one: one.pk))
    kept, gone = (first, second) if first.pk == gap.pk else (second, first)
    if kept.pk == gone.pk or kept.shop_id != gone.shop_id:
        raise Conflict(gettext_noop("Choose another gap of the same shop."))
    if {kept.state, gone.state} != {Gap.State.OPEN}:
        raise Conflict(gettext_noop("Only open gaps can be joined."))
    Question.objects.filter(gap=gone).update(gap=kept)
    kept.count += gone.count
    kept.first_at, kept.last_at = min(kept.first_at, gone.first_at), max(kept.last_at, gone.last_at)
    kept.is_stale = True
    kept.save()
    audit.record(kept.shop_id, agent.name, "gap.joined", f"gap-{kept.pk}", after={"gap": gone.title})
    gone.delete()


def merged_questions(known: Sequence[str], asked: Iterable[str], most: int) -> tuple[str, ...]:
    """An article's asked questions with these behind them, each once."""
    return tuple(dict.fromkeys([*known, *(text[:300] for text in asked)]))[:most]


def _locked(gap: Gap) -> Gap:
    return Gap.objects.select_for_update().get(pk=gap.pk)


def _decide(row: Gap, state: str, agent: Agent, **fields: Any) -> None:
    before = row.state
    row.state = state
    is_open = state == Gap.State.OPEN
    row.decided_by, row.decided_at = (None, None) if is_open else (agent, timezone.now())
    row.article, row.was_added = fields.get("article"), fields.get("was_added", False)
    row.save()
    after = {"state": str(state)} | ({"article": row.article.title} if row.article else {})
    audit.record(
        row.shop_id, agent.name, "gap.decided", f"gap-{row.pk}", before={"state": before}, after=after
    )
