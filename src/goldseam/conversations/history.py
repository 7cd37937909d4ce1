"""A customer's contacts over time: how often, how serious, in which mood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from goldseam.conversations.models import Conversation

MOODS = {"grateful": 2, "calm": 0, "anxious": -1, "disappointed": -2, "distressed": -3, "angry": -3}
"""Where a mood stands between delight and fury; its strength moves it by up to one step."""

_MOST = 12
_TOP, _BOTTOM = 2.5, -4.0
WIDTH, HEIGHT, _EDGE = 300, 64, 8


@dataclass(frozen=True, slots=True)
class Contact:
    """One conversation on the chart: its place in points of a drawing WIDTH by HEIGHT, from the top left."""

    row: Conversation
    x: float
    y: float
    is_this: bool


@dataclass(frozen=True, slots=True)
class History:
    """`contacts` oldest first, at most twelve; `year` and `serious` count those of the last 365 days, the
    serious ones being at high or critical risk; `unhappy` those that ended badly."""

    contacts: list[Contact]
    year: int
    serious: int
    unhappy: int
    baseline: float

    @property
    def line(self) -> str:
        """The points of the drawing's line."""
        return " ".join(f"{c.x:.1f},{c.y:.1f}" for c in self.contacts)


def history_of(conversation: Conversation) -> History:
    """The history of the conversation's customer; one query."""
    rows = [conversation]
    if conversation.customer_id is not None:
        found = Conversation.objects.filter(customer_id=conversation.customer_id).defer("search")
        rows = list(found.order_by("-created_at", "-pk")[:200])
    edge = timezone.now() - timedelta(days=365)
    recent = [row for row in rows if row.created_at >= edge]
    shown = [row for row in rows if row.emotion][:_MOST][::-1]
    return History(
        contacts=_placed(shown, conversation.pk),
        year=len(recent),
        serious=sum(1 for row in recent if row.risk_level in ("high", "critical")),
        unhappy=sum(1 for row in recent if row.outcome == "unsatisfied"),
        baseline=_height(0.0),
    )


def level_of(emotion: str, intensity: int) -> float:
    """A mood as a number: 2.5 is the happiest, -4 the angriest, 0 is calm."""
    base = MOODS.get(emotion, 0)
    if base == 0:
        return 0.0
    push = (min(max(intensity, 1), 3) - 2) / 2
    return base + (push if base > 0 else -push)


def _placed(rows: list[Conversation], this: int) -> list[Contact]:
    """Evenly beside each other, in order of time: months of silence would squeeze what matters."""
    step = (WIDTH - 2 * _EDGE) / max(1, len(rows) - 1)
    return [
        Contact(row, _EDGE + index * step, _height(level_of(row.emotion, row.intensity)), row.pk == this)
        for index, row in enumerate(rows)
    ]


def _height(level: float) -> float:
    share = (_TOP - level) / (_TOP - _BOTTOM)
    return _EDGE + share * (HEIGHT - 2 * _EDGE)
