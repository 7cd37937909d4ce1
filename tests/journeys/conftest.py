"""A real browser on the real site: the ASGI application runs in a thread on the tests' database."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from goldseam.people.actions import issue_token
from goldseam.people.models import Shop
from tests.journeys.gate import Gate
from tests.journeys.shop import PASSWORD, build_shop

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
]
# Playwright's sync interface runs an event loop in the test's own thread; the database calls beside it are
# made by that thread alone.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def gate() -> Gate:
    """The gate before the running site, which knows its static files from the start."""
    call_command("collectstatic", interactive=False, verbosity=0)
    from goldseam.site.asgi import application

    return Gate(application)


@pytest.fixture(scope="session")
def site(django_db_setup: None, gate: Gate) -> Iterator[str]:
    """The address of the running site."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(gate, host="127.0.0.1", port=port, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive(), "the site stopped while starting"
        assert time.monotonic() < limit, "the site does not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Not longer than these tests: its event loop would seem to run in all later ones."""
    assert Path(CHROMIUM).exists(), "Install Debian's chromium (make browser), or set CHROMIUM."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Desk:
    """A person's browser on the site; `troubles` collects what the console complains about."""

    site: str
    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a page of the site and wait for its live stream."""
        self.page.goto(self.site + path)
        if self.page.locator("#connection").count():
            self.page.wait_for_selector("#connection[data-state=open]")
        return self.page

    def sign_in(self, mailbox: str = "agent") -> Page:
        """Sign in through the form."""
        page = self.page
        page.goto(self.site + "/sign-in/")
        page.fill("[name=username]", f"{mailbox}@porcelain.test")
        page.fill("[name=password]", PASSWORD)
        page.click(".gate-form .btn-primary")
        page.wait_for_url("**/inbox/**")
        page.wait_for_selector("#connection[data-state=open]")
        return page

    def note(self, message: ConsoleMessage) -> None:
        """Keep complaints; a request that the test itself provokes to fail is none."""
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.text} {message.location.get('url', '')}")


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """The porcelain shop with its conversations."""
    return build_shop()


@pytest.fixture
def token(shop: Shop) -> str:
    """A key for a program that pushes messages."""
    _, secret = issue_token(shop, "door", ["conversations:write", "conversations:read"], actor="test")
    return secret


class Desks:
    """Opens browsers, and says at the end whether any had trouble."""

    def __init__(self, site: str, chromium: Browser) -> None:
        self.site = site
        self.chromium = chromium
        self.opened: list[Desk] = []

    def __call__(
        self,
        *,
        width: int = 1440,
        height: int = 900,
        language: str = "zh-CN",
        dark: bool = False,
        bypass_csp: bool = False,
    ) -> Desk:
        """A fresh browser profile. (axe-core itself sets inline styles, which the site's policy forbids.)"""
        context = self.chromium.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            bypass_csp=bypass_csp,
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        desk = Desk(self.site, context, page)
        page.on("console", desk.note)
        page.on("pageerror", lambda error: desk.troubles.append(str(error)))
        self.opened.append(desk)
        return desk

    def troubles(self) -> list[str]:
        """All that any browser complained about."""
        return [trouble for desk in self.opened for trouble in desk.troubles]

    def close(self) -> None:
        """Close all."""
        for desk in self.opened:
            desk.context.close()


@pytest.fixture
def desks(site: str, gate: Gate, chromium: Browser, shop: Shop) -> Iterator[Desks]:
    """Browsers on the site with the porcelain shop; a test passes only without console errors."""
    opened = Desks(site, chromium)
    gate.open()
    yield opened
    troubles = opened.troubles()
    opened.close()
    gate.shut()
    assert troubles == []
