"""Measures of how well a model orders, names and judges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ranks(values: Floats) -> Floats:
    """Ranks with ties sharing their mean."""
    order = np.argsort(values, kind="stable")
    result = np.empty(len(values))
    result[order] = np.arange(len(values), dtype=float)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    sums = np.zeros(len(counts))
    np.add.at(sums, inverse, result)
    means: Floats = (sums / counts)[inverse]
    return means


def rank_correlation(first: Floats, second: Floats) -> float:
    """Spearman's ρ; 0 when one side does not vary."""
    a, b = ranks(np.asarray(first, dtype=float)), ranks(np.asarray(second, dtype=float))
    if len(a) < 2 or a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def area_under_curve(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """ROC AUC by ranks; 0.5 when one class is absent."""
    hits = int(positive.sum())
    misses = len(positive) - hits
    if not hits or not misses:
        return 0.5
    total = float((ranks(np.asarray(scores, dtype=float)) + 1)[positive].sum())
    return (total - hits * (hits + 1) / 2) / (hits * misses)


def class_table(truth: Sequence[str], guessed: Sequence[str]) -> list[dict[str, float | str | int]]:
    """Precision, recall, F1 and number of each class, the most frequent first."""
    rows: list[dict[str, float | str | int]] = []
    for code in sorted({*truth, *guessed}, key=lambda name: (-truth.count(name), name)):
        hits = sum(t == g == code for t, g in zip(truth, guessed, strict=True))
        said, real = guessed.count(code), truth.count(code)
        precision, recall = hits / said if said else 0.0, hits / real if real else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        rows.append(
            {
                "class": code,
                "n": real,
                "precision": round(precision, 3),
                "recall": round(recall, 3),
                "f1": round(f1, 3),
            }
        )
    return rows


def calibration_table(confidence: Floats, correct: Floats, bins: int = 10) -> list[dict[str, float | int]]:
    """Mean confidence against mean outcome in bins of equal width."""
    place = np.minimum((np.clip(confidence, 0, 1) * bins).astype(int), bins - 1)
    return [
        {
            "from": round(index / bins, 2),
            "n": int((place == index).sum()),
            "said": round(float(confidence[place == index].mean()), 3),
            "was": round(float(correct[place == index].mean()), 3),
        }
        for index in range(bins)
        if (place == index).any()
    ]
