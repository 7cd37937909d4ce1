"""Gradient boosting over an order's and customer's numbers, turned into the engine's own trees.

Squared error on the share of dissatisfied judges, so the values are calibrated as a mean and add up with the
linear model's. Each split looks at a part of the numbers only, which lets weaker facts speak too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from goldseam.engine.text.order_numbers import NAMES
from goldseam.engine.text.trees import LEAF, FactTrees, Tree

LEAST = 300
"""Fewer conversations teach trees more noise than pattern."""
_UNBOUNDED = 1e300

Floats = NDArray[np.float64]


def as_rows(found: Sequence[Mapping[str, float]]) -> Floats:
    """A row of numbers per conversation in the order of `NAMES`; what is not known is NaN."""
    rows = np.full((len(found), len(NAMES)), np.nan)
    for row, values in zip(rows, found, strict=True):
        for place, name in enumerate(NAMES):
            row[place] = values.get(name, np.nan)
    return rows


@dataclass(frozen=True, slots=True)
class Boosted:
    """A fitted boosting and the places of the numbers that it may ask for."""

    model: HistGradientBoostingRegressor
    places: tuple[int, ...]

    def predict(self, rows: Floats) -> Floats:
        """The value of each row."""
        return np.asarray(self.model.predict(rows[:, self.places]), dtype=float)


def can_grow(rows: Floats) -> bool:
    """Whether there are enough conversations, and facts that tell them apart."""
    return len(rows) >= LEAST and bool(_telling(rows))


def _telling(rows: Floats) -> tuple[int, ...]:
    """The places of numbers that are known and differ."""
    return tuple(
        place
        for place, column in enumerate(rows.T)
        if len(known := column[~np.isnan(column)]) and known.min() < known.max()
    )


def fit_boosting(rows: Floats, target: Floats) -> Boosted:
    """Boosting with settings that rolling tests on orders chose; chance is seeded."""
    places = _telling(rows)
    model = HistGradientBoostingRegressor(
        max_iter=150,
        learning_rate=0.04,
        max_leaf_nodes=10,
        min_samples_leaf=min(50, max(10, len(rows) // 60)),
        l2_regularization=5.0,
        max_features=0.3,
        early_stopping=False,
        random_state=0,
    )
    return Boosted(model.fit(rows[:, places], target), places)


def as_trees(boosted: Boosted, share: float) -> tuple[float, FactTrees]:
    """The value before the first tree and the trees, all times `share`."""
    trees = tuple(_tree(predictors[0].nodes, share) for predictors in boosted.model._predictors)
    names = tuple(NAMES[place] for place in boosted.places)
    return float(boosted.model._baseline_prediction.item()) * share, FactTrees(names, trees)


def _tree(nodes: Any, share: float) -> Tree:
    """scikit-learn's columns with the expected value at every node; children follow their parent there."""
    leaf = nodes["is_leaf"].astype(bool)
    means = np.where(leaf, nodes["value"], 0.0)
    for node in range(len(nodes) - 1, -1, -1):
        if not leaf[node]:
            children = [int(nodes["left"][node]), int(nodes["right"][node])]
            means[node] = np.average(means[children], weights=nodes["count"][children].astype(float))
    return Tree(
        tuple(np.where(leaf, LEAF, nodes["feature_idx"]).tolist()),
        tuple(np.where(leaf, 0.0, np.clip(nodes["num_threshold"], -_UNBOUNDED, _UNBOUNDED)).tolist()),
        tuple(nodes["left"].tolist()),
        tuple(nodes["right"].tolist()),
        tuple(nodes["missing_go_to_left"].astype(bool).tolist()),
        tuple((means * share).tolist()),
    )
