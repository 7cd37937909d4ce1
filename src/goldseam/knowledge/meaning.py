"""The model of meaning that this site uses: an endpoint when one is set up, else the installed package, else
none. An endpoint that is away costs one short wait; then search goes by words alone for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import structlog
from django.conf import settings
from numpy.typing import NDArray

from goldseam.engine.wording.mask import masking
from goldseam.workshop.load_wording import load_masking
from goldseam.workshop.vectors_endpoint import EncoderAway, EndpointEncoder
from goldseam.workshop.vectors_sentence import Encoder, sentence_encoder

Floats = NDArray[np.float32]
_REST_SECONDS = 30.0
_away: dict[str, float] = {}


def encoder() -> Encoder | None:
    """The model; None when there is none, or when its endpoint is away."""
    given = settings.ENVIRONMENT
    if not given.embed_url:
        return sentence_encoder()
    if time.monotonic() < _away.get(given.embed_url, 0.0):
        return None
    try:
        return _endpoint(given.embed_url, given.embed_key, given.embed_model)
    except EncoderAway as error:
        _rest(error)
        return None


def load_early() -> threading.Thread:
    """Load the installed model in the background, so that nobody's question waits for it. Where that fails
    the log says so, and the next question tries again."""
    thread = threading.Thread(target=_load, name="meaning", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    try:
        model = None if is_remote() else sentence_encoder()
        if model is not None:
            model.load()
    except Exception:  # noqa: BLE001 - the outermost of the thread: a start must not fail of it
        structlog.get_logger().warning("meaning.not_loaded", exc_info=True)


def is_remote() -> bool:
    """Whether vectors come from an endpoint."""
    return bool(settings.ENVIRONMENT.embed_url)


def question_vector(text: str) -> Floats | None:
    """The vector of a question, without what is personal when it leaves the house; None when it must go by
    words alone."""
    model = encoder()
    if model is None:
        return None
    try:
        return model.question(_leaving(text))
    except EncoderAway as error:
        _rest(error)
        return None


def text_vectors(texts: Sequence[str]) -> Floats | None:
    """One row for each text; None as above."""
    model = encoder()
    if model is None:
        return None
    try:
        return model.texts([_leaving(text) for text in texts])
    except EncoderAway as error:
        _rest(error)
        return None


@lru_cache(maxsize=2)
def _endpoint(url: str, key: str, model: str) -> EndpointEncoder:
    return EndpointEncoder(url, key, model)


def _leaving(text: str) -> str:
    return masking(load_masking(), {}).mask(text) if settings.ENVIRONMENT.embed_url else text


def _rest(error: EncoderAway) -> None:
    _away[settings.ENVIRONMENT.embed_url] = time.monotonic() + _REST_SECONDS
    structlog.get_logger().warning("meaning.away", error=str(error))
