"""`goldseam up`: PostgreSQL, web and worker as one process tree.

The parent only starts, watches and stops: it never loads Django. Children live in process groups of their
own, so that Ctrl+C reaches the parent alone, which stops them in order; the kernel ends them when the parent
dies without a word."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from types import FrameType

from goldseam import __version__
from goldseam.core.postgres import EmbeddedPostgres, PostgresFailed
from goldseam.core.processes import die_with_parent
from goldseam.site.environment import Environment
from goldseam.site.running import check_database_url, check_home, say
from goldseam.site.web import listen

_TICK = 0.1
_STOP_SECONDS = 2.5
_POSTGRES_STOP_SECONDS = 1.0
_STEADY_SECONDS = 30.0
_LONGEST_PAUSE = 10.0
_READY_SECONDS = 120
_TRIES_BEFORE_READY = 3


class Stop(BaseException):
    """Somebody asked the whole tree to end; raised by the signal handler."""


class NotStarted(RuntimeError):
    """The site did not come up; the children have said why."""


def command(*arguments: str) -> list[str]:
    """How this program starts itself with another command."""
    return [sys.executable, "-m", "goldseam.site.cli", *arguments]


@dataclass
class Child:
    """A process that is started again when it ends."""

    name: str
    arguments: list[str]
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)

    def start(self) -> None:
        """Start it now."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.arguments,
            stdin=subprocess.DEVNULL,
            pass_fds=self.descriptors,
            process_group=0,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )

    def ended(self) -> int | None:
        """Its exit code if it has ended since it was last asked, with the time of its next start set."""
        if self.process is None or self.process.poll() is None:
            return None
        code, self.process = self.process.returncode, None
        steady = time.monotonic() - self.started > _STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        self.due = time.monotonic() + min(0.2 * 2**self.failures, _LONGEST_PAUSE)
        return code


class Supervisor:
    """The parent of the tree."""

    def __init__(self, environment: Environment, loader: list[str] | None = None) -> None:
        """`loader` is a command to run once between the migrations and the start of the web server."""
        self._environment = environment
        self._loader = loader
        self._postgres: EmbeddedPostgres | None = None
        self._listener: socket.socket | None = None
        self._children: list[Child] = []
        self._ready = False
        self._asked = False

    def run(self) -> None:
        """Bring everything up and keep it up until a signal asks to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self._start()
            self._watch()
        except Stop:
            say("stopping", "web, worker, database")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self._stop()
        say("stopped", "everything is saved")

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        raise Stop

    def _pause(self) -> None:
        """Wait a moment. What a signal handler raises is lost when the signal falls into a callback of the
        interpreter (at a fork, for one), so whether somebody asked is looked up here as well."""
        if self._asked:
            raise Stop
        time.sleep(_TICK)

    def _start(self) -> None:
        began = time.monotonic()
        environment = self._environment
        say("goldseam", f"{__version__}, {environment.mode} mode")
        say("home", str(environment.home))
        if environment.database_url:
            check_database_url(environment)
            say("database", "DATABASE_URL answers")
        else:
            check_home(environment)
            self._postgres = EmbeddedPostgres(environment.home / "postgres")
            self._postgres.reserve()
        self._listener = listen(environment)  # before a database is started that nobody could reach
        if self._postgres is not None:
            self._postgres.start()
            say("database", f"embedded PostgreSQL, pid {self._postgres.pid}")
        self._once(command("migrate"))
        if self._loader:
            self._once(self._loader)
        number = self._listener.fileno()
        for index in range(environment.web_processes):
            name = f"web {index + 1}" if environment.web_processes > 1 else "web"
            self._children.append(Child(name, command("web", "--listener", str(number)), (number,)))
        self._children.append(Child("worker", command("worker")))
        for child in self._children:
            child.start()
        self._await_health()
        say("worker", f"{environment.worker_threads} jobs at a time")
        say("ready", f"{environment.url} after {time.monotonic() - began:.1f} s (Ctrl+C stops)")

    def _once(self, arguments: list[str]) -> None:
        """Run a command to its end; the tree does not start without it."""
        child = Child("", arguments)
        self._children.append(child)
        child.start()
        while child.process is not None and child.process.poll() is None:
            self._pause()
        if child.process is not None and child.process.returncode != 0:
            raise NotStarted(f"`goldseam {arguments[3]}` failed, see above.")
        self._children.remove(child)

    def _await_health(self) -> None:
        until = time.monotonic() + _READY_SECONDS
        while time.monotonic() < until:
            self._restart_ended()
            try:
                with urllib.request.urlopen(f"{self._environment.url}/healthz", timeout=2):  # noqa: S310
                    self._ready = True
                    say("web", f"{self._environment.web_processes} process(es) on {self._environment.url}")
                    return
            except (OSError, urllib.error.HTTPError):
                self._pause()
        raise NotStarted("The web server does not answer.")

    def _watch(self) -> None:
        while True:
            self._pause()
            if self._postgres is not None and self._postgres.pid is None:
                say("database", "ended by itself; starting it again")
                self._revive(self._postgres)
            self._restart_ended()

    def _revive(self, postgres: EmbeddedPostgres) -> None:
        """Until it runs: what keeps it down (a full disk, too little memory) passes, and nothing is gained by
        taking the rest down too."""
        while postgres.pid is None:
            try:
                postgres.revive()
            except (PostgresFailed, OSError) as error:
                say("database", f"{error}\nTrying again in {_LONGEST_PAUSE:.0f} s.")
                time.sleep(_LONGEST_PAUSE)
        say("database", f"embedded PostgreSQL, pid {postgres.pid}")

    def _restart_ended(self) -> None:
        for child in self._children:
            code = child.ended()
            if code is not None:
                if not self._ready and child.failures >= _TRIES_BEFORE_READY:
                    raise NotStarted(
                        f"The {child.name} process ends again and again (code {code}), see above."
                    )
                say(child.name, f"ended with code {code}; starting it again")
            if child.process is None and time.monotonic() >= child.due:
                child.start()

    def _stop(self) -> None:
        """Web and worker first and together, then the database; nobody gets longer than its seconds."""
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + _STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._listener is not None:
            self._listener.close()
        if self._postgres is not None:
            self._postgres.stop(_POSTGRES_STOP_SECONDS)
