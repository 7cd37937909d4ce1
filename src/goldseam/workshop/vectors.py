"""From labelled messages to a sparse matrix, with exactly the features that reading uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from goldseam.engine.text.marks import mark, message_features
from goldseam.engine.text.tables import ReadingTables


def features_of(text: str, tables: ReadingTables) -> set[str]:
    """The features of one message as `read` computes them."""
    return message_features(mark(text, tables), text, tables)


@dataclass(frozen=True, slots=True)
class Vectorizer:
    """Vocabulary with inverse document frequencies; rows are length-normalised."""

    vocabulary: dict[str, int]
    idf: NDArray[np.float32]

    def matrix(self, bags: Sequence[Iterable[str]], *, normalise: bool = True) -> csr_matrix:
        """One row per bag of features, tf-idf with binary counts, Euclidean length 1 unless told not to."""
        indices: list[int] = []
        starts = [0]
        get = self.vocabulary.get
        for bag in bags:
            indices.extend(sorted(row for name in bag if (row := get(name)) is not None))
            starts.append(len(indices))
        columns = np.array(indices, dtype=np.int32)
        values = self.idf[columns]
        matrix = csr_matrix((values, columns, np.array(starts)), shape=(len(bags), len(self.vocabulary)))
        if not normalise:
            return matrix
        lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        matrix.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(matrix.indptr)).astype(
            np.float32
        )
        return matrix


def fit_vectorizer(
    bags: Sequence[set[str]], groups: Sequence[str], at_least: int = 2, limit: int = 120_000
) -> Vectorizer:
    """Keep features that at least `at_least` groups (lines before expansion) hold, the most frequent
    `limit` of them."""
    counts: Counter[str] = Counter()
    merged: dict[str, set[str]] = {}
    for bag, group in zip(bags, groups, strict=True):
        merged.setdefault(group, set()).update(bag)
    for bag in merged.values():
        counts.update(bag)
    kept = sorted(
        (name for name, count in counts.items() if count >= at_least), key=lambda n: (-counts[n], n)
    )
    vocabulary = {name: row for row, name in enumerate(sorted(kept[:limit]))}
    total = len(merged)
    idf = np.array([np.log((1 + total) / (1 + counts[name])) + 1.0 for name in vocabulary], dtype=np.float32)
    return Vectorizer(vocabulary, idf)
