"""Reads of gaps: their gate, the list with its trend, and what stands on a gap's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core.errors import NotFound
from goldseam.knowledge.models import ArticleVote, Gap, Question

if TYPE_CHECKING:
    from goldseam.people.models import Agent

WEEKS = 8
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Trend:
    """How often something was asked in each of the latest weeks, the oldest first."""

    weeks: tuple[int, ...]

    @property
    def bars(self) -> list[tuple[int, int, int]]:
        """Left edge, top and height of each bar in a drawing of 8 by 24 points a week."""
        most = max(self.weeks, default=0) or 1
        heights = [max(1, round(22 * count / most)) if count else 1 for count in self.weeks]
        return [(place * 8, 24 - height, height) for place, height in enumerate(heights)]

    @property
    def latest(self) -> int:
        """The questions of the last seven days."""
        return self.weeks[-1] if self.weeks else 0

    @property
    def before(self) -> int:
        """The questions of the seven days before."""
        return self.weeks[-2] if len(self.weeks) > 1 else 0


@dataclass(frozen=True, slots=True)
class GapLine:
    """A gap in the list, with examples of its questions."""

    gap: Gap
    trend: Trend
    examples: list[str]


def access_gap(agent: Agent, gap_id: int) -> Gap:
    """The gate: the gap if it belongs to a shop of this person, else "not found"."""
    row = (
        Gap.objects.select_related("shop", "article", "decided_by")
        .filter(pk=gap_id, shop__memberships__agent=agent)
        .first()
    )
    if row is None:
        raise NotFound(gettext_noop("There is no such gap."))
    return row


def gaps_of(shop_id: int, state: str) -> QuerySet[Gap]:
    """A shop's gaps in this state: open ones the most asked first, others the latest decided first."""
    rows = Gap.objects.filter(shop_id=shop_id, state=state).select_related("article", "decided_by")
    if state == Gap.State.OPEN:
        return rows.order_by("-count", "-last_at", "-pk")
    return rows.order_by("-decided_at", "-pk")


def lines_of(gaps: Sequence[Gap]) -> list[GapLine]:
    """The gaps with trends and examples, in two queries."""
    trends = _trends([gap.pk for gap in gaps])
    nth = Window(RowNumber(), partition_by=F("gap_id"), order_by=[F("asked_at").desc(), F("pk").desc()])
    rows = Question.objects.filter(gap__in=gaps).annotate(nth=nth).filter(nth__lte=_EXAMPLES + 1)
    examples: dict[int, list[str]] = {gap.pk: [] for gap in gaps}
    for row in rows.order_by("gap_id", "nth").defer("vector"):
        examples[row.gap_id or 0].append(row.text)
    return [
        GapLine(
            gap,
            trends[gap.pk],
            [text for text in dict.fromkeys(examples[gap.pk]) if text != gap.title][:_EXAMPLES],
        )
        for gap in gaps
    ]


def trend_of(gap: Gap) -> Trend:
    """How often a gap's questions were asked."""
    return _trends([gap.pk])[gap.pk]


def trend_of_shop(shop_id: int) -> Trend:
    """How often anything was asked in vain."""
    first = _first_day()
    days = Question.objects.filter(shop_id=shop_id, asked_at__date__gte=first).values_list(
        "asked_at", flat=True
    )
    return _trend((timezone.localdate(at) for at in days), first)


def questions_of(gap: Gap, limit: int = 50) -> list[Question]:
    """A gap's latest questions."""
    rows = Question.objects.filter(gap=gap).select_related("article").defer("vector")
    return list(rows.order_by("-asked_at", "-pk")[:limit])


def counts_of(shop_id: int) -> dict[str, int]:
    """How many gaps there are in each state."""
    counted = Gap.objects.filter(shop_id=shop_id).values_list("state").annotate(Count("pk"))
    return dict.fromkeys(Gap.State.values, 0) | dict(counted)


def others_to_join(gap: Gap, limit: int = 30) -> list[Gap]:
    """Open gaps that this one may be joined with: those of its product or issue first."""
    rows = Gap.objects.filter(shop_id=gap.shop_id, state=Gap.State.OPEN).exclude(pk=gap.pk)
    near = Q(issue=gap.issue) | (Q(product=gap.product) & ~Q(product=""))
    found = list(rows.filter(near).order_by("-count", "-pk")[:limit])
    if len(found) < limit:
        found += list(rows.exclude(near).order_by("-count", "-pk")[: limit - len(found)])
    return found


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What readers of the help centre said of an article."""

    helped: int
    not_helped: int
    words: list[ArticleVote]


def verdicts_on(article_id: int) -> Verdicts:
    """All readers' votes, and the latest words of those whom it did not help."""
    votes = ArticleVote.objects.filter(article_id=article_id)
    counted = dict(votes.order_by().values_list("helped").annotate(Count("pk")))
    return Verdicts(
        counted.get(True, 0), counted.get(False, 0), list(votes.exclude(words="").order_by("-at")[:10])
    )


def _first_day() -> date:
    return timezone.localdate() - timedelta(days=7 * WEEKS - 1)


def _trends(gap_ids: Sequence[int]) -> dict[int, Trend]:
    first = _first_day()
    days: dict[int, list[date]] = {pk: [] for pk in gap_ids}
    rows = Question.objects.filter(gap__in=gap_ids, asked_at__date__gte=first)
    for pk, at in rows.values_list("gap_id", "asked_at"):
        days[pk or 0].append(timezone.localdate(at))
    return {pk: _trend(found, first) for pk, found in days.items()}


def _trend(days: Iterable[date], first: date) -> Trend:
    counted = Counter((day - first).days // 7 for day in days)
    return Trend(tuple(counted[week] for week in range(WEEKS)))
