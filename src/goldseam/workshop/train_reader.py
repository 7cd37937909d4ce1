"""Trains the models that come with the product, on the starter corpus alone.

One vocabulary serves four heads: issue, mood label and mood intensity (linear support vectors, each class
against the rest) and the signals (one logistic regression each). Temperatures are fitted on writers that the
fitted models have not seen; the final weights are then fitted on everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from goldseam.engine.text.ngrams import Head, TextModel
from goldseam.engine.text.tables import OutlookModel, ReadingTables
from goldseam.workshop.calibrate import fit_temperature
from goldseam.workshop.corpus import ISSUES, LABELS, SIGNALS, Example, held_out_writers, load_corpus, split
from goldseam.workshop.load import build_reading
from goldseam.workshop.models import others, outlook_files, save, text_model_files
from goldseam.workshop.vectors import Vectorizer, features_of, fit_vectorizer

ISSUE_C, LABEL_C, INTENSITY_C, SIGNAL_C = 0.6, 0.3, 0.3, 4.0
INTENSITIES = ("0", "1", "2", "3")
SIGNAL_WEIGHT = 3.0
SECONDARY_WEIGHT = 0.45


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything one fit gives: the vectorizer and per head the coefficients and intercepts."""

    vectorizer: Vectorizer
    issue: tuple[NDArray[np.float64], NDArray[np.float64]]
    label: tuple[NDArray[np.float64], NDArray[np.float64]]
    intensity: tuple[NDArray[np.float64], NDArray[np.float64]]
    signals: tuple[NDArray[np.float64], NDArray[np.float64]]


def blank_outlook() -> OutlookModel:
    """The outlook that ships: expert weights on the mood's course and the signals."""
    names = ("mood_now", "mood_peak", "mood_rise", "signals", "customer_turns", "unanswered")
    weights = np.array([0.55, 0.35, 0.3, 0.25, 0.25, 0.1], dtype=np.float32)
    return OutlookModel("expert", names, weights, np.zeros(6, np.float32), np.ones(6, np.float32), -1.6)


def bootstrap_tables() -> ReadingTables:
    """Reading tables with empty models, enough to compute features."""
    zeros = np.zeros((0, 0), dtype=np.float32)
    empty = TextModel("", {}, zeros, np.zeros(0, dtype=np.float32), {})
    return build_reading(empty, empty, empty, blank_outlook())


def bags_of(examples: Sequence[Example], tables: ReadingTables) -> list[set[str]]:
    """Features of each example's own text."""
    return [features_of(example.text, tables) for example in examples]


def line_weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Alternatives of one line share its weight by the square root of their number."""
    counts: dict[str, int] = {}
    for example in examples:
        counts[example.origin] = counts.get(example.origin, 0) + 1
    return np.array([counts[example.origin] ** -0.5 for example in examples])


def evened(truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weights that half even out the classes: how much is written about a matter says little of how often
    it is asked for."""
    counts = np.bincount(truth)
    weights: NDArray[np.float64] = (np.median(counts[counts > 0]) / counts[truth]) ** 0.5
    return weights


def fit_classes(
    matrix: csr_matrix, truth: NDArray[np.int64], weights: NDArray[np.float64], c: float
) -> LinearSVC:
    """Linear support vectors; a temperature turns their margins into probabilities."""
    model = LinearSVC(C=c, random_state=0)
    model.fit(matrix, truth, sample_weight=weights)
    return model


def fit(examples: Sequence[Example], bags: Sequence[set[str]]) -> Fitted:
    """Fit the three heads. Further issues of a message count as rows of lower weight."""
    vectorizer = fit_vectorizer(bags, [example.origin for example in examples])
    matrix = vectorizer.matrix(bags)
    weights = line_weights(examples)
    issue_rows, issue_truth, issue_weights = [np.arange(len(examples))], [], [weights]
    issue_truth.append(np.array([ISSUES.index(example.issues[0]) for example in examples]))
    for place, example in enumerate(examples):
        for code in example.issues[1:]:
            issue_rows.append(np.array([place]))
            issue_truth.append(np.array([ISSUES.index(code)]))
            issue_weights.append(weights[[place]] * SECONDARY_WEIGHT)
    stacked = vstack([matrix, matrix[np.concatenate(issue_rows[1:])]]) if len(issue_rows) > 1 else matrix
    truth = np.concatenate(issue_truth)
    issue = fit_classes(stacked.tocsr(), truth, np.concatenate(issue_weights) * evened(truth), ISSUE_C)
    labels = np.array([LABELS.index(example.label) for example in examples])
    label = fit_classes(matrix, labels, weights, LABEL_C)
    levels = np.array([example.intensity for example in examples])
    intensity = fit_classes(matrix, levels, weights, INTENSITY_C)
    return Fitted(
        vectorizer,
        spread(issue, len(ISSUES)),
        spread(label, len(LABELS)),
        spread(intensity, len(INTENSITIES)),
        _fit_signals(matrix, examples, weights),
    )


