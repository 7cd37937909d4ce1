"""Trains the clause models that find promises in replies, on the packaged labelled replies alone.

One softmax regression per language over the features of `engine.reply.clause_model`. What the word patterns
find is a feature only where they were not made with the reply in view, so that the model learns how far they
can be trusted on new wordings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from goldseam.engine.reply.clause_model import clause_features, manner_features
from goldseam.engine.reply.clauses import clauses
from goldseam.engine.reply.commitments import by_rules
from goldseam.engine.reply_tables import PromiseWords
from goldseam.engine.text.ngrams import Head, TextModel
from goldseam.workshop.load_reply import LANGUAGES, load_reply
from goldseam.workshop.models import others, save, text_model_files
from goldseam.workshop.reply_lines import KINDS, MANNERS, LabelledReply, load_manners, load_replies
from goldseam.workshop.vectors import fit_vectorizer

CLASSES = ("none", *KINDS)
STRENGTH = 20.0


def clause_rows(replies: Iterable[LabelledReply], words: PromiseWords) -> Iterator[tuple[set[str], str, str]]:
    """Features, kind or "none", and origin of every clause."""
    for reply in replies:
        before = None
        for clause in clauses(reply.text, words):
            kinds = [c.kind for c in by_rules(clause, before, None, None, words)] if reply.fresh else []
            end = clause.start + len(clause.text)
            said = next((kind for kind, a, b in reply.wanted if clause.start < b and a < end), "none")
            yield clause_features(clause, before, kinds, words), said, reply.origin
            before = clause


def manner_rows(replies: Iterable[LabelledReply], words: PromiseWords) -> Iterator[tuple[set[str], str, str]]:
    """Features, manner and origin: all clauses of a hurtful wording bear its manner."""
    for reply in replies:
        before = None
        said = reply.wanted[0][0] if reply.wanted else "none"
        for clause in clauses(reply.text, words):
            yield manner_features(clause, before), said, reply.origin
            before = clause


def fit_clauses(
    rows: Iterable[tuple[set[str], str, str]], classes: tuple[str, ...], version: str
) -> TextModel:
    """Fit a clause model. Readings of one line share its weight by their number's root."""
    bags, kinds, origins = zip(*rows, strict=True)
    vectorizer = fit_vectorizer(bags, origins)
    counts = Counter(origins)
    weights = np.array([counts[origin] ** -0.5 for origin in origins])
    model = LogisticRegression(C=STRENGTH, max_iter=400)
    model.fit(vectorizer.matrix(bags), np.array(kinds), sample_weight=weights)
    coefficients = np.zeros((len(classes), len(vectorizer.vocabulary)))
    bias = np.full(len(classes), -20.0)
    for place, kind in enumerate(model.classes_):
        coefficients[classes.index(kind)] = model.coef_[place]
        bias[classes.index(kind)] = model.intercept_[place]
    idf = vectorizer.idf
    table = (coefficients.T * idf[:, None]).astype(np.float32)
    head = Head(classes, 0, len(classes), bias.astype(np.float32))
    return TextModel(version, dict(vectorizer.vocabulary), table, (idf**2).astype(np.float32), {"kind": head})


def train_reply(folder: Path, version: str) -> None:
    """Fit both languages and write `reply-*` and `tone-*` into a folder of models, whose other files stay."""
    words = load_reply(with_model=False).words
    parts = {}
    for language in LANGUAGES:
        promises = words[language].promises
        said = clause_rows(load_replies(language), promises)
        heard = manner_rows(load_manners(language), promises)
        parts[f"reply-{language}"] = text_model_files(fit_clauses(said, CLASSES, version))
        parts[f"tone-{language}"] = text_model_files(fit_clauses(heard, ("none", *MANNERS), version))
    kept, notes = others(folder, tuple(parts))
    save(folder, parts, {**notes, "reply": version}, kept)
