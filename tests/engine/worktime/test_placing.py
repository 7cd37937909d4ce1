"""Who gets a conversation: named cases, and laws that hold for any crew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldseam.engine.worktime.placing import Choice, Person, Weights, Work, load, place, points_of

PLAIN = Work("logistics.delay", "zh", frozenset(), 0, hard=False)
FURIOUS = Work("logistics.delay", "zh", frozenset(), 3, hard=True)


def person(number: int, **values: object) -> Person:
    base = Person(number, available=True, on_shift=True, open=0, hard=0, most_open=10, most_hard=3)
    return replace(base, **values)  # type: ignore[arg-type]


CASES: list[tuple[str, Work, list[Person], int | None, str]] = [
    ("the only one", PLAIN, [person(1)], 1, "only"),
    ("nobody works here", PLAIN, [], None, "nobody_at_all"),
    ("away", PLAIN, [person(1, available=False), person(2, open=9)], 2, "only"),
    ("off shift", PLAIN, [person(1, on_shift=False), person(2, open=9)], 2, "only"),
    ("everybody is away", PLAIN, [person(1, available=False)], None, "away"),
    ("full", PLAIN, [person(1, open=10), person(2, open=9)], 2, "only"),
    ("full of hard ones", FURIOUS, [person(1, hard=3), person(2, open=9)], 2, "only"),
    ("full of hard ones takes an easy one", PLAIN, [person(1, hard=3), person(2, open=9)], 1, "least_full"),
    ("all are full", PLAIN, [person(1, open=10)], None, "full"),
    ("the emptier", PLAIN, [person(1, open=6), person(2, open=2)], 2, "least_full"),
    ("emptier by share", PLAIN, [person(1, open=4, most_open=5), person(2, open=5)], 2, "least_full"),
    ("whose turn it is", PLAIN, [person(1, turn=1), person(2, turn=0)], 2, "turn"),
    ("the lower number at a tie", PLAIN, [person(2), person(1)], 1, "even"),
    ("the skilled", PLAIN, [person(1, issues=frozenset({"invoice"})), person(2, open=9)], 2, "only"),
    (
        "one who can do anything",
        PLAIN,
        [person(1), person(2, issues=frozenset({"logistics.delay"}), open=3)],
        1,
        "least_full",
    ),
    (
        "the language",
        replace(PLAIN, language="en"),
        [person(1, languages=frozenset({"zh"})), person(2, open=9)],
        2,
        "only",
    ),
    (
        "the product",
        replace(PLAIN, products=frozenset({"SKU-1"})),
        [person(1, products=frozenset({"SKU-2"})), person(2, open=9)],
        2,
        "only",
    ),
    ("no product known", PLAIN, [person(1, products=frozenset({"SKU-2"}))], 1, "only"),
    ("who knows the customer", PLAIN, [person(1, open=4, familiar=True), person(2)], 1, "familiar"),
    (
        "knowing the customer is not everything",
        PLAIN,
        [person(1, open=9, strain=24, turn=1, familiar=True), person(2)],
        2,
        "rested",
    ),
    ("a furious one goes to the rested", FURIOUS, [person(1, strain=20), person(2, open=4)], 2, "rested"),
    ("an easy one may go to the strained", PLAIN, [person(1, strain=6), person(2, open=4)], 1, "least_full"),
    (
        "no third furious one in a row",
        FURIOUS,
        [person(1, row=2), person(2, open=9, strain=30, turn=5)],
        2,
        "spared",
    ),
    ("a third one when nobody else is free", FURIOUS, [person(1, row=2), person(2, open=10)], 1, "only"),
    ("a third easy one is no matter", PLAIN, [person(1, row=2), person(2, open=9)], 1, "least_full"),
    (
        "abuse counts as furious",
        replace(PLAIN, signals=frozenset({"abuse"})),
        [person(1, row=2), person(2, open=9)],
        2,
        "spared",
    ),
]


@pytest.mark.parametrize(
    ("work", "people", "taker", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_case(work: Work, people: list[Person], taker: int | None, reason: str) -> None:
    choice = place(work, people, Weights())
    assert choice.id == taker
    assert reason in choice.reasons


def test_skills_are_passed_over_only_when_asked_and_nobody_at_work_has_them() -> None:
    crew = [person(1, issues=frozenset({"invoice"})), person(2, issues=frozenset({"praise"}), open=1)]
    assert place(PLAIN, crew, Weights()).id is None
    choice = place(PLAIN, crew, Weights(), relax=True)
    assert (choice.id, choice.relaxed, "relaxed" in choice.reasons) == (1, True, True)
    skilled = person(3, issues=frozenset({"logistics.delay"}), open=10)
    assert place(PLAIN, [*crew, skilled], Weights(), relax=True).id is None  # full, but at work: it waits
    assert place(PLAIN, [*crew, replace(skilled, available=False)], Weights(), relax=True).id == 1


def test_strain_wears_off_by_half() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    costs = [(8.0, now), (8.0, now - timedelta(hours=4)), (8.0, now - timedelta(hours=8))]
    assert load(costs, now, Weights()) == pytest.approx(14.0)


@pytest.mark.parametrize(
    ("intensity", "signals", "points"),
    [(0, [], 0), (1, [], 1), (2, [], 3), (3, [], 6), (3, ["abuse"], 10), (0, ["injury", "self_harm"], 8)],
)
def test_what_a_conversation_costs(intensity: int, signals: list[str], points: float) -> None:
    assert points_of(intensity, signals, Weights()) == points


def test_a_shops_own_weights() -> None:
    assert Weights.of({"full": 1, "nonsense": 3}) == replace(Weights(), full=1.0)


crew = st.lists(
    st.builds(
        Person,
        id=st.integers(1, 50),
        available=st.booleans(),
        on_shift=st.booleans(),
        open=st.integers(0, 12),
        hard=st.integers(0, 5),
        most_open=st.integers(1, 12),
        most_hard=st.integers(0, 5),
        strain=st.floats(0, 60),
        row=st.integers(0, 4),
        turn=st.integers(0, 20),
        familiar=st.booleans(),
        issues=st.sampled_from([frozenset(), frozenset({"logistics.delay"}), frozenset({"invoice"})]),
    ),
    max_size=8,
    unique_by=lambda someone: someone.id,
)


@given(crew, st.sampled_from([PLAIN, FURIOUS]), st.booleans())
def test_nobody_gets_what_they_cannot_take(people: list[Person], work: Work, relax: bool) -> None:
    choice: Choice = place(work, people, Weights(), relax=relax)
    assert choice.reasons
    assert {verdict.id for verdict in choice.verdicts} == {someone.id for someone in people}
    by_id = {someone.id: someone for someone in people}
    if choice.id is None:
        assert all(verdict.aside for verdict in choice.verdicts)
        return
    taker = by_id[choice.id]
    assert taker.available
    assert taker.on_shift
    assert taker.open < taker.most_open
    assert not work.hard or taker.hard < taker.most_hard
    assert place(work, list(reversed(people)), Weights(), relax=relax).id == choice.id


def test_turns_are_fair_over_a_day() -> None:
    """Hundred easy ones that are solved at once: everybody gets as many, give or take one."""
    served, latest = dict.fromkeys((1, 2, 3), 0), dict.fromkeys((1, 2, 3), -1)
    for number in range(100):
        order = sorted(latest, key=lambda who: latest[who])
        people = [person(who, turn=order.index(who)) for who in latest]
        taker = place(PLAIN, people, Weights()).id
        assert taker is not None
        served[taker] += 1
        latest[taker] = number
    assert max(served.values()) - min(served.values()) <= 1
