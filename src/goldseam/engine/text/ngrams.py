"""Text as a bag of n-grams, and linear models over it.

Scripts without word spaces give character 1- to 3-grams; words written with letters and digits give
themselves, their first four letters, word pairs (also with one or two words between) and triples, and
the 3- and 4-grams of their characters. The same features
serve training (`goldseam.workshop`) and reading, so a model never sees text differently here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

_WORD = re.compile(r"[a-z0-9\u00c0-\u024f\u0400-\u04ff][a-z0-9'\u00c0-\u024f\u0400-\u04ff]*")
_SPACES = re.compile(r"\s+")
_HEAD, _TAIL = 2400, 800
_MAX_WORD = 24


def _stand_in(found: re.Match[str]) -> str:
    return "0" if found.group().isdigit() else "w"


def features(folded: str, marks: Iterable[str] = (), again: str = "") -> set[str]:
    """All n-grams of a folded text and the given marks, and the characters' of the same said `again` in
    other words. Of very long texts only the beginning and the end are taken, which bounds the time."""
    folded = _ends(folded)
    words = _WORD.findall(folded)
    found: set[str] = set(marks)
    if not folded.isascii():
        _characters(folded, found)
    if again:
        _characters(_ends(again), found)
    if words:
        _words(words, found)
    return found


def _ends(text: str) -> str:
    return text if len(text) <= _HEAD + _TAIL else text[:_HEAD] + "\n" + text[-_TAIL:]


def _characters(folded: str, found: set[str]) -> None:
    plain = _SPACES.sub(" ", _WORD.sub(_stand_in, folded)).strip()
    if plain.isascii():
        return
    text = "^" + plain + "$"
    add = found.update
    size = len(text)
    add(plain)
    add([text[i : i + 2] for i in range(size - 1)])
    add([text[i : i + 3] for i in range(size - 2)])


def _words(words: list[str], found: set[str]) -> None:
    names = [" " + ("0" if len(w) > 5 and w.isdigit() else w[:_MAX_WORD]) for w in words]
    found.update(names)
    found.update(map("".join, pairwise(names)))
    found.update(map("".join, zip(names, names[1:], names[2:], strict=False)))
    found.update([f"{first} _{second}" for first, second in zip(names, names[2:], strict=False)])
    found.update([f"{first} _{second}" for first, second in zip(names, names[3:], strict=False)])
    found.update([name[:5] + "*" for name in names])
    for word in words:
        if 3 < len(word) <= _MAX_WORD and not word.isdigit():
            text = "<" + word + ">"
            found.update([text[i : i + 3] for i in range(len(text) - 2)])
            found.update([text[i : i + 4] for i in range(len(text) - 3)])


@dataclass(frozen=True, slots=True)
class Head:
    """One question a model answers: its classes, its columns `start…stop`, the bias of each and the
    temperature that calibrates the probabilities (Guo et al. 2017)."""

    classes: tuple[str, ...]
    start: int
    stop: int
    bias: Vector
    temperature: float = 1.0


@dataclass(frozen=True, slots=True)
class TextModel:
    """A linear model on n-grams: one row of `weights` per feature (inverse document frequency is
    already in it), `norms` holds the squared idf for the length normalisation. `vocabulary` stands in the
    order of the rows; `words` are its features by row."""

    version: str
    vocabulary: dict[str, int]
    weights: Vector
    norms: Vector
    heads: Mapping[str, Head]
    words: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple(self.vocabulary))


def known(model: TextModel, found: Iterable[str]) -> list[int]:
    """Row numbers of the features that the model knows, in a fixed order."""
    rows = map(model.vocabulary.get, found)
    return sorted([row for row in rows if row is not None])


def raw_scores(model: TextModel, rows: list[int]) -> Vector:
    """Scores of all heads' columns without bias; zeros for a text of unknown features."""
    if not rows:
        return np.zeros(model.weights.shape[1], dtype=np.float32)
    picked = np.array(rows)
    total: Vector = np.add.reduce(model.weights.take(picked, axis=0), axis=0)
    scale = float(np.add.reduce(model.norms.take(picked))) ** 0.5
    result: Vector = total / np.float32(scale or 1.0)
    return result


def raw_rows(model: TextModel, texts: Iterable[list[int]]) -> Vector:
    """The raw scores of several texts, a row each."""
    return np.array([raw_scores(model, rows) for rows in texts])


def softmax(logits: Vector) -> Vector:
    """Probabilities that sum to 1, in each row."""
    shifted: Vector = np.exp(logits - np.maximum.reduce(logits, axis=-1, keepdims=True))
    total: Vector = np.add.reduce(shifted, axis=-1, keepdims=True)
    return shifted / total


def contributions(model: TextModel, head: Head, column: int, rows: list[int]) -> list[tuple[str, float]]:
    """How much each feature speaks for one class against the mean of all, strongest first."""
    if not rows:
        return []
    block = model.weights.take(rows, axis=0)[:, head.start : head.stop]
    lead = block[:, column] - np.add.reduce(block, axis=1) / np.float32(block.shape[1])
    return _speaking(model, rows, lead)


def strongest(model: TextModel, column: int, rows: list[int]) -> list[str]:
    """The features that speak for one column, strongest first."""
    return [name for name, _ in _speaking(model, rows, model.weights[rows, column])] if rows else []


def _speaking(model: TextModel, rows: list[int], values: Vector) -> list[tuple[str, float]]:
    """Features with what they add, those that add something, most first."""
    words = model.words
    found = [(-value, words[row]) for row, value in zip(rows, values.tolist(), strict=True) if value > 0]
    return [(name, -value) for value, name in sorted(found)]
