"""A unit of work: read once, held by one object, nothing remembered of what was taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from goldseam.core.unit import at_end, held, keep, once, recall, unit_of_work

pytestmark = pytest.mark.django_db


def counter() -> Callable[[], list[int]]:
    """Reads that count themselves: [1], [2] …"""
    reads: list[int] = []

    def read() -> list[int]:
        reads.append(1)
        return [len(reads)]

    return read


def test_in_a_unit_it_is_read_once_and_outside_each_time() -> None:
    read = counter()
    assert (once("a", read), once("a", read)) == ([1], [2])
    with unit_of_work():
        first = once("a", read)
        with unit_of_work():
            assert once("a", read) is first
        assert once("b", read) == [4]
    assert recall("a") is None
    assert once("a", read) == [5]


@unit_of_work()
def fail(*works: Callable[[], object]) -> None:
    """A unit, or a part of one, that does this and then is taken back."""
    for work in works:
        work()
    raise ValueError("refused")


@unit_of_work()
def went_well(work: Callable[[], object]) -> None:
    work()


def test_what_was_held_in_a_part_that_failed_is_read_anew() -> None:
    read = counter()
    with unit_of_work():
        before = held("a", read)
        with pytest.raises(ValueError, match="refused"):
            fail(lambda: held("a", read).append(7), lambda: keep("b", "said"))
        assert held("a", read) == [2]
        assert before == [1, 7]
        assert recall("b") is None


def test_a_part_that_went_well_is_remembered_until_a_larger_one_fails() -> None:
    read = counter()
    with unit_of_work():
        with unit_of_work():
            within = held("a", read)
        assert held("a", read) is within
        with pytest.raises(ValueError, match="refused"):
            fail(lambda: went_well(lambda: held("a", read)))
        assert recall("a") is None


def test_a_savepoint_of_somebody_else_counts_as_taken_back() -> None:
    read = counter()
    with unit_of_work():
        once("fact", read)
        with transaction.atomic():
            held("row", read)
            assert once("fact", read) == [1]
        assert recall("row") is None
        assert recall("fact") == [1]


def test_a_failed_unit_leaves_nothing_behind() -> None:
    done: list[list[str]] = []
    with pytest.raises(ValueError, match="refused"):
        fail(lambda: keep("a", 1), lambda: at_end(done.append, ["x"]))
    assert recall("a") is None
    assert done == []


def test_what_comes_together_is_done_once_before_the_commit() -> None:
    done: list[list[str]] = []
    act = done.append
    at_end(act, ["alone"])
    with unit_of_work():
        at_end(act, ["x", "y"])
        with unit_of_work():
            at_end(act, ["y", "z"])
        assert done == [["alone"]]
        transaction.on_commit(lambda: done.append(["committed"]))
    assert done == [["alone"], ["x", "y", "z"]]
