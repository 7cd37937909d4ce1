"""`goldseam up` as a whole: it serves, comes back after kills, refuses clearly and stops in time."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator

import httpx
import psutil
import pytest

from goldseam.core.postgres import EmbeddedPostgres
from goldseam.core.processes import is_alive
from tests.site.tree import Home, Process, streams, until

Sessions = dict[str, dict[str, str | int]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("up"))


@pytest.fixture(scope="module")
def up(home: Home) -> Iterator[Process]:
    process = home.start("up")
    process.says("ready ")
    yield process
    process.end()


@pytest.fixture(scope="module")
def sessions(home: Home, up: Process) -> Sessions:
    return home.sign_in()


def remember(home: Home, text: str) -> None:
    with home.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (text text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [text])


def remembered(home: Home, text: str) -> bool:
    with home.connect() as connection:
        return bool(connection.execute("SELECT 1 FROM kept WHERE text = %s", [text]).fetchone())


def test_it_says_what_it_did_and_serves(home: Home, up: Process):
    for topic in ("goldseam", "home", "database", "migrations", "static", "web", "worker", "ready"):
        assert f"\n{topic} " in f"\n{up.output}"
    health = httpx.get(f"{home.url}/healthz", trust_env=False)
    assert health.json() == {"database": True, "live": True, "streams": 0}


def test_static_files_are_compressed_and_kept_by_browsers(home: Home, up: Process):
    manifest = (home.folder / "static" / "staticfiles.json").read_text()
    hashed = next(
        part for part in manifest.split('"') if part.startswith("vendor/tabler.min.") and part.count(".") == 3
    )
    found = httpx.get(f"{home.url}/static/{hashed}", trust_env=False, headers={"accept-encoding": "gzip"})
    assert found.status_code == 200
    assert found.headers["content-encoding"] == "gzip"
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["content-type"].startswith("text/css")
    again = httpx.get(
        f"{home.url}/static/{hashed}",
        trust_env=False,
        headers={"if-modified-since": found.headers["last-modified"]},
    )
    assert again.status_code == 304
    for path in ("/static/nothing.css", "/static/../secret_key", "/static/%2e%2e/secret_key"):
        assert httpx.get(f"{home.url}{path}", trust_env=False).status_code == 404


def test_streams_carry_the_names_of_their_own_shop_only(home: Home, sessions: Sessions):
    assert httpx.get(f"{home.url}/live/", trust_env=False).status_code == 401
    forged = {"cookie": "sessionid=0123456789abcdefghijklmnopqrstuv"}
    assert httpx.get(f"{home.url}/live/", trust_env=False, headers=forged).status_code == 401
    with (
        streams(home.url, sessions["north"]["session"]) as (north,),
        streams(home.url, sessions["south"]["session"]) as (south,),
    ):
        home.announce(sessions["north"]["shop"], "conversation-1")
        home.announce(sessions["south"]["shop"], "conversation-2")
        north.hears("data: conversation-1\n")
        south.hears("data: conversation-2\n")
        assert "conversation-2" not in north.text
        assert "conversation-1" not in south.text


def test_a_killed_database_comes_back_and_streams_resync(home: Home, up: Process, sessions: Sessions):
    remember(home, "before the kill")
    with streams(home.url, sessions["north"]["session"]) as (stream,):
        (postmaster,) = up.children("postgres")
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.kill()
        stream.hears("event: resync")
        until(home.healthy)
        home.announce(sessions["north"]["shop"], "conversation-3")
        stream.hears("data: conversation-3\n")
    assert remembered(home, "before the kill")


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_killed_child_is_started_again(home: Home, up: Process, name: str):
    (child,) = up.children(f"goldseam.site.cli {name}")
    child.kill()
    until(lambda: [fresh for fresh in up.children(f"goldseam.site.cli {name}") if fresh.pid != child.pid])
    until(home.healthy)
    assert f"{name:<11} ended with code -9; starting it again" in up.output


def test_a_second_one_on_the_same_home_is_told_who_has_it(home: Home, up: Process):
    second = home.run("up")
    assert second.returncode == 3
    assert f"(pid {up.pid})" in second.stderr
    assert "GOLDSEAM_HOME" in second.stderr
    assert home.healthy()


def test_a_taken_port_is_named(home: Home, up: Process, tmp_path):
    other = Home(tmp_path / "other")
    other.environ["GOLDSEAM_PORT"] = str(home.port)
    refused = other.run("up")
    assert refused.returncode == 1
    assert f"port {home.port}" in refused.stderr
    assert "GOLDSEAM_PORT" in refused.stderr
    assert not (tmp_path / "other" / "postgres").exists(), "no database without a door"


def test_doctor_knows_whose_port_it_is(home: Home, up: Process):
    assert f"Goldseam runs on {home.url}" in home.run("doctor").stdout
    other = Home(home.folder / "other")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        other.environ["GOLDSEAM_PORT"] = str(taken.getsockname()[1])
        found = other.run("doctor")
    assert found.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {other.environ['GOLDSEAM_PORT']}" in found.stdout


def test_a_backup_into_a_missing_folder_says_so(home: Home, up: Process):
    refused = home.run("backup", str(home.folder / "nowhere" / "dump"))
    assert refused.returncode == 1
    assert f"There is no folder {home.folder / 'nowhere'}" in refused.stderr
    assert "Errno" not in refused.stderr
    folder = home.run("backup", str(home.folder))
    assert "is a folder; name a file in it" in folder.stderr


def test_commands_share_the_running_database(home: Home, up: Process):
    done = home.run(
        "create-admin", "boss@example.com", "--shop", "north", "--password-stdin", given="korrekt-pferd-9\n"
    )
    assert done.returncode == 0, done.stderr
    assert "boss@example.com is admin of North" in done.stdout
    assert home.healthy()


def test_a_backup_is_taken_while_it_runs_and_a_restore_is_refused(home: Home, up: Process):
    remember(home, "in the backup")
    done = home.run("backup", str(home.folder / "dump"))
    assert done.returncode == 0, done.stderr
    assert (home.folder / "dump").stat().st_mode & 0o077 == 0
    remember(home, "after the backup")
    refused = home.run("restore", "--yes", str(home.folder / "dump"))
    assert refused.returncode == 3
    assert f"(pid {up.pid})" in refused.stderr
    assert remembered(home, "after the backup")


def test_it_stops_within_five_seconds_with_open_streams(home: Home, up: Process, sessions: Sessions):
    remember(home, "before the stop")
    family = psutil.Process(up.pid).children(recursive=True)
    with streams(home.url, sessions["north"]["session"], 20) as opened:
        began = time.monotonic()
        up.signal(signal.SIGTERM)
        assert up.wait() == 0
        assert time.monotonic() - began < 5
        until(lambda: all(stream.done for stream in opened))
    assert "everything is saved" in up.output
    assert not [process for process in family if process.is_running()]


def test_nothing_acknowledged_is_lost_when_everything_is_killed_at_once(home: Home):
    first = home.start("up")
    first.says("ready ")
    assert remembered(home, "before the stop")
    remember(home, "before the great kill")
    family = psutil.Process(first.pid).children(recursive=True)
    os.kill(first.pid, signal.SIGKILL)
    for process in family:
        if process.is_running():
            process.kill()
    first.wait()
    second = home.start("up")
    second.says("ready ")
    assert remembered(home, "before the great kill")
    remember(home, "before its parent dies")
    family = psutil.Process(second.pid).children(recursive=True)
    second.signal(signal.SIGKILL)
    second.wait()
    until(lambda: not any(is_alive(process.pid) for process in family), 10)
    third = home.start("up")
    third.says("ready ")
    assert remembered(home, "before its parent dies")
    third.signal(signal.SIGINT)
    assert third.wait() == 0


@pytest.mark.parametrize("moment", ["home ", "database ", "migrations ", "static "])
def test_a_signal_during_the_start_is_obeyed(home: Home, moment: str):
    process = home.start("up")
    process.says(moment)
    began = time.monotonic()
    process.signal(signal.SIGINT)
    process.wait()
    assert time.monotonic() - began < 5
    assert not (home.folder / "postgres" / "postmaster.pid").exists()


def test_a_restore_brings_back_what_was_in_the_backup_and_nothing_else(home: Home):
    broken = home.folder / "broken"
    broken.write_bytes((home.folder / "dump").read_bytes()[:5000])
    assert home.run("restore", "--yes", str(broken)).returncode == 1
    assert home.run("restore", "--yes", str(home.folder / "nothing")).returncode == 1
    server = EmbeddedPostgres(home.folder / "postgres")
    server.start()
    assert remembered(home, "after the backup"), "a restore that fails changes nothing"
    server.stop()
    done = home.run("restore", "--yes", str(home.folder / "dump"))
    assert done.returncode == 0, done.stderr
    server.start()
    try:
        assert remembered(home, "in the backup")
        assert not remembered(home, "after the backup")
    finally:
        server.stop()
