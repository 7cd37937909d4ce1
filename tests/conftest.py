"""Tests run on a real PostgreSQL: DATABASE_URL when it is given, else an embedded one of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

from goldseam.core.postgres import EmbeddedPostgres
from tests.settings import HOME

# The same examples every time: a run says what a change did, not what chance did. A wider search is
# `pytest --hypothesis-profile=wide`.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("wide", deadline=None, max_examples=2_000)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Start the embedded server before the test database is made."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    server = EmbeddedPostgres(HOME / "postgres", durable=False)
    server.start()
    yield
    server.stop()


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(HOME, ignore_errors=True)
