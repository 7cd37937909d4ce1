"""Everything in the database, to one file and back, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from goldseam.core.postgres import DATABASE, USER, binaries, socket_folder
from goldseam.site.environment import Environment


class BackupFailed(RuntimeError):
    """It could not be written or read back; the message is PostgreSQL's."""


def _address(environment: Environment) -> tuple[str, dict[str, str]]:
    """The database's address, and the password apart from it: arguments can be seen by everybody."""
    if not environment.database_url:
        return make_conninfo(
            host=str(socket_folder(environment.home / "postgres")), user=USER, dbname=DATABASE
        ), {}
    parts = conninfo_to_dict(environment.database_url)
    password = parts.pop("password", None)
    return make_conninfo("", **parts), {"PGPASSWORD": str(password)} if password else {}


def backup(environment: Environment, file: Path) -> int:
    """Write a dump, whole or not at all, readable by its owner only; returns its size in bytes."""
    fresh = file.with_name(f".{file.name}.part")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as target:
            _run(environment, "pg_dump", "--format=custom", stdout=target)
            target.flush()
            os.fsync(target.fileno())
        fresh.rename(file)
    finally:
        fresh.unlink(missing_ok=True)
    return file.stat().st_size


def restore(environment: Environment, file: Path) -> None:
    """Replace what is in the database by the dump, all or nothing."""
    if not file.is_file():
        raise BackupFailed(f"There is no file {file}.")
    options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
    _run(environment, "pg_restore", *options, str(file))


def _run(
    environment: Environment, program: str, *arguments: str, stdout: IO[bytes] | int = subprocess.DEVNULL
) -> None:
    address, secret = _address(environment)
    command = [str(binaries() / program), f"--dbname={address}", *arguments]
    done = subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, check=False, env=os.environ | secret
    )
    if done.returncode != 0:
        raise BackupFailed(done.stderr.decode(errors="replace").strip())
