"""What a shop's closed conversations teach the engine: labelled lines as `goldseam train` reads them.

Each conversation is shown as it stood at the moment its label speaks of: the last decision before the remedy
was offered, or before the end. What was learned from other conversations is left out of the facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldseam.conversations import queries as conversations
from goldseam.copilot.actions import facts_as_json
from goldseam.copilot.facts import gather_many
from goldseam.copilot.models import Decision

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation

TASKS = ("issue", "risk", "remedies")
_CHUNK = 200
_SATISFIED = {"satisfied": 1.0, "accepted": 0.75, "unsatisfied": 0.0}
_LOWEST, _HIGHEST = 1, 5
_LEARNED = ("remedy_records",)


def lessons(shop_id: int, task: str) -> Iterator[dict[str, Any]]:
    """Labelled conversations of a shop for one task, the earliest closed first.

    Issues are those that a person gave or left standing when closing; satisfaction is the survey's answer,
    else the outcome noted at closing. Conversations whose label is not known are left out."""
    closed = list(conversations.closed_in_order(shop_id).values_list("pk", flat=True))
    for start in range(0, len(closed), _CHUNK):
        ids = closed[start : start + _CHUNK]
        places = {pk: place for place, pk in enumerate(ids)}
        rows = sorted(conversations.conversations_by_ids(ids), key=lambda row: places[row.pk])
        endings = conversations.endings_of(ids)
        wanted = []
        for row in rows:
            remedy_at, score = endings[row.pk]
            label = _label(row, task, score)
            if label is not None:
                early = task == "remedies" and remedy_at is not None
                moment = (remedy_at if early else row.closed_at) or row.last_message_at
                wanted.append((row, moment, label))
        yield from _shown(wanted)


def _label(row: Conversation, task: str, score: int | None) -> dict[str, Any] | None:
    if task == "issue":
        confirmed = row.issue_corrected or row.assignee_id is not None
        return {"issue": row.issue} if confirmed and row.issue else None
    satisfied = _SATISFIED.get(row.outcome)
    if score is not None:
        satisfied = (score - _LOWEST) / (_HIGHEST - _LOWEST)
    if satisfied is None:
        return None
    if task == "risk":
        return {"risk": round(1.0 - satisfied, 2)}
    return {"remedy": row.remedy, "satisfied": satisfied} if row.remedy else None


def _shown(wanted: Sequence[tuple[Conversation, datetime, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """The facts of each as they were then; gathered anew where no decision is kept from before."""
    kept: dict[int, dict[str, Any]] = {}
    moments = {row.pk: moment for row, moment, _ in wanted}
    decisions = Decision.objects.filter(conversation__in=moments).order_by("pk")
    for pk, made_at, facts in decisions.values_list("conversation_id", "made_at", "facts").iterator():
        if made_at <= moments[pk]:
            kept[pk] = facts
    missing = [(row, moment) for row, moment, _ in wanted if row.pk not in kept]
    for (row, moment), facts in zip(missing, gather_many(missing), strict=True):
        kept[row.pk] = _until(facts_as_json(facts), moment)
    for row, _, label in wanted:
        facts = {name: value for name, value in kept[row.pk].items() if name not in _LEARNED}
        if any(message["role"] == "customer" for message in facts["messages"]):
            yield {"conversation": facts, "label": label}


def _until(facts: dict[str, Any], moment: datetime) -> dict[str, Any]:
    said = [m for m in facts["messages"] if m["at"] is None or datetime.fromisoformat(m["at"]) < moment]
    return {**facts, "messages": said or facts["messages"][:1]}
