"""Learns how a shop's conversations end: a linear model on both sides' words, the mood and the facts.

Ridge regression on the share of dissatisfied judges (or 0 and 1): linear, so every word's and fact's part
in the score is its own, and calibrated as a mean. Trees over the facts' numbers (`train_trees`) join it or
replace it where they order better. The strength and the trees' share are chosen on the later part of the
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
from goldseam.engine.text.marks import mark, message_features
from goldseam.engine.text.ngrams import Head, TextModel
from goldseam.engine.text.order_numbers import fact_numbers
from goldseam.engine.text.outlook import BLOCKS, outlook_blocks, outlook_features
from goldseam.engine.text.read import read
from goldseam.engine.text.tables import OutlookModel, ReadingTables
from goldseam.engine.text.trees import FactTrees
from goldseam.workshop.labelled import Labelled
from goldseam.workshop.measures import rank_correlation
from goldseam.workshop.train_trees import as_rows, as_trees, can_grow, fit_boosting
from goldseam.workshop.vectors import Vectorizer, fit_vectorizer

STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
SHARES = (0.0, 0.5, 1.0)
CLEARLY = 0.01
"""The mean of both errs least in times to come; one of them alone must be better by this much."""
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
    facts: Floats


def prepare(items: Sequence[Labelled], tables: ReadingTables) -> Prepared:
    """Compute everything the model looks at, exactly as reading does."""
    bags, rows, facts = [], [], []
    names: tuple[str, ...] = ()
    for item in items:
        reading: Reading = read(item.conversation, tables)
        bags.append(outlook_blocks(item.conversation, _said(item, tables), tables))
        values = outlook_features(item.conversation, reading.emotion, reading.signals)
        facts.append(fact_numbers(item.conversation))
        names = tuple(values)
        rows.append([values[name] for name in names])
    target = np.array([item.value for item in items])
    return Prepared(bags, np.array(rows), names, target, as_rows(facts))


def _said(item: Labelled, tables: ReadingTables) -> dict[int, set[str]]:
    found = {}
    for index, message in enumerate(item.conversation.messages):
        if message.role == "customer" and message.text.strip():
            marked = mark(message.text, tables)
            found[index] = message_features(marked, message.text, tables)
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


def _choose(data: Prepared, rows: NDArray[np.int64]) -> tuple[float, float]:
    """The ridge strength, and with it the share of the trees, that order the later fifth of the training
    data best."""
    cut = max(1, int(len(rows) * 0.8))
    early, late = rows[:cut], rows[cut:]
    if len(late) < 10:
        return STRENGTHS[2], 0.0
    design = _design(data, early)
    x_early, x_late = _matrix(design, data, early), _matrix(design, data, late)
    said = [
        Ridge(alpha=strength, solver="lsqr").fit(x_early, data.target[early]).predict(x_late)
        for strength in STRENGTHS
    ]
    best = int(np.argmax([rank_correlation(guess, data.target[late]) for guess in said]))
    if not can_grow(data.facts[early]):
        return STRENGTHS[best], 0.0
    grown = fit_boosting(data.facts[early], data.target[early]).predict(data.facts[late])
    score = {
        share: rank_correlation((1 - share) * said[best] + share * grown, data.target[late])
        for share in SHARES
    }
    return STRENGTHS[best], max(SHARES, key=lambda share: score[share] + (CLEARLY if share == 0.5 else 0.0))


def fit_risk(data: Prepared, rows: NDArray[np.int64], version: str) -> OutlookModel:
    """Fit on some rows and give the model in the engine's shape."""
    strength, share = _choose(data, rows)
    if share == 1.0:
        return _only_trees(data, rows, version)
    design = _design(data, rows)
    model = Ridge(alpha=strength, solver="lsqr").fit(_matrix(design, data, rows), data.target[rows])
    coefficients = np.asarray(model.coef_) * (1 - share)
    base, trees = _grown(data, rows, share)
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
        float(model.intercept_) * (1 - share) + base,
        learned=True,
        blocks=tuple(parts),
        trees=trees,
    )


def _grown(data: Prepared, rows: NDArray[np.int64], share: float) -> tuple[float, FactTrees | None]:
    if not share:
        return 0.0, None
    return as_trees(fit_boosting(data.facts[rows], data.target[rows]), share)


def _only_trees(data: Prepared, rows: NDArray[np.int64], version: str) -> OutlookModel:
    """The facts' numbers say it all: no words, no bins."""
    base, trees = _grown(data, rows, 1.0)
    none = np.zeros(0, dtype=np.float32)
    return OutlookModel(version, (), none, none, none, base, learned=True, trees=trees)


def _block_model(vectorizer: Vectorizer, coefficients: Floats, block: str, version: str) -> TextModel:
    """A block's weights; blocks of bins are not length-normalised, which zero norms say."""
    idf = vectorizer.idf
    norms = np.zeros_like(idf) if block in LIMITS else idf**2
    head = Head(("dissatisfied",), 0, 1, np.zeros(1, dtype=np.float32))
    weights = (coefficients * idf)[:, None].astype(np.float32)
    return TextModel(version, dict(vectorizer.vocabulary), weights, norms.astype(np.float32), {"risk": head})
