"""Live updates, the receiving side: one LISTEN connection per web process, fanned out over SSE.

Everything here runs on one event loop, so nothing needs a lock. A stream carries names only; the browser
fetches the fragment through the same gate as any page. What a stream says (`event:` and `data:`):

- `ready`: the stream is open. Anything may have changed while it was not, so a page that was loaded
  earlier fetches its live parts again.
- `change`: the named thing ("conversation-42", "inbox", "alert-42") changed. Names that wait to be sent are
  merged, so a slow browser gets each at most once.
- `resync`: names were lost (the browser fell behind, or the database was away); fetch everything live again.
- `beat`: nothing happened for a while; a browser that hears none for a minute opens a new stream.
- `end`: the person signed out or lost access; do not come back without signing in.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog

from goldseam.core.live import CHANNEL

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a request may hear: the names of these shops. `names`, when given, are the only ones, each with
    the name under which it is passed on. `who`, when given, has at most `MOST_EACH` streams; `headers` go out
    with the answer."""

    shops: frozenset[int]
    names: Mapping[str, str] | None = None
    who: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()


Authorize = Callable[[Scope], Awaitable[Hearing | None]]
"""What a request may hear, or None for strangers. May raise `Unavailable`."""

QUEUE_LIMIT = 200
MOST_EACH = 8
BEAT_SECONDS = 15.0
RECHECK_SECONDS = 30.0
SEND_SECONDS = 20.0
_CHECK_SECONDS = 10.0
_STUCK_SECONDS = 0.3

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]

log = structlog.get_logger(__name__)


class Unavailable(Exception):
    """Access cannot be decided now, because the database is away."""


def frame(event: str, data: str) -> bytes:
    """One server-sent event. Data must not be empty, or browsers drop it."""
    return f"event: {event}\ndata: {data}\n\n".encode()


