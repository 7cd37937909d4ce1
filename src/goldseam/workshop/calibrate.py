"""Calibration of probabilities and its measure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_GRID = np.exp(np.linspace(np.log(0.15), np.log(4.0), 60))


def log_loss(logits: Floats, truth: NDArray[np.int64], temperature: float = 1.0) -> float:
    """Mean negative log likelihood of the true classes at a temperature."""
    scaled = logits / temperature
    shifted = scaled - scaled.max(axis=1, keepdims=True)
    chances = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-chances[np.arange(len(truth)), truth].mean())


def fit_temperature(logits: Floats, truth: NDArray[np.int64]) -> float:
    """The temperature with the least log loss on held-out items (Guo et al. 2017)."""
    losses = [log_loss(logits, truth, float(temperature)) for temperature in _GRID]
    return float(_GRID[int(np.argmin(losses))])


def expected_calibration_error(confidence: Floats, correct: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by size."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = 0.0
    for index in range(bins):
        chosen = place == index
        if chosen.any():
            gap += chosen.mean() * abs(float(confidence[chosen].mean()) - float(correct[chosen].mean()))
    return float(gap)
