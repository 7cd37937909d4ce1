"""The simulator counts what it says it counts, and suggests no more than the past supports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from goldseam.engine.authority.facts import PastRequest
from goldseam.engine.authority.rates import falling_curve, probability_above, rate_of
from goldseam.engine.authority.simulate import (
    ENOUGH,
    SURE,
    WANTED,
    round_limits,
    simulate,
    simulate_all,
)

START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def past(
    amount: float | str, given_: float | str | None = None, *, hours: float = 2, **more: object
) -> PastRequest:
    """A request; `given_` None: approved in full, "0": refused."""
    asked = Decimal(str(amount))
    decided = asked if given_ is None else Decimal(str(given_))
    fields: dict[str, object] = {"issue": "logistics.delay", "unhappy": None} | more
    return PastRequest(
        remedy="coupon",
        amount=asked,
        approved=decided > 0,
        decided_amount=decided,
        requested_at=START,
        decided_at=START + timedelta(hours=hours),
        **fields,  # type: ignore[arg-type]
    )


def test_one_limit_counted_by_hand() -> None:
    rows = [past(10, hours=1), past(20, 0, hours=3, unhappy=True), past(30, 12, hours=5), past(40, hours=7)]
    seen = simulate(rows, limits=[Decimal(30)]).at(Decimal(30))
    assert seen is not None
    assert (seen.at_once, seen.count, seen.share) == (3, 4, 0.75)
    assert (seen.hours, seen.median_hours) == (9.0, 3.0)
    assert [seen.money, seen.at_risk, seen.missed] == [Decimal(60), Decimal(20 + 18), 1]
    assert (seen.approved.yes, seen.approved.count) == (1, 3)
    assert (seen.edge.yes, seen.edge.count) == (0, 2)


@pytest.mark.parametrize(
    ("name", "rows", "verdict", "limit"),
    [
        ("nothing", [], "not_enough", None),
        ("nineteen are too few", [past(30)] * 19, "not_enough", None),
        ("twenty that all passed", [past(30)] * 20, "raise", "30"),
        ("always refused", [past(30, 0)] * 60, "keep", None),
        ("always cut", [past(30, 29)] * 60, "keep", None),
        ("a coin", [past(30), past(30, 0)] * 40, "keep", None),
        ("small pass, large do not", [past(30)] * 40 + [past(100, 0)] * 40, "raise", "30"),
        ("small ones do not vouch for a large one", [past(10)] * 200 + [past(300)] * 3, "raise", "10"),
        ("seven at the edge are too few", [past(9)] * 13 + [past(100)] * 7, "not_enough", None),
    ],
)
def test_suggestions(name: str, rows: list[PastRequest], verdict: str, limit: str | None) -> None:
    told = simulate(rows).suggestion
    assert told.verdict == verdict, name
    assert told.limit == (None if limit is None else Decimal(limit)), name


def test_it_says_how_many_are_missing() -> None:
    assert simulate([past(30)] * 14).suggestion.more == 6


def test_issues_are_kept_apart_and_all_come_first() -> None:
    rows = [past(10)] * 3 + [past(10, issue="product.defect")] * 5 + [past(0)] * 9
    told = simulate_all(rows)
    assert [(part.issue, part.count) for part in told] == [
        ("", 8),
        ("product.defect", 5),
        ("logistics.delay", 3),
    ]


def test_limits_are_round() -> None:
    assert [str(limit) for limit in round_limits(Decimal(31))][-4:] == ["15.00", "20.00", "30.00", "50.00"]
    assert round_limits(Decimal(0)) == ()
    assert round_limits(Decimal(30))[-1] == 30
    assert round_limits(Decimal(70), Decimal(60)) == (Decimal(50), Decimal(80))


@pytest.mark.parametrize(("yes", "count"), [(0, 5), (5, 5), (17, 20), (430, 500)])
def test_the_interval_is_that_of_the_posterior(yes: int, count: int) -> None:
    found = rate_of(yes, count)
    assert found.low <= found.share <= found.high
    posterior = beta(yes + 0.5, count - yes + 0.5)
    if 0 < yes < count:
        assert posterior.cdf(found.low) == pytest.approx(0.05)
        assert posterior.cdf(found.high) == pytest.approx(0.95)
    assert probability_above(yes, count, 0.85) == pytest.approx(posterior.sf(0.85))


REQUESTS = st.lists(
    st.builds(
        past,
        st.decimals(min_value=0, max_value=500, places=2),
        st.one_of(st.none(), st.just(0), st.decimals(min_value=0, max_value=500, places=2)),
        hours=st.floats(min_value=0, max_value=100),
        unhappy=st.sampled_from([True, False, None]),
    ),
    max_size=60,
)


@given(REQUESTS)
def test_higher_limits_grant_more_and_never_lose_anything(rows: list[PastRequest]) -> None:
    told = simulate(rows)
    for lower, higher in zip(told.outlooks, told.outlooks[1:], strict=False):
        assert lower.limit < higher.limit
        assert lower.at_once <= higher.at_once
        assert lower.hours <= higher.hours + 1e-9
        assert lower.at_risk <= higher.at_risk
        assert lower.money <= higher.money
    for seen in told.outlooks:
        assert 0 <= seen.at_risk <= seen.money
        assert 0 <= seen.missed <= seen.approved.count - seen.approved.yes
    if told.outlooks:
        assert told.outlooks[-1].at_once == told.count


@given(REQUESTS)
def test_the_order_of_the_past_does_not_matter(rows: list[PastRequest]) -> None:
    one, other = simulate(rows), simulate(list(reversed(rows)))
    assert (one.curve, one.suggestion) == (other.curve, other.suggestion)


@given(REQUESTS)
def test_the_curve_only_falls_and_keeps_every_request(rows: list[PastRequest]) -> None:
    steps = simulate(rows).curve
    shares = [step.rate.share for step in steps]
    assert shares == sorted(shares, reverse=True)
    assert sum(step.rate.count for step in steps) == sum(row.amount > 0 for row in rows)
    assert sum(step.rate.yes for step in steps) == sum(row.in_full for row in rows if row.amount > 0)


@given(REQUESTS)
def test_a_suggestion_is_always_backed(rows: list[PastRequest]) -> None:
    told = simulate(rows)
    if told.suggestion.verdict == "raise":
        assert told.suggestion.limit is not None
        seen = told.at(told.suggestion.limit)
        assert seen is not None
        assert seen.approved.count >= ENOUGH
        assert seen.confidence >= SURE
        assert seen.approved.share > WANTED - 0.05


def test_the_curve_is_the_best_falling_fit() -> None:
    points = [(Decimal(a), y) for a, y in [(1, True), (2, False), (3, True), (4, True), (5, False)]]
    assert [(int(s.low), int(s.high), s.rate.yes, s.rate.count) for s in falling_curve(points)] == [
        (1, 1, 1, 1),
        (2, 4, 2, 3),
        (5, 5, 0, 1),
    ]
