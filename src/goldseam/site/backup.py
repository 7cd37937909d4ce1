"""Everything to one file and back: the database (with PostgreSQL's own programs) and the attachments."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from goldseam.core.postgres import DATABASE, USER, binaries, socket_folder
from goldseam.site.environment import Environment

_DUMP, _FILES = "database.dump", "files"


class BackupFailed(RuntimeError):
    """It could not be written or read back; the message says why."""


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
    """Write everything, whole or not at all, readable by its owner only; returns its size in bytes.

    A tar of the database's dump and the attachments. Attachments are kept by content and only ever added
    (a sweep spares what is young), so all that the dump names is there when it is copied after the dump."""
    if not file.parent.is_dir():
        raise BackupFailed(f"There is no folder {file.parent}; make it, or name another place.")
    if file.is_dir():
        raise BackupFailed(f"{file} is a folder; name a file in it for the backup.")
    fresh = file.with_name(f".{file.name}.part")
    dump = file.with_name(f".{file.name}.dump")
    try:
        with _private(dump) as target:
            _run(environment, "pg_dump", "--format=custom", stdout=target)
        with _private(fresh) as target:
            with tarfile.open(fileobj=target, mode="w") as archive:
                archive.add(dump, _DUMP)
                for path in sorted(environment.files_folder.glob("??/??/[0-9a-f]*")):
                    archive.add(path, f"{_FILES}/{path.relative_to(environment.files_folder)}")
            target.flush()
            os.fsync(target.fileno())
        fresh.rename(file)
    finally:
        fresh.unlink(missing_ok=True)
        dump.unlink(missing_ok=True)
    return file.stat().st_size


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def restore(environment: Environment, file: Path) -> None:
    """Replace what is in the database by the backup, all or nothing, and add its attachments to those that
    are there. Dumps of the database alone, as earlier versions wrote them, are taken too."""
    if not file.is_file():
        raise BackupFailed(f"There is no file {file}.")
    if not tarfile.is_tarfile(file):
        _restore_database(environment, file)
        return
    try:
        with tempfile.TemporaryDirectory(prefix="goldseam-restore-", dir=environment.home) as folder:
            with tarfile.open(file) as archive:
                archive.extractall(folder, filter="data")
            _restore_files(Path(folder) / _FILES, environment.files_folder)
            _restore_database(environment, Path(folder) / _DUMP)
    except (tarfile.TarError, KeyError) as error:
        raise BackupFailed(f"{file} is no whole backup: {error}") from error


def _restore_files(source: Path, target: Path) -> None:
    for path in source.glob("??/??/[0-9a-f]*"):
        place = target / path.relative_to(source)
        if not place.exists():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(path, place)


def _restore_database(environment: Environment, dump: Path) -> None:
    options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
    _run(environment, "pg_restore", *options, str(dump))


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
