"""A PostgreSQL of one's own: several web and worker processes that share it, and the doctor's word on it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from goldseam.core.postgres import EmbeddedPostgres
from tests.site.tree import Home, Process, free_port, streams, until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """Stands for a server somebody else runs: reached by its address alone."""
    made = EmbeddedPostgres(tmp_path_factory.mktemp("server") / "postgres")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def home(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Home:
    url = f"postgresql://postgres@/postgres?host={server.socket}"
    return Home(tmp_path_factory.mktemp("home"), DATABASE_URL=url)


def test_doctor_names_what_is_missing_then_finds_nothing(home: Home):
    before = home.run("doctor")
    assert before.returncode == 1
    assert "run `goldseam migrate`" in before.stdout
    for command in ("web", "worker"):
        refused = home.run(command)
        assert refused.returncode == 3, command
        assert "run `goldseam migrate` first" in refused.stderr
    migrated = home.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    again = home.run("migrate")
    assert "migrations  up to date" in again.stdout
    after = home.run("doctor")
    assert after.returncode == 0, after.stdout + after.stderr
    for variable in ("GOLDSEAM_PORT", "DATABASE_URL = (set)", "GOLDSEAM_SECRET_KEY = (empty)"):
        assert variable in after.stdout
    assert str(home.environ["DATABASE_URL"]) not in after.stdout


def test_doctor_and_up_name_a_wrong_variable(home: Home):
    wrong = Home(home.folder, GOLDSEAM_PORT="many")
    for command in ("doctor", "up", "web", "worker", "migrate"):
        done = wrong.run(command)
        assert done.returncode != 0, command
        assert "GOLDSEAM_PORT='many': allowed is 1 to 65535" in done.stdout + done.stderr, command
        assert "Traceback" not in done.stdout + done.stderr


def test_a_database_that_is_not_there_is_named(home: Home, tmp_path):
    nowhere = Home(tmp_path, DATABASE_URL=f"postgresql://me:hush@127.0.0.1:{free_port()}/none")
    for command in ("up", "web", "worker", "migrate"):
        done = nowhere.run(command)
        assert done.returncode == 3, command
        assert "DATABASE_URL does not lead to a database" in done.stderr
        assert "hush" not in done.stdout + done.stderr


def test_a_home_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    wrong = Home(tmp_path / "file")
    for command in ("up", "web", "worker", "migrate", "doctor"):
        done = wrong.run(command)
        assert done.returncode != 0, command
        assert "a folder that can be written to" in (done.stdout if command == "doctor" else done.stderr)
        assert "Errno" not in done.stdout + done.stderr


def test_the_made_up_shop_is_refused_in_production_before_anything_is_made(tmp_path):
    done = Home(tmp_path / "home", GOLDSEAM_MODE="production").run("demo")
    assert done.returncode == 2
    assert not (tmp_path / "home" / "postgres").exists()


def job_status(home: Home, job: int) -> object:
    with home.connect() as connection:
        row = connection.execute(
            "SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job]
        ).fetchone()
    return row[0] if row else None


def test_two_webs_and_two_workers_share_the_work(home: Home, server: EmbeddedPostgres):
    other = Home(home.folder, DATABASE_URL=home.environ["DATABASE_URL"])
    processes: list[Process] = []
    try:
        processes = [home.start("web"), other.start("web"), home.start("worker"), home.start("worker")]
        until(home.healthy)
        until(other.healthy)
        sessions = home.sign_in()
        north = sessions["north"]
        with streams(home.url, north["session"]) as (one,), streams(other.url, north["session"]) as (two,):
            home.announce(north["shop"], "conversation-7")
            one.hears("data: conversation-7\n")
            two.hears("data: conversation-7\n")
            server.stop()
            until(lambda: not home.healthy())
            server.start()
            one.hears("event: resync")
            two.hears("event: resync")
            job = int(home.script("from goldseam.core.jobs import tidy; print(tidy.defer(timestamp=0))"))
            until(lambda: job_status(home, job) == "succeeded")
            assert all(process.running for process in processes), "they waited for the database"
            began = time.monotonic()
            for process in processes[:2]:
                process.signal(signal.SIGTERM)
            for process in processes[:2]:
                process.wait()
            assert time.monotonic() - began < 5
    finally:
        for process in processes:
            process.end()


def test_the_first_admin_needs_a_good_password(home: Home):
    for given, said in (
        ("short\n", "too short"),
        ("5839201746\n", "numeric"),
        ("qwertyuiop\n", "too common"),
    ):
        done = home.run("create-admin", "a@example.com", "--password-stdin", given=given)
        assert done.returncode == 2, given
        assert said in done.stderr, done.stderr
    assert (
        home.run("create-admin", "not-an-address", "--password-stdin", given="korrekt-pferd-9\n").returncode
        == 2
    )
    made = home.run("create-admin", "A@example.com", "--password-stdin", given="korrekt-pferd-9\n")
    assert "a@example.com is admin of main" in made.stdout, made.stderr
    again = home.run("create-admin", "a@example.com", "--shop", "second")
    assert "name and password as before" in again.stdout, again.stderr
