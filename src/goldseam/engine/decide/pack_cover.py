"""Whether several rules together hold wherever another one does: each alone leaves something out, but they
share out one condition (the days since delivery, the issues, the order states, the tiers) without a hole.

Sound, not complete, as `pack_logic`: what is said is always true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from goldseam.engine.decide.pack_logic import Shape, inside, without_states

_Value = TypeVar("_Value")


def covering(inner: Shape, outers: Sequence[Shape]) -> tuple[int, ...]:
    """The places of those `outers` that together hold wherever `inner` does; empty when they leave a hole."""
    return next((found for found in _covers(inner, outers) if found), ())


def _covers(inner: Shape, outers: Sequence[Shape]) -> Iterator[tuple[int, ...]]:
    if inner.issues:
        parts = [
            (place, outer.issues or inner.issues)
            for place, outer in enumerate(outers)
            if inside(inner, replace(outer, issues=frozenset()))
        ]
        yield _sets(inner.issues, parts)
    yield _sets(
        inner.states,
        [(n, o.states) for n, o in enumerate(outers) if inside(inner, without_states(o))],
    )
    for name, words in inner.choices.items():
        without = [(n, o, replace(o, choices=_without(o.choices, name))) for n, o in enumerate(outers)]
        yield _sets(words, [(n, o.choices.get(name, words)) for n, o, rest in without if inside(inner, rest)])
    for name, ends in inner.ranges.items():
        bare = [(n, o, replace(o, ranges=_without(o.ranges, name))) for n, o in enumerate(outers)]
        yield _stretches(ends, [(n, o.ranges.get(name, ends)) for n, o, rest in bare if inside(inner, rest)])


def _without(named: Mapping[str, _Value], name: str) -> dict[str, _Value]:
    return {key: value for key, value in named.items() if key != name}


def _sets(wanted: frozenset[str], parts: list[tuple[int, frozenset[str]]]) -> tuple[int, ...]:
    left = wanted
    used: list[int] = []
    for place, words in parts:
        if left & words:
            left = left - words
            used.append(place)
    return () if left else tuple(used)


def _stretches(wanted: tuple[float, float], parts: list[tuple[int, tuple[float, float]]]) -> tuple[int, ...]:
    """Ends belong to a stretch, so two that touch leave no hole."""
    reached = wanted[0]
    used: list[int] = []
    for place, (low, high) in sorted(parts, key=lambda part: part[1]):
        if low > reached:
            break
        if high > reached or not used:
            reached = max(reached, high)
            used.append(place)
        if reached >= wanted[1]:
            return tuple(used)
    return ()
