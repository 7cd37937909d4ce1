"""The embedded server against everything that happens to it. Every server here is real, and so are the
kills: whatever was acknowledged must be there afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from goldseam.core import accounts
from goldseam.core.postgres import (
    DATABASE,
    USER,
    EmbeddedPostgres,
    InUse,
    PostgresFailed,
    answers,
    binaries,
    socket_folder,
)
from goldseam.core.processes import is_alive


def connect(server: EmbeddedPostgres) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(host=str(server.socket), user=USER, dbname=DATABASE, autocommit=True)


def count(server: EmbeddedPostgres) -> int:
    with connect(server) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return row[0]


def until(condition, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster with one table, copied for every test: initdb once is enough."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("template") / "postgres")
    server.start()
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    server.stop()
    return server.folder


@pytest.fixture
def server(template: Path, tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    folder = tmp_path / "postgres"
    shutil.copytree(template, folder)
    owner = template.stat()
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, owner.st_uid, owner.st_gid)
    made = EmbeddedPostgres(folder)
    yield made
    made.stop()


def test_it_starts_answers_stops_and_starts_again(server: EmbeddedPostgres):
    server.start()
    with connect(server) as connection:
        connection.execute("INSERT INTO kept VALUES (1)")
    server.stop()
    assert not answers(server.folder)
    server.stop()
    server.start()
    assert count(server) == 1


def test_every_process_killed_loses_nothing_acknowledged(server: EmbeddedPostgres):
    server.start()
    with connect(server) as connection:
        for number in range(200):
            connection.execute("INSERT INTO kept VALUES (%s)", [number])
        assert server.pid is not None
        parent = psutil.Process(server.pid)
        for process in [parent, *parent.children(recursive=True)]:
            process.kill()
        until(lambda: server.pid is None)
    server.revive()
    assert count(server) == 200


def test_a_killed_postmaster_with_busy_backends_comes_back(server: EmbeddedPostgres):
    server.start()
    busy = [connect(server) for _ in range(5)]
    for connection in busy:
        connection.execute("BEGIN")
        connection.execute("INSERT INTO kept VALUES (1)")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: server.pid is None)
    server.revive()
    assert count(server) == 0, "what was not committed is gone"
    for connection in busy:
        connection.close()


def write_pid_file(server: EmbeddedPostgres, pid: int) -> None:
    lines = [
        str(pid),
        str(server.folder),
        "1700000000",
        "5432",
        str(server.socket),
        "",
        "  1234567 0",
        "ready",
    ]
    (server.folder / "postmaster.pid").write_text("\n".join(lines) + "\n")


def test_a_pid_file_of_a_stranger_counts_for_nothing(server: EmbeddedPostgres):
    write_pid_file(server, os.getppid())
    server.start()
    assert count(server) == 0


def test_a_zombie_counts_as_dead(server: EmbeddedPostgres):
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    until(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE)
    assert not is_alive(zombie.pid)
    write_pid_file(server, zombie.pid)
    server.start()
    assert count(server) == 0
    zombie.wait()


def test_an_empty_pid_file_counts_for_nothing(server: EmbeddedPostgres):
    (server.folder / "postmaster.pid").write_text("")
    server.start()
    assert count(server) == 0


def test_a_server_left_over_by_a_killed_parent_is_stopped(server: EmbeddedPostgres):
    owner = accounts.owner_for(server.folder, binaries())
    command = [str(binaries() / "postgres"), "-D", str(server.folder), "-k", str(server.socket), "-h", ""]
    orphan = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd="/", **owner.as_process())
    until(lambda: answers(server.folder))
    server.start()
    orphan.wait(10)
    assert server.pid != orphan.pid
    assert count(server) == 0


def test_a_server_dies_with_its_parent(server: EmbeddedPostgres):
    code = (
        "import sys, time; from pathlib import Path; from goldseam.core.postgres import EmbeddedPostgres\n"
        f"server = EmbeddedPostgres(Path({str(server.folder)!r})); server.start()\n"
        "print(server.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    with pytest.raises(InUse, match="is in use by"):
        EmbeddedPostgres(server.folder).start()
    assert answers(server.folder), "being refused must not disturb the one that runs"
    parent.kill()
    parent.communicate()
    until(lambda: not is_alive(pid))
    server.start()
    assert count(server) == 0


def test_a_long_path_gets_a_short_socket(template: Path, tmp_path: Path):
    folder = tmp_path / ("deep" * 25) / "postgres"
    folder.parent.mkdir()
    assert socket_folder(folder) != folder
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        assert answers(folder)
        assert server.socket.stat().st_mode & 0o077 == 0
    finally:
        server.stop()
        shutil.rmtree(server.socket)


def test_an_interrupted_creation_starts_over(tmp_path: Path):
    half = tmp_path / "postgres.new"
    (half / "base").mkdir(parents=True)
    (tmp_path / "postgres").mkdir()
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    server.stop()
    assert not half.exists()
    assert (server.folder / "PG_VERSION").exists()


def test_other_files_in_the_folder_are_not_touched(tmp_path: Path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis.txt").write_text("mine")
    with pytest.raises(PostgresFailed, match="is not empty"):
        EmbeddedPostgres(tmp_path / "postgres").start()
    assert (tmp_path / "postgres" / "thesis.txt").read_text() == "mine"


def test_another_version_is_refused_with_the_way_out(server: EmbeddedPostgres):
    (server.folder / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresFailed, match="made by PostgreSQL 16"):
        server.start()


def test_a_server_that_cannot_start_shows_its_log(server: EmbeddedPostgres):
    (server.folder / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(PostgresFailed, match="no_such_setting"):
        server.start()
