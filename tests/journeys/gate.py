"""The gate before the running site: shut between tests, so that no request outlives the test that made it."""

from __future__ import annotations

import threading

from goldseam.core.stream import Receive, Scope, Send, answer
from goldseam.site.doors import App


class Gate:
    """Lets requests in while it is open, and knows how many are still inside.

    A browser that closes takes its leave of the site (`navigator.sendBeacon`), and what it asked for last may
    still be worked on. When the database is emptied under such a request, both wait for each other.
    """

    def __init__(self, site: App) -> None:
        self._site = site
        self._open = False
        self._inside = 0
        self._left = threading.Condition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a request in, or send it away while the gate is shut."""
        if scope["type"] != "http":
            await self._site(scope, receive, send)
            return
        with self._left:
            welcome = self._open
            self._inside += welcome
        if not welcome:
            await answer(send, 503, b"The test is over.", [])
            return
        try:
            await self._site(scope, receive, send)
        finally:
            with self._left:
                self._inside -= 1
                self._left.notify_all()

    def open(self) -> None:
        """Let requests in."""
        with self._left:
            self._open = True

    def shut(self, limit: float = 30) -> None:
        """Let nobody in any more, and wait until all have left; AssertionError after `limit` seconds."""
        with self._left:
            self._open = False
            empty = self._left.wait_for(lambda: not self._inside, limit)
        assert empty, f"{self._inside} requests are still worked on {limit} s after the browsers were closed"
