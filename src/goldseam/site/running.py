"""What every command that touches the site needs: checked settings, a running database, Django."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import psycopg
import typer

from goldseam.core.postgres import EmbeddedPostgres, InUse, PostgresFailed, answers
from goldseam.site.environment import Environment, WrongEnvironment, read_environment

WRONG_SETTINGS = 2
NO_DATABASE = 3
MIN_POSTGRES = 160_000
_PATIENCE = 30.0


def say(topic: str, text: str) -> None:
    """One line for the person who started the command."""
    typer.echo(f"{topic:<11} {text}")
    sys.stdout.flush()


def fail(text: str, code: int) -> NoReturn:
    """End the command with an explanation on standard error."""
    typer.echo(text, err=True)
    raise typer.Exit(code)


def checked_environment() -> Environment:
    """The settings, or the end of the command with every wrong variable named."""
    try:
        return read_environment()
    except WrongEnvironment as error:
        fail(f"The environment is wrong:\n{error}\n`goldseam doctor` explains each variable.", WRONG_SETTINGS)


def check_home(environment: Environment) -> None:
    """End the command unless the home can be written to; it is made when it is missing."""
    home = environment.home
    reason = "not writable"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        reason = "not a folder"
    except OSError as error:
        reason = f"cannot be made ({error.strerror})"
    else:
        if os.access(home, os.W_OK | os.X_OK):
            return
    fail(f"GOLDSEAM_HOME='{home}': {reason}; allowed is a folder that can be written to", WRONG_SETTINGS)


def setup_django() -> None:
    """Make models and settings usable in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldseam.site.settings")
    import django

    django.setup()


@contextmanager
def database(environment: Environment, *, alone: bool = False) -> Iterator[None]:
    """A database that answers, for as long as a command runs.

    The embedded server is shared with a running `goldseam up`; without one it is started for the time
    being and stopped afterwards; with `alone` sharing is refused. Ends the command when there is none to
    be had."""
    if environment.database_url:
        check_database_url(environment)
        yield
        return
    check_home(environment)
    server = _own_server(environment, alone=alone)
    try:
        yield
    finally:
        if server is not None:
            server.stop()


def _own_server(environment: Environment, *, alone: bool) -> EmbeddedPostgres | None:
    """The embedded server, started by us; None when another process of ours runs it."""
    server = EmbeddedPostgres(environment.home / "postgres")
    try:
        server.start()
    except InUse as error:
        if alone:
            fail(f"{error} Stop it first.", NO_DATABASE)
        until = time.monotonic() + _PATIENCE
        while not answers(server.folder):
            if time.monotonic() > until:
                fail(f"{error} But its database does not answer.", NO_DATABASE)
            time.sleep(0.1)
        return None
    except (PostgresFailed, OSError) as error:
        fail(str(error), NO_DATABASE)
    return server


def check_database_url(environment: Environment) -> None:
    """End the command unless DATABASE_URL answers a query and is new enough."""
    try:
        with psycopg.connect(environment.database_url, connect_timeout=10) as connection:
            connection.execute("SELECT 1")
            version = connection.info.server_version
    except psycopg.Error as error:
        fail(f"DATABASE_URL does not lead to a database: {str(error).strip()}", NO_DATABASE)
    if version < MIN_POSTGRES:
        found, needed = version // 10_000, MIN_POSTGRES // 10_000
        fail(f"DATABASE_URL leads to a PostgreSQL {found}; {needed} or newer is needed.", NO_DATABASE)
