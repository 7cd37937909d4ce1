"""Child processes that never outlive their parent, and what is known about a process id."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

import psutil

_PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the child this signal when its parent dies, however it dies.

    Linux only; elsewhere the child stays until the next start finds it."""
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def prepare() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:  # it died in between
                os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def is_alive(pid: int) -> bool:
    """Whether a process runs. A zombie has ended: its parent has only not asked how."""
    try:
        return psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


def alive(process: psutil.Process) -> bool:
    """Like `is_alive`, safe against a pid that was given to another process meanwhile."""
    try:
        return process.is_running() and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


def end(process: psutil.Process, number: signal.Signals) -> None:
    """Send a signal; a process that ended meanwhile is fine."""
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
