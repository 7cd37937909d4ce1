"""A real `goldseam up` (or web, or worker) to be watched, signed in to, and killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import psutil
import psycopg

from goldseam.core.postgres import DATABASE, USER, socket_folder
from goldseam.core.stream import CHANNEL

PATIENT = 240.0
"""Seconds a test waits, at most, for what takes long on a busy machine: a start with all migrations."""

SIGN_IN = """
import json
from decimal import Decimal
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from goldseam.people.actions import add_person, create_shop
from goldseam.people.queries import Role

found = {}
for slug in ("north", "south"):
    shop = create_shop(slug, slug.title(), actor="test")
    agent = add_person(
        shop, f"{slug}@example.com", slug, "long-enough-1", role=Role.AGENT, limit=Decimal(0), actor="test"
    )
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    found[slug] = {"shop": shop.pk, "session": session.session_key}
print(json.dumps(found))
"""


def until(condition: Callable[[], object], seconds: float = PATIENT) -> None:
    """Wait for something to become true; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Home:
    """A GOLDSEAM_HOME with a port, and what can be started on it."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("GOLDSEAM_")}
        self.environ |= {"GOLDSEAM_HOME": str(folder), "GOLDSEAM_PORT": str(self.port)} | variables
        self.environ["DJANGO_SETTINGS_MODULE"] = "goldseam.site.settings"

    def start(self, *arguments: str) -> Process:
        return Process([sys.executable, "-m", "goldseam.site.cli", *arguments], self.environ)

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "goldseam.site.cli", *arguments]
        return subprocess.run(
            command,
            env=self.environ,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENT,
        )

    def script(self, code: str) -> str:
        """Run code inside Django; the database must be running."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django\ndjango.setup()\n{code}"],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENT,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sign_in(self) -> dict[str, dict[str, str | int]]:
        """Two shops with one agent each; the sessions' keys."""
        return dict(json.loads(self.script(SIGN_IN)))

    def healthy(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        if url := self.environ.get("DATABASE_URL"):
            return psycopg.connect(url, autocommit=True)
        host = str(socket_folder(self.folder / "postgres"))
        return psycopg.connect(host=host, user=USER, dbname=DATABASE, autocommit=True)

    def announce(self, shop: object, name: str) -> None:
        with self.connect() as connection:
            connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps([shop, name])])


class Process:
    """A started command whose output is collected."""

    def __init__(self, command: list[str], environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.pid = self._process.pid
        self.lines: list[str] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        self.lines.extend(iter(self._process.stdout.readline, ""))

    @property
    def output(self) -> str:
        return "".join(self.lines)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def says(self, text: str, seconds: float = PATIENT) -> None:
        """Wait for a text in the output."""
        end = time.monotonic() + seconds
        while text not in self.output:
            assert self._process.poll() is None, self.output
            assert time.monotonic() < end, self.output
            time.sleep(0.05)

    def children(self, name: str) -> list[psutil.Process]:
        """Direct children by a word of their command line."""
        assert self.running, self.output
        found = []
        for child in psutil.Process(self.pid).children():
            if child.status() != psutil.STATUS_ZOMBIE and name in " ".join(child.cmdline()):
                found.append(child)
        return found

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float = PATIENT) -> int:
        code = self._process.wait(seconds)
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.wait(5)


class Stream:
    """A live stream that is read in the background, as a browser does."""

    def __init__(self, response: httpx.Response) -> None:
        self.text = ""
        self.done = False
        self._thread = Thread(target=self._read, args=(response,), daemon=True)
        self._thread.start()

    def _read(self, response: httpx.Response) -> None:
        try:
            for part in response.iter_text():
                self.text += part
        except httpx.HTTPError:
            pass
        finally:
            self.done = True

    def hears(self, text: str, seconds: float = PATIENT) -> None:
        until(lambda: text in self.text, seconds)


@contextmanager
def streams(url: str, session: object, number: int = 1) -> Iterator[list[Stream]]:
    """So many open streams of one signed-in person."""
    limits = httpx.Limits(max_connections=None)
    with httpx.Client(timeout=None, trust_env=False, limits=limits) as client:
        found, responses = [], []
        for _ in range(number):
            request = client.build_request("GET", f"{url}/live/", headers={"cookie": f"sessionid={session}"})
            response = client.send(request, stream=True)
            assert response.status_code == 200, response.status_code
            responses.append(response)
            found.append(Stream(response))
        for stream in found:
            stream.hears("event: ready")
        yield found
        for response in responses:
            response.close()