def _fit_signals(
    matrix: csr_matrix, examples: Sequence[Example], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One model per signal; messages that carry it weigh more, since missing one costs more."""
    coefficients = np.zeros((len(SIGNALS), matrix.shape[1]))
    bias = np.full(len(SIGNALS), -6.0)
    for place, code in enumerate(SIGNALS):
        truth = np.array([code in example.signals for example in examples])
        if truth.any():
            model = LogisticRegression(
                C=SIGNAL_C, solver="liblinear", class_weight={True: SIGNAL_WEIGHT, False: 1.0}
            )
            model.fit(matrix, truth, sample_weight=weights)
            coefficients[place], bias[place] = model.coef_[0], model.intercept_[0]
    return coefficients, bias


def spread(model: LinearSVC, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients for all classes; one that the training part lacks gets a bias that never wins."""
    coefficients = np.zeros((size, model.coef_.shape[1]))
    bias = np.full(size, -4.0)
    coefficients[model.classes_] = model.coef_
    bias[model.classes_] = model.intercept_
    return coefficients, bias


def to_model(fitted: Fitted, version: str, temperatures: dict[str, float]) -> TextModel:
    """The fitted weights in the engine's shape: idf folded in, one row per feature."""
    idf = fitted.vectorizer.idf
    columns = [fitted.issue[0], fitted.label[0], fitted.intensity[0], fitted.signals[0]]
    weights = (np.concatenate(columns).T * idf[:, None]).astype(np.float32)
    parts = {
        "issue": (ISSUES, fitted.issue[1]),
        "label": (LABELS, fitted.label[1]),
        "intensity": (INTENSITIES, fitted.intensity[1]),
        "signals": (SIGNALS, fitted.signals[1]),
    }
    heads: dict[str, Head] = {}
    start = 0
    for name, (classes, bias) in parts.items():
        stop = start + len(classes)
        heads[name] = Head(classes, start, stop, bias.astype(np.float32), temperatures.get(name, 1.0))
        start = stop
    return TextModel(version, dict(fitted.vectorizer.vocabulary), weights, (idf**2).astype(np.float32), heads)


def temperatures_of(
    fitted: Fitted, examples: Sequence[Example], bags: Sequence[set[str]]
) -> dict[str, float]:
    """Temperatures on examples that the fit has not seen."""
    matrix = fitted.vectorizer.matrix(bags)
    truth = {
        "issue": (fitted.issue, [ISSUES.index(example.issues[0]) for example in examples]),
        "label": (fitted.label, [LABELS.index(example.label) for example in examples]),
        "intensity": (fitted.intensity, [example.intensity for example in examples]),
    }
    return {
        name: fit_temperature(matrix @ coefficients.T + bias, np.array(classes))
        for name, ((coefficients, bias), classes) in truth.items()
    }


def train_reader(folder: Path, version: str) -> TextModel:
    """Fit on the corpus and write `reader.*`, `outlook.json` and the manifest into `folder`."""
    tables = bootstrap_tables()
    examples = load_corpus()
    bags = bags_of(examples, tables)
    train, test = split(examples, held_out_writers(examples))
    by_example = {id(example): bag for example, bag in zip(examples, bags, strict=True)}
    held_out = fit(train, [by_example[id(example)] for example in train])
    temperatures = temperatures_of(held_out, test, [by_example[id(example)] for example in test])
    model = to_model(fit(examples, bags), version, temperatures)
    parts = {"reader": text_model_files(model), "outlook": outlook_files(blank_outlook())}
    kept, notes = others(folder, tuple(parts))
    notes |= {"version": version, "trained_on": f"{len(examples)} lines of the starter corpus"}
    save(folder, parts, notes, kept)
    return model
