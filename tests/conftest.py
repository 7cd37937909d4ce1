"""Tests run on a real PostgreSQL: DATABASE_URL when it is given, else an embedded one of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from goldseam.core.postgres import EmbeddedPostgres
from tests.settings import HOME

if TYPE_CHECKING:
    from goldseam.people.models import Shop

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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Before the test database is dropped, end what still listens to it: a browser's stream that closes
    slowly on a busy machine would keep it from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _no_job_outlives_its_test(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The queue's tables belong to procrastinate, so Django's flush after a test that commits leaves them as
    they are: the next test would find jobs that are not its own."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    if commits or "transactional_db" in request.fixturenames:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture(scope="module")
def _porcelain_stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """The porcelain shop's number, built once for a module in a transaction that is taken back at its end.
    Not for modules whose tests commit."""
    from tests.journeys.shop import build_shop

    with django_db_blocker.unblock(), transaction.atomic():
        yield build_shop().pk
        transaction.set_rollback(True)


@pytest.fixture
def porcelain(_porcelain_stage: int, db: None) -> Shop:
    """The porcelain shop with its conversations as they were told; what a test does is undone after it."""
    from goldseam.people.models import Shop

    cache.clear()  # what an earlier test made it remember of the same shop was undone
    return Shop.objects.get(pk=_porcelain_stage)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(HOME, ignore_errors=True)
