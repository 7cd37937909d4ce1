"""No request outlives the test that made it: else it and the emptying of the database wait for each other."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from goldseam.core.stream import Receive, Scope, Send, answer
from tests.journeys.gate import Gate

REQUEST = {"type": "http"}


class Slow:
    """A site whose answer waits until it is released."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.released = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.began.set()
        await asyncio.to_thread(self.released.wait)
        await answer(send, 200, b"", [])


def status_of(gate: Gate) -> int:
    """Ask the gate for a page: the status of its answer."""
    told: list[int] = []

    async def send(message: Scope) -> None:
        if message["type"] == "http.response.start":
            told.append(message["status"])

    async def receive() -> Scope:
        return {"type": "http.disconnect"}

    asyncio.run(gate(REQUEST, receive, send))
    return told[0]


def test_shutting_waits_for_who_is_inside_and_turns_others_away() -> None:
    site = Slow()
    gate = Gate(site)
    with ThreadPoolExecutor() as pool:  # a browser's event loop may run in this thread
        assert pool.submit(status_of, gate).result(10) == 503
        gate.open()
        inside = pool.submit(status_of, gate)
        assert site.began.wait(10)
        with pytest.raises(AssertionError, match="1 requests"):
            gate.shut(0)
        assert pool.submit(status_of, gate).result(10) == 503
        shut = pool.submit(gate.shut)
        site.released.set()
        assert inside.result(10) == 200
        shut.result(10)
