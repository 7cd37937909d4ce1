"""The work behind gaps, done by the clock and each time only for what is new: look for questions that the
knowledge does not answer, gather those that mean the same, propose a draft for each gap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from goldseam.commerce.queries import skus_of_order
from goldseam.conversations.solved import active_since, lines_of, opening_of
from goldseam.core.locks import take_turns
from goldseam.engine.search.gather import Rarity, Said, best_group, most_typical, pairs_of
from goldseam.knowledge import meaning, queries
from goldseam.knowledge.gap_actions import Asked, keep_question
from goldseam.knowledge.gap_drafts import propose
from goldseam.knowledge.index import fill_vectors
from goldseam.knowledge.models import Gap, KnowledgeState, ProductSheet, Question
from goldseam.people.queries import all_shops

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Shop

LOOK_BACK = timedelta(days=60)
MOST_THREADS, MOST_BATCHES, MOST_QUESTIONS, MOST_DRAFTS = 200, 5, 1000, 50
"""What one round does at most for a shop; the next one goes on from there."""
_LATEST = 12
_MOST_GAPS = 400
_FACTS = (
    "logistics.", "refund.progress", "order.cancel", "service.", "praise",
)  # fmt: skip
"""Answered from orders and by people, not from articles."""
_CHAT_LETTERS = 8
"""What has no issue asks something only when it is so long."""


@dataclass(frozen=True, slots=True)
class Families:
    """Which product family a question is about, from its words or from what was bought."""

    words: tuple[tuple[str, str], ...]
    skus: dict[str, str]

    @classmethod
    def of(cls, shop_id: int) -> Families:
        """From the shop's product sheets."""
        words: list[tuple[str, str]] = []
        skus: dict[str, str] = {}
        for title, body in ProductSheet.objects.filter(shop_id=shop_id, archived_at=None).values_list(
            "title", "body"
        ):
            words += [(word.lower(), title) for word in (*body.get("words", ()), title)]
            skus |= dict.fromkeys(body.get("skus", ()), title)
        return cls(tuple(sorted(words, key=lambda pair: -len(pair[0]))), skus)

    def named_in(self, text: str) -> str:
        """The family whose word the text holds; empty when there is none."""
        folded = text.lower()
        return next((title for word, title in self.words if word in folded), "")

    def bought(self, skus: Iterable[str]) -> str:
        """The family of what was bought, or the one article; empty when that is not clear."""
        names = {self.skus.get(sku, sku) for sku in skus}
        return names.pop() if len(names) == 1 else ""


def renew_all() -> dict[str, int]:
    """A round for every shop; returns how much was done."""
    done = {"questions": 0, "gathered": 0, "drafts": 0}
    for shop in all_shops():
        for name, count in renew(shop).items():
            done[name] += count
    return done


def renew(shop: Shop, now: datetime | None = None) -> dict[str, int]:
    """A round for one shop."""
    moment, looked_at = now or timezone.now(), 0
    fill_vectors(shop.pk)
    for _batch in range(MOST_BATCHES):
        found = look_for_questions(shop, moment)
        looked_at += found
        if found < MOST_THREADS:
            break
    return {
        "questions": looked_at,
        "gathered": gather_questions(shop),
        "drafts": renew_drafts(shop),
    }


@transaction.atomic
def look_for_questions(shop: Shop, now: datetime) -> int:
    """Ask the knowledge what customers opened with in threads that are new since the last round, and keep
    what it does not answer; returns how many threads were looked at."""
    take_turns(f"gaps-{shop.pk}")
    state, _made = KnowledgeState.objects.get_or_create(shop=shop)
    since = state.seen_until or now - LOOK_BACK
    threads = active_since(shop.pk, since, state.seen_id, MOST_THREADS)
    if not threads:
        return 0
    lines = lines_of([thread.pk for thread in threads])
    families = Families.of(shop.pk)
    for thread in threads:
        text = opening_of(lines[thread.pk])
        if _may_ask(thread, text) and not queries.search(shop.pk, text, 1).sure:
            by_bot = any(line.role == "bot" for line in lines[thread.pk])
            keep_question(shop.pk, text, _asked(thread, text, families, "bot" if by_bot else "thread"))
    last = threads[-1]
    KnowledgeState.objects.filter(pk=state.pk).update(seen_until=last.last_message_at, seen_id=last.pk)
    return len(threads)


def _may_ask(thread: Conversation, text: str) -> bool:
    """Whether an article could answer it at all."""
    if thread.issue.startswith(_FACTS):
        return False
    known = thread.issue not in ("", "other")
    return known or sum(sign.isalnum() for sign in text) >= _CHAT_LETTERS