class Subscriber:
    """One open stream: the names that wait to be sent to it."""

    def __init__(self, hearing: Hearing, limit: int = QUEUE_LIMIT) -> None:
        self.hearing = hearing
        self.closed = False
        self.task = asyncio.current_task()
        self._limit = limit
        self._names: dict[str, None] = {}
        self._lost = False
        self._wake = asyncio.Event()

    def offer(self, name: str) -> None:
        """Queue a name that it may hear; one too many empties the queue and asks for a resync."""
        passed_on = name if self.hearing.names is None else self.hearing.names.get(name)
        if self._lost or passed_on is None:
            return
        self._names[passed_on] = None
        if len(self._names) > self._limit:
            self.resync()
        self._wake.set()

    def resync(self) -> None:
        """Names were lost: whatever waits is covered by fetching everything again."""
        self._names.clear()
        self._lost = True
        self._wake.set()

    def close(self) -> None:
        """End the stream as soon as possible."""
        self.closed = True
        self._wake.set()

    async def frames(self, seconds: float) -> bytes:
        """What is to be sent, waiting at most `seconds` for it; empty when nothing came."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()
        lost, self._lost = self._lost, False
        names, self._names = self._names, {}
        if lost:
            return frame("resync", "lost")
        return b"".join(frame("change", name) for name in names)


class Hub:
    """Hears the database's notifications and hands each to the streams of its shop."""

    def __init__(self, parameters: Callable[[], Mapping[str, Any]]) -> None:
        """`parameters` gives psycopg's connection parameters; it is asked at every connection."""
        self._parameters = parameters
        self._subscribers: set[Subscriber] = set()
        self._by_shop: dict[int, set[Subscriber]] = {}
        self._closed = False
        self.listening = asyncio.Event()

    def __len__(self) -> int:
        return len(self._subscribers)

    @contextlib.contextmanager
    def subscribed(self, hearing: Hearing, limit: int = QUEUE_LIMIT) -> Iterator[Subscriber]:
        """A stream's place in the hub for as long as it is open."""
        subscriber = Subscriber(hearing, limit)
        self._subscribers.add(subscriber)
        self.move(subscriber, hearing)
        if self._closed:
            subscriber.close()
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)
            self.move(subscriber, Hearing(frozenset()))

    def move(self, subscriber: Subscriber, hearing: Hearing) -> None:
        """From now on the stream hears this and nothing else."""
        for shop in subscriber.hearing.shops - hearing.shops:
            heard = self._by_shop.get(shop, set())
            heard.discard(subscriber)
            if not heard:
                self._by_shop.pop(shop, None)
        for shop in hearing.shops:
            self._by_shop.setdefault(shop, set()).add(subscriber)
        subscriber.hearing = hearing

    def streams_of(self, who: str) -> int:
        """How many streams somebody has open in this process."""
        return sum(1 for subscriber in self._subscribers if subscriber.hearing.who == who)

    def spread(self, payload: str) -> None:
        """Hand a notification `[shop_id, name]` to the streams of that shop; others' payloads are dropped."""
        try:
            shop, name = json.loads(payload)
        except (ValueError, TypeError):
            return
        if not isinstance(shop, int) or not isinstance(name, str) or not name.isprintable():
            return
        for subscriber in self._by_shop.get(shop, ()):
            subscriber.offer(name)

    def resync(self) -> None:
        """Every stream must fetch everything again."""
        for subscriber in self._subscribers:
            subscriber.resync()

    def close(self) -> None:
        """End all streams at once, also those whose browser does not read; no new one stays open."""
        self._closed = True
        for subscriber in self._subscribers:
            subscriber.close()
            if subscriber.task is not None:
                asyncio.get_running_loop().call_later(_STUCK_SECONDS, subscriber.task.cancel)

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is opened again and the streams told to resync."""
        pause = 0.2
        while True:
            try:
                await self._listen()
                pause = 0.2
            except (psycopg.Error, OSError) as error:
                was, pause = pause, min(pause * 1.5, 3.0)
                if self.listening.is_set():
                    log.warning("live.lost", error=str(error).strip())
                    was = pause = 0.2
                self.listening.clear()
                await asyncio.sleep(was)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            **self._parameters(),
            autocommit=True,
            connect_timeout=5,
            keepalives_idle=10,
            keepalives_interval=5,
        )
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self.listening.set()
            self.resync()
            while True:
                async for note in connection.notifies(timeout=_CHECK_SECONDS):
                    self.spread(note.payload)
                await connection.execute("SELECT 1")  # a silent connection may be a dead one


class LiveStream:
    """The ASGI application of one route: an endless stream of names for whoever `authorize` lets in."""

    def __init__(
        self, hub: Hub, authorize: Authorize, *, beat: float = BEAT_SECONDS, recheck: float = RECHECK_SECONDS
    ) -> None:
        """`beat` and `recheck` are seconds: a sign of life, and how often access is asked for again."""
        self.hub = hub
        self._authorize = authorize
        self._beat = min(beat, recheck)
        self._recheck = recheck

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream until the browser leaves, access ends or the site stops."""
        if scope["method"] != "GET":
            await answer(send, 405, b"GET only\n", [(b"allow", b"GET")])
            return
        try:
            hearing = await self._authorize(scope)
        except Unavailable:
            await answer(send, 503, b"The database is away.\n", [(b"retry-after", b"2")])
            return
        if hearing is None:
            await answer(send, 401, b"Sign in first.\n")
            return
        if hearing.who and self.hub.streams_of(hearing.who) >= MOST_EACH:
            await answer(send, 429, b"Too many streams.\n", [(b"retry-after", b"10"), *hearing.headers])
            return
        with self.hub.subscribed(hearing) as subscriber:
            watcher = asyncio.create_task(_leave(receive, subscriber))
            try:
                await self._pump(scope, send, subscriber)
            except (asyncio.CancelledError, TimeoutError):
                if not subscriber.closed:  # a cancelled stuck stream of ours is no error
                    subscriber.close()
            finally:
                watcher.cancel()

    async def _pump(self, scope: Scope, send: Send, subscriber: Subscriber) -> None:
        clock = asyncio.get_running_loop().time
        headers = [*_HEADERS, *subscriber.hearing.headers]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _chunk(send, b"retry: 1000\n" + frame("ready", "open"))
        checked = clock()
        while not subscriber.closed:
            content = await subscriber.frames(self._beat)
            if subscriber.closed:
                break
            if clock() - checked >= self._recheck:
                checked = clock()
                if not await self._still_allowed(scope, subscriber):
                    await _chunk(send, frame("end", "access"))
                    break
            await _chunk(send, content or frame("beat", "alive"))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _still_allowed(self, scope: Scope, subscriber: Subscriber) -> bool:
        try:
            hearing = await self._authorize(scope)
        except Unavailable:  # nothing can change meanwhile, and nothing is heard either
            return True
        if hearing is None:
            return False
        if hearing != subscriber.hearing:
            self.hub.move(subscriber, hearing)
            subscriber.resync()
        return True


async def answer(
    send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """A short plain answer over bare ASGI."""
    base = [(b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode())]
    kind = (
        []
        if headers and any(name == b"content-type" for name, _ in headers)
        else [(b"content-type", b"text/plain")]
    )
    await send({"type": "http.response.start", "status": status, "headers": base + kind + (headers or [])})
    await send({"type": "http.response.body", "body": body})


async def _chunk(send: Send, content: bytes) -> None:
    """Send a part; a browser that does not take it for a long time is given up."""
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": content, "more_body": True})


async def _leave(receive: Receive, subscriber: Subscriber) -> None:
    """Close the stream when the browser goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    subscriber.close()
