"""Learns how a shop's conversations end: a linear model on both sides' words, the mood and the facts.

Ridge regression on the share of dissatisfied judges (or 0 and 1): linear, so every word's and fact's part
in the score is its own, and calibrated as a mean. Its strength is chosen on the later part of the
training data, never on the part that the report is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import Ridge

from goldseam.engine.reading import Reading
from goldseam.engine.text.marks import feature_marks, mark
from goldseam.engine.text.ngrams import Head, TextModel, features
from goldseam.engine.text.outlook import BLOCKS, outlook_blocks, outlook_features
from goldseam.engine.text.read import read
from goldseam.engine.text.tables import OutlookModel, ReadingTables
from goldseam.workshop.labelled import Labelled
from goldseam.workshop.measures import rank_correlation
from goldseam.workshop.vectors import Vectorizer, fit_vectorizer

STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
NUMBER_SHARE = 0.12
FACT_SHARE = 0.2
LIMITS = {"facts": 8_000, "shape": 200}
TEXT_LIMIT = 40_000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Bags per block and the named numbers of each conversation."""

    bags: list[dict[str, set[str]]]
    numbers: Floats
    names: tuple[str, ...]
    target: Floats


def prepare(items: Sequence[Labelled], tables: ReadingTables) -> Prepared:
    """Compute everything the model looks at, exactly as reading does."""
    bags, rows = [], []
    names: tuple[str, ...] = ()
    for item in items:
        reading: Reading = read(item.conversation, tables)
        bags.append(outlook_blocks(item.conversation, _said(item, tables), tables))
        values = outlook_features(item.conversation, reading.emotion, reading.signals)
        names = tuple(values)
        rows.append([values[name] for name in names])
    return Prepared(bags, np.array(rows), names, np.array([item.value for item in items]))


def _said(item: Labelled, tables: ReadingTables) -> dict[int, set[str]]:
    found = {}
    for index, message in enumerate(item.conversation.messages):
        if message.role == "customer" and message.text.strip():
            marked = mark(message.text, tables)
            found[index] = features(marked.folded, feature_marks(marked, message.text))
    return found


@dataclass(frozen=True, slots=True)
class _Design:
    """The columns of a fit: a vectorizer per block, centres and scales of the numbers."""

    vectorizers: dict[str, Vectorizer]
    centers: Floats
    scales: Floats


def _design(data: Prepared, rows: NDArray[np.int64]) -> _Design:
    groups = [str(row) for row in rows]
    vectorizers = {
        block: fit_vectorizer(
            [data.bags[row][block] for row in rows],
            groups,
            2 if len(rows) > 60 else 1,
            LIMITS.get(block, TEXT_LIMIT),
        )
        for block in BLOCKS
    }
    for block in ("facts", "shape"):
        vectorizers[block].idf[:] = FACT_SHARE
    numbers = data.numbers[rows]
    scales = numbers.std(axis=0)
    scales[scales < 1e-6] = 1.0
    return _Design(vectorizers, numbers.mean(axis=0), scales)


def _matrix(design: _Design, data: Prepared, rows: NDArray[np.int64]) -> csr_matrix:
    blocks = [
        design.vectorizers[block].matrix(
            [data.bags[row][block] for row in rows], normalise=block not in LIMITS
        )
        for block in BLOCKS
    ]
    numbers = (data.numbers[rows] - design.centers) / design.scales * NUMBER_SHARE
    return hstack([*blocks, csr_matrix(numbers)]).tocsr()


def _choose_strength(data: Prepared, rows: NDArray[np.int64]) -> float:
    """The ridge strength that orders the later fifth of the training data best."""
    cut = max(1, int(len(rows) * 0.8))
    early, late = rows[:cut], rows[cut:]
    if len(late) < 10:
        return STRENGTHS[2]
    design = _design(data, early)
    x_early, x_late = _matrix(design, data, early), _matrix(design, data, late)
    scores = []
    for strength in STRENGTHS:
        model = Ridge(alpha=strength, solver="lsqr").fit(x_early, data.target[early])
        scores.append(rank_correlation(model.predict(x_late), data.target[late]))
    return STRENGTHS[int(np.argmax(scores))]


def fit_risk(data: Prepared, rows: NDArray[np.int64], version: str) -> OutlookModel:
    """Fit on some rows and give the model in the engine's shape."""
    strength = _choose_strength(data, rows)
    design = _design(data, rows)
    model = Ridge(alpha=strength, solver="lsqr").fit(_matrix(design, data, rows), data.target[rows])
    coefficients = np.asarray(model.coef_)
    parts: list[tuple[str, TextModel]] = []
    start = 0
    for block in BLOCKS:
        vectorizer = design.vectorizers[block]
        size = len(vectorizer.vocabulary)
        if size:
            parts.append(
                (block, _block_model(vectorizer, coefficients[start : start + size], block, version))
            )
        start += size
    return OutlookModel(
        version,
        data.names,
        (coefficients[start:] * NUMBER_SHARE).astype(np.float32),
        design.centers.astype(np.float32),
        design.scales.astype(np.float32),
        float(model.intercept_),
        learned=True,
        blocks=tuple(parts),
    )


def _block_model(vectorizer: Vectorizer, coefficients: Floats, block: str, version: str) -> TextModel:
    """A block's weights; blocks of bins are not length-normalised, which zero norms say."""
    idf = vectorizer.idf
    norms = np.zeros_like(idf) if block in LIMITS else idf**2
    head = Head(("dissatisfied",), 0, 1, np.zeros(1, dtype=np.float32))
    weights = (coefficients * idf)[:, None].astype(np.float32)
    return TextModel(version, dict(vectorizer.vocabulary), weights, norms.astype(np.float32), {"risk": head})
