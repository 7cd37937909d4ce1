"""What starts, pauses and ends the clocks of a conversation, and when they run out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldseam.engine.worktime.clocks import KINDS, Clock, Happening, standing, tell
from goldseam.engine.worktime.hours import Calendar, Opening, always
from goldseam.engine.worktime.rules import Case, Rule, match, unreachable

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORDS = {"a": "asked", "r": "answered", "s": "slept", "w": "woke", "c": "closed", "o": "reopened"}


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def story(text: str) -> tuple[Clock, ...]:
    """ "a0 r10 c30": asked at minute 0, answered at 10, closed at 30."""
    return tell(Happening(WORDS[word[0]], at(int(word[1:]))) for word in text.split())


CASES = [
    ("asked", "a0", {"first": "0-", "resolution": "0-"}),
    ("answered", "a0 r10", {"first": "0-10!", "resolution": "0-10"}),
    ("a second word while waiting", "a0 a5 r10", {"first": "0-10!", "resolution": "0-10"}),
    ("asked again", "a0 r10 a60", {"first": "0-10!", "resolution": "0-10 60-", "next": "60-"}),
    ("answered again", "a0 r10 a60 r70", {"first": "0-10!", "resolution": "0-10 60-70", "next": "60-70!"}),
    ("put away while waiting", "a0 s5", {"first": "0-5", "resolution": "0-5"}),
    ("back from sleep", "a0 s5 w60", {"first": "0-5 60-", "resolution": "0-5 60-"}),
    ("back while the customer is to answer", "a0 r5 s6 w60", {"first": "0-5!", "resolution": "0-5"}),
    ("the customer wakes it", "a0 r5 s6 a60", {"first": "0-5!", "resolution": "0-5 60-", "next": "60-"}),
    ("closed", "a0 r5 c9", {"first": "0-5!", "resolution": "0-5!"}),
    ("closed without an answer", "a0 c9", {"first": "0-9!", "resolution": "0-9!"}),
    (
        "the customer reopens it",
        "a0 r5 c9 o60 a60",
        {"first": "0-5!", "resolution": "0-5 60-", "next": "60-"},
    ),
    ("a person reopens it", "a0 r5 c9 o60", {"first": "0-5!", "resolution": "0-5 60-"}),
    ("the shop speaks first", "r0 a9", {"first": "!", "resolution": "9-", "next": "9-"}),
    ("nothing said, only closed", "c9", {}),
]


def drawn(clock: Clock) -> str:
    minutes = [
        f"{int((a - START).total_seconds() // 60)}-"
        + (f"{int((b - START).total_seconds() // 60)}" if b else "")
        for a, b in clock.runs
    ]
    return " ".join(minutes) + ("!" if clock.ended else "")


@pytest.mark.parametrize(("text", "clocks"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_story(text: str, clocks: dict[str, str]) -> None:
    assert {clock.kind: drawn(clock) for clock in story(text)} == clocks


STANDINGS = [
    # story, kind, target, now → minutes used, due, breached
    ("a0", "first", 30, 10, 10, 30, None),
    ("a0", "first", 30, 30, 30, 30, 30),
    ("a0", "first", 30, 45, 45, 30, 30),
    ("a0 r30", "first", 30, 90, 30, None, None),
    ("a0 r31", "first", 30, 90, 31, None, 30),
    ("a0 r10 a60", "resolution", 30, 65, 15, 80, None),
    ("a0 r30 a60", "resolution", 30, 65, 35, 60, 60),
    ("a0 s5 w60", "first", 30, 70, 15, 85, None),
    ("a0 s5", "first", 30, 500, 5, None, None),
]


@pytest.mark.parametrize(("text", "kind", "target", "now", "used", "due", "breached"), STANDINGS)
def test_standing(
    text: str, kind: str, target: int, now: int, used: int, due: int | None, breached: int | None
) -> None:
    clock = next(clock for clock in story(text) if clock.kind == kind)
    found = standing(always(), clock, timedelta(minutes=target), 0.5, at(now))
    assert found.used == timedelta(minutes=used)
    assert found.due_at == (at(due) if due is not None else None)
    assert found.breached_at == (at(breached) if breached is not None else None)


def test_the_warning_comes_before_and_only_in_working_time() -> None:
    office = Calendar(UTC, ((Opening(540, 600), Opening(660, 720)),) * 7)  # 9:00 to 10:00 and 11:00 to 12:00
    found = standing(office, story("a0")[1], timedelta(minutes=100), 0.75, at(1))
    assert found.warn_at == at(135)
    assert found.due_at == at(160)


@given(st.lists(st.tuples(st.sampled_from("arswco"), st.integers(0, 500)), max_size=25))
def test_any_story_leaves_sound_clocks(happenings: list[tuple[str, int]]) -> None:
    minute, words = 0, []
    for word, pause in happenings:
        minute += pause
        words.append(f"{word}{minute}")
    clocks = story(" ".join(words))
    alive = [clock.kind for clock in clocks if not clock.ended]
    assert len(alive) == len(set(alive))
    assert not {"first", "next"} <= set(alive)
    for clock in clocks:
        assert clock.kind in KINDS
        flat = [moment for run in clock.runs for moment in run if moment is not None]
        assert flat == sorted(flat)
        assert all(end is not None for _, end in clock.runs[:-1])
        assert not (clock.ended and clock.is_running)


RULES = [
    Rule("safety", priorities=("P0",), first=5),
    Rule("vip parcels", issues=("logistics",), tiers=("vip",), first=10),
    Rule("late parcels", issues=("logistics.delay", "logistics.lost"), first=20),
    Rule("late vip parcels", issues=("logistics.delay",), tiers=("vip",), first=1),
    Rule("all", first=60),
    Rule("praise", issues=("praise",), first=600),
]


@pytest.mark.parametrize(
    ("case", "row"),
    [
        (("logistics.delay", "vip", "P0"), 0),
        (("logistics.delay", "vip", "P1"), 1),
        (("logistics.delay", "", "P1"), 2),
        (("logistics.tracking", "", "P1"), 4),
        (("praise", "", "P3"), 4),
    ],
)
def test_the_first_row_that_fits_wins(case: tuple[str, str, str], row: int) -> None:
    assert match(RULES, Case(*case)) == row


def test_rows_that_can_never_win_are_found() -> None:
    assert unreachable(RULES, ["logistics.delay", "logistics.lost", "praise"]) == [3, 5]
    assert match(RULES[:4], Case("praise", "", "P3")) is None


def test_rows_that_only_together_hide_another() -> None:
    rules = [Rule(p, priorities=(p,)) for p in ("P0", "P1", "P2", "P3")] + [Rule("never")]
    assert unreachable(rules, []) == [4]
    assert unreachable(rules[1:], []) == []
