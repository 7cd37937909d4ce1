"""A unit of work: all that one message or one reply sets off in one transaction, through many rooms.

What a room reads in it is read once, what a room holds locked stays in hand, and open browsers are told once,
at its end. Outside of a unit nothing is remembered, and everything is read when it is asked for.

What was remembered inside a savepoint holds only while that savepoint is open: it may have been taken back
since. A unit within a unit is a savepoint, too; when it went well, the larger one remembers what it did."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection, transaction

_T = TypeVar("_T")


@dataclass(slots=True)
class _Kept:
    """Something remembered, and the savepoints that were open then."""

    value: Any
    within: tuple[str, ...]


@dataclass(slots=True)
class _Unit:
    memory: dict[Hashable, _Kept] = field(default_factory=dict)
    last: dict[Callable[[list[str]], None], dict[str, None]] = field(default_factory=dict)


_present: ContextVar[_Unit | None] = ContextVar("unit", default=None)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """A transaction that is a unit of work, or a part of the present one that may fail by itself."""
    unit = _present.get()
    if unit is not None:
        with transaction.atomic():
            inner = _savepoints()
            yield
        _hand_up(unit, inner)
        return
    unit = _Unit()
    token = _present.set(unit)
    try:
        with transaction.atomic():
            yield
            for act, items in unit.last.items():
                act(list(items))
    finally:
        _present.reset(token)


def once(key: Hashable, read: Callable[[], _T]) -> _T:
    """What `read` gives, read once in a unit: for what nothing writes in it."""
    found: _T | None = recall(key)
    return keep(key, read()) if found is None else found


def held(key: Hashable, read: Callable[[], _T]) -> _T:
    """The same for what is locked and written: everybody in the unit gets the same object, so each sees what
    the others wrote. What was handed out in a savepoint is read anew after it."""
    return keep(key, once(key, read))


def keep(key: Hashable, value: _T) -> _T:
    """Remember something for the rest of the unit; returns it."""
    unit = _present.get()
    if unit is not None:
        unit.memory[key] = _Kept(value, _savepoints())
    return value


def recall(key: Hashable) -> Any | None:
    """What is remembered under a key; None when there is nothing, or it may have been taken back."""
    unit = _present.get()
    kept = unit.memory.get(key) if unit is not None else None
    if kept is None or _savepoints()[: len(kept.within)] != kept.within:
        return None
    return kept.value


def at_end(act: Callable[[list[str]], None], items: Iterable[str]) -> None:
    """Do something with all that comes together for it in the unit, each item once, when the unit ends and
    before it is committed; at once outside of a unit."""
    unit = _present.get()
    if unit is None:
        act(list(items))
    else:
        unit.last.setdefault(act, {}).update(dict.fromkeys(items))


def _savepoints() -> tuple[str, ...]:
    return tuple(name for name in connection.savepoint_ids if name)


def _hand_up(unit: _Unit, inner: tuple[str, ...]) -> None:
    outer = _savepoints()
    for kept in unit.memory.values():
        if kept.within[: len(inner)] == inner:
            kept.within = outer
