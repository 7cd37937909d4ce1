"""Learns which remedies leave customers satisfied, from closed conversations of a shop.

Logistic regression over the named circumstances of `engine.decide.remedy_model`. Its strength is chosen on
the later part of the training data, never on the part that the report is made of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from goldseam.engine.decide.remedy_model import remedy_features
from goldseam.engine.decide.situation import situation
from goldseam.engine.decide.tables import RemedyModel
from goldseam.engine.tables import Tables
from goldseam.engine.text.read import read
from goldseam.workshop.labelled import Labelled

STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
PRIOR_STRENGTH = 6.0
AT_LEAST = 2
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tried:
    """One remedy as it was tried: what held then, and how satisfied the customer ended (0…1)."""

    names: tuple[str, ...]
    key: str
    satisfied: float


def tried(items: Sequence[Labelled], tables: Tables) -> list[Tried]:
    """Compute everything the model looks at, exactly as deciding does."""
    found = []
    for item in items:
        view = situation(item.conversation, read(item.conversation, tables.reading), tables.deciding)
        names = remedy_features(view, item.code, view.order)
        found.append(Tried(tuple(names), f"{view.issue}/{item.code}", item.value))
    return found


def fit_remedies(data: Sequence[Tried], version: str) -> RemedyModel:
    """Fit and give the model in the engine's shape."""
    counts = Counter(name for one in data for name in one.names)
    vocabulary = {name: place for place, name in enumerate(sorted(counts)) if counts[name] >= AT_LEAST}
    vocabulary = {name: place for place, name in enumerate(vocabulary)}
    coefficients, bias = _fit(data, vocabulary, _choose_strength(data, vocabulary))
    weights = {
        name: round(float(coefficients[place]), 5)
        for name, place in vocabulary.items()
        if abs(coefficients[place]) >= 1e-4
    }
    return RemedyModel(
        version, round(bias, 5), weights, dict(Counter(one.key for one in data)), PRIOR_STRENGTH
    )


def _matrix(data: Sequence[Tried], vocabulary: dict[str, int]) -> csr_matrix:
    rows = [[vocabulary[name] for name in one.names if name in vocabulary] for one in data]
    indices = np.array([place for row in rows for place in row], dtype=np.int32)
    ends = np.cumsum([0, *map(len, rows)])
    return csr_matrix((np.ones(len(indices)), indices, ends), shape=(len(rows), len(vocabulary)))


def _fit(data: Sequence[Tried], vocabulary: dict[str, int], strength: float) -> tuple[Floats, float]:
    """A share of satisfaction counts as that much of a yes and the rest of a no."""
    matrix = _matrix(data, vocabulary)
    target = np.array([one.satisfied for one in data])
    rows = np.concatenate([np.nonzero(target > 0)[0], np.nonzero(target < 1)[0]])
    truth = np.concatenate([np.ones((target > 0).sum(), bool), np.zeros((target < 1).sum(), bool)])
    weights = np.concatenate([target[target > 0], 1 - target[target < 1]])
    if truth.all() or not truth.any():
        share = min(0.99, max(0.01, float(target.mean())))
        return np.zeros(len(vocabulary)), float(np.log(share / (1 - share)))
    model = LogisticRegression(C=strength, solver="liblinear")
    model.fit(matrix[rows], truth, sample_weight=weights)
    return np.asarray(model.coef_[0]), float(model.intercept_[0])


def _choose_strength(data: Sequence[Tried], vocabulary: dict[str, int]) -> float:
    cut = int(len(data) * 0.8)
    early, late = data[:cut], data[cut:]
    if len(late) < 10:
        return STRENGTHS[2]
    truth = np.array([one.satisfied for one in late])
    matrix = _matrix(late, vocabulary)
    scores = []
    for strength in STRENGTHS:
        coefficients, bias = _fit(early, vocabulary, strength)
        scores.append(log_likelihood(1 / (1 + np.exp(-(matrix @ coefficients + bias))), truth))
    return STRENGTHS[int(np.argmax(scores))]


def log_likelihood(chance: Floats, truth: Floats) -> float:
    """Mean log likelihood of shares of satisfaction; 0 is perfect."""
    held = np.clip(chance, 0.001, 0.999)
    return float((truth * np.log(held) + (1 - truth) * np.log(1 - held)).mean())
