"""Live updates, the receiving side: one LISTEN connection per web process, fanned out over SSE.

Everything here runs on one event loop, so nothing needs a lock. A stream carries names only; the browser
fetches the fragment through the same gate as any page. What a stream says (`event:` and `data:`):

- `ready`: the stream is open. Whoever asked with `?since=`, or comes back with the last id that was heard, is
  told next what changed after that moment, or `resync` when it was too long ago. Others look for themselves.
- `change`: the named thing ("conversation-42", "inbox", "alert-42") changed. Names that wait to be sent are
  merged, so a slow browser gets each at most once.
- `resync`: names were lost (the browser fell behind, or the database was away); fetch everything live again.
- `beat`: nothing happened for a while; a browser that hears none for a minute opens a new stream.
- `end`: the person signed out or lost access; do not come back without signing in.

An id is the moment, in milliseconds since 1970, up to which everything was told; the last of several has it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

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
MOST_RECENT = 5000
SKEW_MS = 1000
"""How far the clocks of two web servers may be apart."""
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


def frame(event: str, data: str, until: int | None = None) -> bytes:
    """One server-sent event. Data must not be empty, or browsers drop it. `until` is its id."""
    mark = "" if until is None else f"id: {until}\n"
    return f"{mark}event: {event}\ndata: {data}\n\n".encode()


def moment() -> int:
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Recent:
    """The last notifications and when each came: what a page missed until its stream was open."""

    def __init__(self) -> None:
        self._notes: deque[tuple[int, int, str]] = deque(maxlen=MOST_RECENT)
        self._from: int | None = None

    def start(self) -> None:
        """From now on nothing is missed."""
        self._notes.clear()
        self._from = moment()

    def stop(self) -> None:
        """Notifications are missed now."""
        self._from = None

    def add(self, shop: int, name: str) -> None:
        """One came; it may push out the oldest."""
        if len(self._notes) == MOST_RECENT:
            self._from = self._notes[0][0] + 1
        self._notes.append((moment(), shop, name))

    def since(self, at: int) -> list[tuple[int, str]] | None:
        """Shop and name of all that came at `at` or later, latest first; None when some may be missing."""
        if self._from is None or at < self._from:
            return None
        found = []
        for came, shop, name in reversed(self._notes):
            if came < at:
                break
            found.append((shop, name))
        return found


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
            return frame("resync", "lost", moment())
        last = next(reversed(names), None)
        return b"".join(frame("change", name, moment() if name == last else None) for name in names)


class Hub:
    """Hears the database's notifications and hands each to the streams of its shop."""

    def __init__(self, parameters: Callable[[], Mapping[str, Any]]) -> None:
        """`parameters` gives psycopg's connection parameters; it is asked at every connection."""
        self._parameters = parameters
        self._subscribers: set[Subscriber] = set()
        self._by_shop: dict[int, set[Subscriber]] = {}
        self._closed = False
        self._recent = Recent()
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
        self._recent.add(shop, name)
        for subscriber in self._by_shop.get(shop, ()):
            subscriber.offer(name)

    def catch_up(self, subscriber: Subscriber, since: int) -> None:
        """Queue what it may hear and was told at `since` (milliseconds since 1970) or later."""
        missed = self._recent.since(since - SKEW_MS)
        if missed is None:
            subscriber.resync()
            return
        for shop, name in missed:
            if shop in subscriber.hearing.shops:
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
                self._recent.stop()
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
            self._recent.start()
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
        since = _since(scope)
        if since is not None:
            self.hub.catch_up(subscriber, since)
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
            await _chunk(send, content or frame("beat", "alive", moment()))
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


def _since(scope: Scope) -> int | None:
    """Since when a browser wants to be told; 0, which is too long ago, when that cannot be read."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    known = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"last-event-id"]
    asked = known[0] if known else query.get("since", [None])[0]
    if asked is None:
        return None
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else 0


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
