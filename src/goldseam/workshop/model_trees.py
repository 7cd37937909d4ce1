"""Trees of a model as JSON, and back with every doubt cleared: untrusted numbers may never loop or break."""

from __future__ import annotations

import math
from typing import Any

from goldseam.engine.text.order_numbers import NAMES
from goldseam.engine.text.trees import LEAF, FactTrees, Tree

_COLUMNS = ("asks", "bounds", "left", "right", "unknown_left", "means")


def trees_as_json(model: FactTrees) -> dict[str, Any]:
    """Names and node columns of every tree."""
    return {
        "names": list(model.names),
        "trees": [
            {
                "asks": list(tree.asks),
                "bounds": list(tree.bounds),
                "left": list(tree.left),
                "right": list(tree.right),
                "unknown_left": list(tree.unknown_left),
                "means": [round(mean, 9) for mean in tree.means],
            }
            for tree in model.trees
        ],
    }


def trees_from_json(data: dict[str, Any]) -> FactTrees:
    """The trees that `trees_as_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    names = tuple(map(str, data["names"]))
    unknown = set(names) - set(NAMES)
    if unknown:
        raise ValueError(
            f"trees ask for numbers that this version does not know: {', '.join(sorted(unknown))}"
        )
    return FactTrees(names, tuple(_tree(tree, len(names)) for tree in data["trees"]))


def _tree(data: dict[str, Any], width: int) -> Tree:
    tree = Tree(
        tuple(map(int, data["asks"])),
        tuple(map(float, data["bounds"])),
        tuple(map(int, data["left"])),
        tuple(map(int, data["right"])),
        tuple(map(bool, data["unknown_left"])),
        tuple(map(float, data["means"])),
    )
    size = len(tree.asks)
    if not size or any(len(getattr(tree, column)) != size for column in _COLUMNS):
        raise ValueError("a tree's columns differ in length")
    if not all(map(math.isfinite, (*tree.bounds, *tree.means))):
        raise ValueError("a tree holds a number that is not finite")
    for node, asked in enumerate(tree.asks):
        children = (tree.left[node], tree.right[node])
        if asked == LEAF:
            continue
        # Children come after their parent, so every walk ends.
        if not 0 <= asked < width or not all(node < child < size for child in children):
            raise ValueError("a tree's node points outside or back")
    return tree
