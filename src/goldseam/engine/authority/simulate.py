"""Replay the past under other limits, and say which one the past supports.

A request would have been granted at once under a limit when its amount does not pass it. That is counted, not
modelled. The one guess is which limit to suggest: the highest of the grid for which

1. at least `ENOUGH` decided requests lie at or below it, and at least `ENOUGH_AT_EDGE` in the upper half of
   its range (many small requests must not vouch for large ones), and
2. of all of them, and of those in the upper half by themselves, with a probability of at least `SURE` the
   share approved in full is `WANTED` or more (beta posterior, see `rates`).

Of limits that cover the same requests the lowest is suggested: the past says nothing of amounts that nobody
asked for. Below (1) it says how many decisions are missing; when only (2) fails, that people still make a
difference. What a higher limit does to what is asked for cannot be read from the past: agents who need not
ask may ask for more. The pages say so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from statistics import median

from goldseam.engine.authority.facts import Outlook, PastRequest, Simulation, Suggestion
from goldseam.engine.authority.rates import falling_curve, probability_above, rate_of

ENOUGH = 20
ENOUGH_AT_EDGE = 8
WANTED = 0.85
SURE = 0.80
_MANTISSAS = (10, 15, 20, 30, 50, 80)
ZERO = Decimal(0)


def round_limits(most: Decimal, least: Decimal = ZERO) -> tuple[Decimal, ...]:
    """The limits that people would choose: 1, 1.50, 2, 3, 5, 8, 10, 15 … from the last one below `least` up
    to the first one that covers `most`."""
    if most <= 0:
        return ()
    limits: list[Decimal] = []
    scale = Decimal("0.1")
    while not limits or limits[-1] < most:
        for mantissa in _MANTISSAS:
            limits.append((mantissa * scale).quantize(Decimal("0.01")))
            if limits[-1] >= most:
                break
        scale *= 10
    below = sum(1 for limit in limits if limit < least)
    return tuple(limits[max(0, below - 1) :])


@dataclass(frozen=True, slots=True)
class _Past:
    """Requests sorted by amount, with the running sums over them: element i sums the first i."""

    amounts: Sequence[Decimal]
    full: Sequence[int]
    hours: Sequence[float]
    money: Sequence[Decimal]
    at_risk: Sequence[Decimal]
    missed: Sequence[int]
    waits: Sequence[float]

    @classmethod
    def of(cls, requests: Sequence[PastRequest]) -> _Past:
        waits = [request.hours for request in requests]
        return cls(
            [request.amount for request in requests],
            list(accumulate((int(request.in_full) for request in requests), initial=0)),
            list(accumulate(waits, initial=0.0)),
            list(accumulate((request.amount for request in requests), initial=ZERO)),
            list(accumulate((request.held_back for request in requests), initial=ZERO)),
            list(accumulate((_missed(request) for request in requests), initial=0)),
            waits,
        )


def _missed(request: PastRequest) -> int:
    return int(not request.in_full and request.unhappy is True)


def simulate(
    requests: Iterable[PastRequest], issue: str = "", *, limits: Sequence[Decimal] = ()
) -> Simulation:
    """One issue's past ("": every issue's) under each limit (the round ones when none are given). Requests
    without money are not counted: no limit in money holds them back."""
    chosen = [r for r in requests if r.amount > 0 and issue in ("", r.issue)]
    chosen.sort(key=lambda request: request.amount)
    past = _Past.of(chosen)
    ends = (past.amounts[-1], past.amounts[0]) if chosen else (ZERO, ZERO)
    grid = tuple(limits) or round_limits(*ends)
    outlooks = tuple(_outlook(past, limit) for limit in grid)
    curve = falling_curve((request.amount, request.in_full) for request in chosen)
    return Simulation(issue, len(chosen), curve, outlooks, suggest(outlooks, len(chosen)))


def simulate_all(requests: Sequence[PastRequest]) -> list[Simulation]:
    """All issues together first, then each one, the one asked about most first."""
    by_issue: dict[str, list[PastRequest]] = {}
    for request in requests:
        by_issue.setdefault(request.issue, []).append(request)
    parts = [simulate(rows, issue) for issue, rows in by_issue.items() if issue]
    parts.sort(key=lambda part: (-part.count, part.issue))
    return [simulate(requests), *(part for part in parts if part.count)]


def _outlook(past: _Past, limit: Decimal) -> Outlook:
    upto, below = bisect_right(past.amounts, limit), bisect_right(past.amounts, limit / 2)
    approved = rate_of(past.full[upto], upto)
    edge = rate_of(past.full[upto] - past.full[below], upto - below)
    sure = min(
        probability_above(approved.yes, approved.count, WANTED),
        probability_above(edge.yes, edge.count, WANTED),
    )
    return Outlook(
        limit=limit,
        count=len(past.amounts),
        at_once=upto,
        hours=past.hours[upto],
        median_hours=median(past.waits[:upto]) if upto else 0.0,
        money=past.money[upto],
        at_risk=past.at_risk[upto],
        missed=past.missed[upto],
        approved=approved,
        edge=edge,
        confidence=sure,
    )


def suggest(outlooks: Sequence[Outlook], count: int) -> Suggestion:
    """The highest limit that the past supports, or why there is none."""
    if count < ENOUGH:
        return Suggestion("not_enough", more=ENOUGH - count)
    known = [o for o in outlooks if o.approved.count >= ENOUGH and o.edge.count >= ENOUGH_AT_EDGE]
    if not known:
        most = max((o.edge.count for o in outlooks if o.approved.count >= ENOUGH), default=0)
        return Suggestion("not_enough", more=max(1, ENOUGH_AT_EDGE - most))
    backed = [o for o in known if o.confidence >= SURE]
    if not backed:
        return Suggestion("keep", confidence=max(o.confidence for o in known))
    best = next(o for o in backed if o.at_once == backed[-1].at_once)
    return Suggestion("raise", best.limit, best.confidence)
