"""Boosted regression trees over named numbers, whose score is a sum of one part per number.

Each step down a tree changes the expected value (the mean of the leaves below, weighted by the
conversations that taught them); the change belongs to the number that was asked (Saabas 2014, "Interpreting
random forests"). The parts and the base sum to the score exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEAF = -1


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes as columns, the root first. `asks`: index of the number a node asks for, LEAF at a leaf; a number
    up to `bounds` goes to `left`, a greater one to `right`, an unknown one to the left where `unknown_left`.
    `means`: the expected value at each node, at a leaf its value."""

    asks: tuple[int, ...]
    bounds: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    unknown_left: tuple[bool, ...]
    means: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FactTrees:
    """Trees over the numbers `names`; their values add up."""

    names: tuple[str, ...]
    trees: tuple[Tree, ...]


def tree_parts(model: FactTrees, values: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """What is expected before anything is known, and what each number adds to it."""
    known = [values.get(name) for name in model.names]
    sums = [0.0] * len(known)
    base = 0.0
    for tree in model.trees:
        node, mean = 0, tree.means[0]
        base += mean
        while (asked := tree.asks[node]) != LEAF:
            value = known[asked]
            goes_left = tree.unknown_left[node] if value is None else value <= tree.bounds[node]
            node = tree.left[node] if goes_left else tree.right[node]
            sums[asked] += tree.means[node] - mean
            mean = tree.means[node]
    return base, {name: part for name, part in zip(model.names, sums, strict=True) if part}
