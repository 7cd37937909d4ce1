"""Bring the database and the static files to the state this version needs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from goldseam import __version__

_TURN = 7_463_925_110_482_003  # any number that no other program uses as an advisory lock
_NEEDED = ("vendor/tabler.min.css", "vendor/tabler.min.js", "vendor/icons.svg")


class AssetsMissing(RuntimeError):
    """Front-end files from npm were not copied; `make assets` does it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done: migrations applied now, static files there."""

    migrations: int
    files: int


def pending_migrations() -> int:
    """How many migrations the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def missing_assets() -> list[str]:
    """Front-end files that pages need and that are not there."""
    return [name for name in _NEEDED if finders.find(name) is None]


def lacking() -> str:
    """Why web and worker cannot run on this database and home; empty when they can."""
    pending = pending_migrations()
    if pending:
        return f"The database lacks {pending} migrations of this version: run `goldseam migrate` first."
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        return "The static files are not collected in this GOLDSEAM_HOME: run `goldseam migrate` first."
    return ""


def prepare() -> Prepared:
    """Migrate, make the cache table, collect static files. Safe to run at once from several processes."""
    missing = missing_assets()
    if missing:
        raise AssetsMissing(f"Front-end files are missing ({', '.join(missing)}): run `make assets`.")
    with _turn():
        pending = pending_migrations()
        if pending:
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        files = _collect()
    return Prepared(pending, files)


def _collect() -> int:
    """Collect, hash and compress the static files unless they are the ones collected last; their number."""
    sources = sorted(
        (path, storage.path(path)) for finder in finders.get_finders() for path, storage in finder.list([])
    )
    seen = hashlib.sha256(__version__.encode())
    for name, source in sources:
        state = os.stat(source)
        seen.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / "collected"
    if not stamp.exists() or stamp.read_text() != seen.hexdigest():
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(seen.hexdigest())  # last, so that what was cut short is done again
    return len(sources)


@contextmanager
def _turn() -> Iterator[None]:
    """One process at a time, over all machines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_TURN])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_TURN])
