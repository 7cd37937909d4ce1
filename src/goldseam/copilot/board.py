"""All open risks of a shop in one list: why, since when, whose, how far up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldseam.conversations.workload import SORTS, open_risks
from goldseam.copilot.codes import factor_name
from goldseam.copilot.engine import evidence_in_words
from goldseam.copilot.models import Decision
from goldseam.copilot.panel import Bar, bars_of
from goldseam.routing.escalating import steps_of

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation

MOST = 50
_TOP = 3
SORT_NAMES = tuple(SORTS)


@dataclass(frozen=True, slots=True)
class Risk:
    """A conversation at risk. `factors` are the strongest reasons of the latest decision; `state` is seen,
    unseen, lead or admin (how far its alert went up), or quiet when no alert was raised."""

    row: Conversation
    factors: list[Bar]
    state: str


def board_of(shop_id: int, sort: str) -> list[Risk]:
    """The board, in the order asked for (`SORT_NAMES`)."""
    rows = open_risks(shop_id, sort, MOST)
    ids = [row.pk for row in rows]
    latest = Decision.objects.filter(conversation__in=ids).order_by("conversation_id", "-id")
    columns = ("conversation_id", "assessment__language", "assessment__risk")
    decisions = latest.distinct("conversation_id").values_list(*columns)
    factors = {pk: _strongest(risk, language or "") for pk, language, risk in decisions if risk}
    steps = steps_of(ids)
    return [Risk(row, factors.get(row.pk, []), _state(row, steps)) for row in rows]


def _strongest(risk: Mapping[str, Any], language: str) -> list[Bar]:
    """The strongest reasons; where every conversation starts is none."""
    bars, _ = bars_of(risk, evidence_in_words(language))
    own = [bar for bar in bars if bar.name != factor_name("base")]
    return sorted(own, key=lambda bar: -bar.points)[:_TOP]


def _state(row: Conversation, steps: dict[int, str]) -> str:
    if row.alerted_at is None:
        return "quiet"
    if row.acknowledged_by_id is not None:
        return "seen"
    return steps.get(row.pk, "unseen")