def _asked(thread: Conversation, text: str, families: Families, place: str) -> Asked:
    product = families.named_in(text)
    if not product and thread.order_id is not None:
        product = families.bought(skus_of_order(thread.order_id))
    return Asked(place, conversation=thread, product=product, at=thread.created_at)


@transaction.atomic
def gather_questions(shop: Shop) -> int:
    """Put every question that stands alone into the gap that it belongs to, or make one; returns how many. A
    dismissed gap takes its like in silence, an answered one takes no more."""
    take_turns(f"gaps-{shop.pk}")
    news = list(Question.objects.filter(shop=shop, gap=None).order_by("asked_at", "pk")[:MOST_QUESTIONS])
    if not news:
        return 0
    _give_vectors(news)
    families = Families.of(shop.pk)
    gaps = list(
        Gap.objects.filter(shop=shop)
        .exclude(state=Gap.State.ANSWERED)
        .order_by("-last_at", "-pk")[:_MOST_GAPS]
    )
    known = _latest_questions(gaps)
    members = [[said_of(row) for row in known[gap.pk]] for gap in gaps]
    rarity = Rarity.of([said.pairs for group in members for said in group] + [pairs_of(q.text) for q in news])
    for row in news:
        row.product = row.product or families.named_in(row.text)
        said = said_of(row)
        place = best_group(said, members, rarity)
        if place is None:
            gaps.append(
                Gap.objects.create(
                    shop=shop, title=row.text[:300], first_at=row.asked_at, last_at=row.asked_at
                )
            )
            members.append([])
            known[gaps[-1].pk] = []
            place = len(gaps) - 1
        members[place].append(said)
        known[gaps[place].pk].append(row)
        row.gap = gaps[place]
        gaps[place].count += 1
        gaps[place].last_at = max(gaps[place].last_at, row.asked_at)
        gaps[place].first_at = min(gaps[place].first_at, row.asked_at)
    touched = {row.gap_id for row in news}
    for gap, said_by in zip(gaps, members, strict=True):
        if gap.pk in touched:
            _name(gap, known[gap.pk][-_LATEST:], said_by[-_LATEST:], rarity)
    Question.objects.bulk_update(news, ["gap", "product", "vector", "encoder"])
    return len(news)


def _name(gap: Gap, rows: Sequence[Question], said: Sequence[Said], rarity: Rarity) -> None:
    """A gap is called by its most typical question, and filed where most of its questions are."""
    gap.title = rows[most_typical(said, rarity)].text[:300]
    gap.issue = _most([row.issue for row in rows])
    gap.product = _most([row.product for row in rows])
    gap.is_stale = True
    gap.save()


def _most(values: Sequence[str]) -> str:
    known = [value for value in values if value]
    return max(known, key=known.count) if known else ""


def renew_drafts(shop: Shop) -> int:
    """Propose anew for the gaps that have changed, the most asked first; returns how many."""
    stale = Gap.objects.filter(shop=shop, state=Gap.State.OPEN, is_stale=True).order_by("-count", "pk")
    done = 0
    for gap in list(stale[:MOST_DRAFTS]):
        proposal = propose(gap)
        done += Gap.objects.filter(pk=gap.pk, count=gap.count).update(proposal=proposal, is_stale=False)
    return done


def said_of(row: Question) -> Said:
    """A question as it is compared; vectors of another model than the present one say nothing."""
    encoder = meaning.encoder()
    vector = None
    if encoder is not None and row.encoder == encoder.name and row.vector:
        vector = np.frombuffer(bytes(row.vector), dtype=np.float16).astype(np.float32)
    issue = "" if row.issue == "other" else row.issue
    return Said(pairs_of(row.text), vector, issue, row.product)


def _give_vectors(rows: Sequence[Question]) -> None:
    encoder = meaning.encoder()
    missing = [row for row in rows if encoder is not None and row.encoder != encoder.name]
    vectors = meaning.text_vectors([row.text for row in missing]) if missing else None
    if encoder is None or vectors is None:
        return
    for row, vector in zip(missing, vectors.astype(np.float16), strict=True):
        row.vector, row.encoder = vector.tobytes(), encoder.name


def _latest_questions(gaps: Sequence[Gap]) -> dict[int, list[Question]]:
    """The latest questions of each gap, oldest first."""
    nth = Window(RowNumber(), partition_by=F("gap_id"), order_by=[F("asked_at").desc(), F("pk").desc()])
    rows = Question.objects.filter(gap__in=gaps).annotate(nth=nth).filter(nth__lte=_LATEST)
    found: dict[int, list[Question]] = {gap.pk: [] for gap in gaps}
    for row in rows.order_by("gap_id", "-nth"):
        found[row.gap_id or 0].append(row)
    return found
