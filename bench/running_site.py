"""A real site for measuring: `goldseam up` on a home of its own, a shop, an agent, a token."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

EMAIL, PASSWORD = "bench@goldseam.example", "measured-not-guessed"


@dataclass(frozen=True)
class Site:
    """Where the site answers, and keys to it."""

    url: str
    token: str
    session: str
    shop_id: int
    agent_id: int


@contextlib.contextmanager
def running_site() -> Iterator[Site]:
    """Start everything, wait until it answers, stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="goldseam-bench-") as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        os.environ |= {
            "GOLDSEAM_HOME": home,
            "GOLDSEAM_PORT": str(port),
            "GOLDSEAM_API_RATE": "1000000",
            "GOLDSEAM_MODE": "development",
            "DJANGO_SETTINGS_MODULE": "goldseam.site.settings",
        }
        program = Path(sys.executable).with_name("goldseam")
        with open(Path(home) / "up.log", "wb") as log:
            process = subprocess.Popen([program, "up"], stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_healthy(url, process, Path(home) / "up.log")
            yield _prepare(url)
        finally:
            process.terminate()
            process.wait(20)


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/healthz").status_code == 200:
                return
        time.sleep(0.2)
    raise SystemExit(f"The site did not start:\n{log.read_text()}")


def _prepare(url: str) -> Site:
    import django

    django.setup()
    from decimal import Decimal

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from goldseam.people.actions import SCOPES, add_person, create_shop, issue_token
    from goldseam.people.models import Role

    shop = create_shop("bench", "量一量小店", actor="bench")
    agent = add_person(shop, EMAIL, "小量", PASSWORD, role=Role.LEAD, limit=Decimal(100), actor="bench")
    _, token = issue_token(shop, "bench", SCOPES, actor="bench")
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    return Site(url, token, session.session_key or "", shop.pk, agent.pk)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
