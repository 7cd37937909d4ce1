"""Inner products of one question with many sentence vectors, fast on one core."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SMALL = 4000
"""Up to so many vectors every product is exact."""
_COARSE = 128
_EXACT = 600
_SAMPLE = 8000


class VectorSet:
    """Rows of Euclidean length 1. Among many rows the products are first taken along the directions that
    hold most of the rows' length (the leading eigenvectors of their second moments), and then exactly for
    the nearest; time goes mostly into reading memory, of which this needs a quarter."""

    def __init__(self, rows: Floats, *, small: int = _SMALL) -> None:
        self._rows = np.ascontiguousarray(rows, dtype=np.float32)
        self._axes: Floats | None = None
        if len(rows) > small and rows.shape[1] > _COARSE:
            sample = self._rows[:: max(1, len(rows) // _SAMPLE)]
            _, vectors = np.linalg.eigh((sample.T @ sample).astype(np.float64))
            self._axes = np.ascontiguousarray(vectors[:, -_COARSE:], dtype=np.float32)
            self._coarse = np.ascontiguousarray(self._rows @ self._axes)

    def exact(self, vector: Floats, rows: slice) -> Floats:
        """The products of some of the rows."""
        return np.asarray(self._rows[rows] @ vector, dtype=np.float32)

    def products(self, vector: Floats) -> Floats:
        """One product per row; exact for the nearest rows, close for the others."""
        if self._axes is None:
            return np.asarray(self._rows @ vector, dtype=np.float32)
        found = self._coarse @ (vector @ self._axes)
        near = np.argpartition(found, len(found) - _EXACT)[-_EXACT:]
        found[near] = self._rows[near] @ vector
        return np.asarray(found, dtype=np.float32)
