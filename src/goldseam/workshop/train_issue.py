"""Learns a shop's issues and moods from labelled conversations, on top of the starter corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from goldseam.engine.text.issue import SMALL_TALK
from goldseam.engine.text.ngrams import Head, TextModel
from goldseam.engine.text.tables import ReadingTables
from goldseam.workshop.calibrate import fit_temperature
from goldseam.workshop.corpus import ISSUES, LABELS, Example, load_corpus
from goldseam.workshop.labelled import Labelled
from goldseam.workshop.train_reader import ISSUE_C, LABEL_C, fit_classes, line_weights, spread
from goldseam.workshop.vectors import Vectorizer, features_of, fit_vectorizer

SHOP_WEIGHT = 1.5
RIDGE = 1.2
CORPUS_HALVES_AT = 3000.0


@dataclass(slots=True)
class Rows:
    """Bags with groups (rows of one conversation or line belong together) and weights."""

    bags: list[set[str]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, bag: set[str], group: str, weight: float, target: str = "", value: float = 0.0) -> None:
        """Append one row."""
        self.bags.append(bag)
        self.groups.append(group)
        self.weights.append(weight)
        self.targets.append(target)
        self.values.append(value)


def _customer_bags(item: Labelled, tables: ReadingTables) -> list[set[str]]:
    texts = [m.text for m in item.conversation.messages if m.role == "customer" and m.text.strip()]
    return [features_of(text, tables) for text in texts]


def corpus_rows(examples: Sequence[Example], tables: ReadingTables, shop_size: int) -> Rows:
    """The starter corpus; it counts less the more the shop has of its own."""
    share = 1.0 / (1.0 + shop_size / CORPUS_HALVES_AT)
    rows = Rows()
    for example, weight in zip(examples, line_weights(examples), strict=True):
        bag = features_of(example.text, tables)
        rows.add(bag, example.origin, float(weight) * share, example.issues[0], float(example.intensity))
    return rows


def _add_issue_rows(rows: Rows, items: Sequence[Labelled], tables: ReadingTables) -> None:
    """Each customer message bears the conversation's issue, sharing its weight."""
    for item in items:
        bags = _customer_bags(item, tables)
        for bag in bags:
            rows.add(bag, f"shop:{item.line}", SHOP_WEIGHT / len(bags) ** 0.5, item.code)


def fit_issue(items: Sequence[Labelled], tables: ReadingTables, version: str) -> TextModel:
    """An issue model over the taxonomy's codes and any that the shop adds; calibrated on the shop's
    later fifth."""
    cut = max(1, int(len(items) * 0.8))
    examples = load_corpus()
    temperature = tables.issue.heads["issue"].temperature
    if len(items) - cut >= 20:
        early, classes = _issue_model(items[:cut], examples, tables, version, 1.0), _classes(items)
        temperature = _temperature(early, items[cut:], classes, tables)
    return _issue_model(items, examples, tables, version, temperature)


def _classes(items: Sequence[Labelled]) -> tuple[str, ...]:
    return (*ISSUES, *sorted({item.code for item in items} - set(ISSUES)))


def _issue_model(
    items: Sequence[Labelled],
    examples: Sequence[Example],
    tables: ReadingTables,
    version: str,
    temperature: float,
) -> TextModel:
    rows = corpus_rows(examples, tables, len(items))
    _add_issue_rows(rows, items, tables)
    classes = _classes(items)
    place = {code: index for index, code in enumerate(classes)}
    vectorizer = fit_vectorizer(rows.bags, rows.groups)
    truth = np.array([place[code] for code in rows.targets])
    weights = np.array(rows.weights)
    model = fit_classes(vectorizer.matrix(rows.bags), truth, weights, ISSUE_C)
    coefficients, bias = spread(model, len(classes))
    head = Head(classes, 0, len(classes), bias.astype(np.float32), temperature)
    return _text_model(vectorizer, coefficients, version, {"issue": head})


def _text_model(
    vectorizer: Vectorizer,
    coefficients: NDArray[np.float64],
    version: str,
    heads: dict[str, Head],
) -> TextModel:
    idf = vectorizer.idf
    weights = np.ascontiguousarray(coefficients.T * idf[:, None], dtype=np.float32)
    return TextModel(version, dict(vectorizer.vocabulary), weights, (idf**2).astype(np.float32), heads)


def _temperature(
    model: TextModel, items: Sequence[Labelled], classes: tuple[str, ...], tables: ReadingTables
) -> float:
    """Fitted on single messages that speak of a problem."""
    from goldseam.engine.text.ngrams import known, raw_scores

    head = model.heads["issue"]
    logits, truth = [], []
    for item in items:
        for bag in _customer_bags(item, tables):
            scores = raw_scores(model, known(model, bag))[head.start : head.stop] + head.bias
            if item.code in head.classes and head.classes[int(scores.argmax())] not in SMALL_TALK:
                logits.append(scores.astype(float))
                truth.append(head.classes.index(item.code))
    return (
        fit_temperature(np.array(logits), np.array(truth))
        if len(truth) >= 20
        else tables.issue.heads["issue"].temperature
    )


def fit_mood(items: Sequence[Labelled], tables: ReadingTables, version: str) -> TextModel:
    """A mood model: intensity from the corpus and the shop's conversations (whose label stands for the
    last message that says something), the label from the corpus."""
    examples = load_corpus()
    rows = corpus_rows(examples, tables, len(items))
    labels = [example.label for example in examples]
    for item in items:
        bags = _customer_bags(item, tables)
        if bags:
            rows.add(max(bags[-2:], key=len), f"shop:{item.line}", SHOP_WEIGHT * 2, "", item.value)
    vectorizer = fit_vectorizer(rows.bags, rows.groups)
    matrix = vectorizer.matrix(rows.bags)
    weights = np.array(rows.weights)
    intensity = Ridge(alpha=RIDGE, solver="lsqr").fit(matrix, np.array(rows.values), sample_weight=weights)
    size = len(examples)
    truth = np.array([LABELS.index(name) for name in labels])
    label = fit_classes(matrix[:size], truth, weights[:size], LABEL_C)
    coefficients, bias = spread(label, len(LABELS))
    both = np.concatenate([coefficients, np.asarray(intensity.coef_)[None, :]])
    end = len(LABELS)
    heads = {
        "label": Head(LABELS, 0, end, bias.astype(np.float32)),
        "intensity": Head(("intensity",), end, end + 1, np.array([intensity.intercept_], dtype=np.float32)),
    }
    return _text_model(vectorizer, both, version, heads)
