"""Live streams: who hears what, what is lost, and how they end. Real PostgreSQL, real notifications."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
import pytest
from django.db import connection

from goldseam.core.stream import CHANNEL, MOST_EACH, Hearing, Hub, LiveStream, Unavailable


def parameters():
    found = connection.get_connection_params()
    return {name: found[name] for name in ("dbname", "user", "password", "host", "port") if name in found}


async def notify(shop: int, *names: str) -> None:
    async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as sender:
        for name in names:
            await sender.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps([shop, name])])


class Browser:
    """One side of an ASGI call: collects what the stream sends, and can go away."""

    def __init__(self) -> None:
        self.status = 0
        self.text = ""
        self.reading = True
        self._came = asyncio.Condition()
        self._gone = asyncio.Event()

    async def receive(self):
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message) -> None:
        if not self.reading:
            await asyncio.Event().wait()
        async with self._came:
            self.status = message.get("status", self.status)
            self.text += message.get("body", b"").decode()
            self._came.notify_all()

    async def hears(self, text: str) -> None:
        async with asyncio.timeout(10), self._came:
            await self._came.wait_for(lambda: text in self.text)

    def leave(self) -> None:
        self._gone.set()


@asynccontextmanager
async def listening_hub():
    hub = Hub(parameters)
    listener = asyncio.create_task(hub.run())
    async with asyncio.timeout(10):
        await hub.listening.wait()
    try:
        yield hub
    finally:
        hub.close()
        listener.cancel()


def for_shops(*shops: int) -> Callable[[object], Awaitable[Hearing]]:
    async def authorize(_scope):
        return Hearing(frozenset(shops))

    return authorize


def open_stream(hub: Hub, browser: Browser, authorize, **times: float) -> asyncio.Task[None]:
    live = LiveStream(hub, authorize, **times)
    return asyncio.create_task(live({"method": "GET"}, browser.receive, browser.send))


pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_stream_hears_its_shops_and_no_other():
    async with listening_hub() as hub:
        ours, theirs = Browser(), Browser()
        open_stream(hub, ours, for_shops(1, 3))
        open_stream(hub, theirs, for_shops(2))
        await ours.hears("event: ready\ndata: open\n\n")
        await theirs.hears("event: ready\n")
        await notify(1, "conversation-1")
        await notify(2, "conversation-2")
        await notify(3, "conversation-3")
        await ours.hears("event: change\ndata: conversation-3\n\n")
        await theirs.hears("event: change\ndata: conversation-2\n\n")
        assert "conversation-1\n" in ours.text
        assert "conversation-2" not in ours.text
        assert "conversation-1" not in theirs.text
        assert "conversation-3" not in theirs.text


async def test_a_lost_connection_is_opened_again_and_streams_are_told():
    async with listening_hub() as hub:
        browser = Browser()
        open_stream(hub, browser, for_shops(1))
        await browser.hears("event: ready")
        async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as killer:
            await killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s",
                [f"LISTEN {CHANNEL}"],
            )
        await browser.hears("event: resync\n")
        await notify(1, "inbox")
        await browser.hears("data: inbox\n")


async def test_a_browser_that_falls_behind_is_told_to_resync():
    hub = Hub(parameters)
    with hub.subscribed(Hearing(frozenset({1})), limit=3) as subscriber:
        for number in range(4):
            hub.spread(f'[1, "conversation-{number}"]')
        assert await subscriber.frames(1) == b"event: resync\ndata: lost\n\n"
        hub.spread('[1, "inbox"]')
        hub.spread('[1, "inbox"]')
        assert await subscriber.frames(1) == b"event: change\ndata: inbox\n\n"


@pytest.mark.parametrize(
    "payload", ["", "{", "[1]", '["1", "inbox"]', '[1, "a\\n\\nevent: end"]', "[1, 2, 3]", "null"]
)
async def test_payloads_that_are_not_ours_are_dropped(payload: str):
    hub = Hub(parameters)
    with hub.subscribed(Hearing(frozenset({1}))) as subscriber:
        hub.spread(payload)
        assert await subscriber.frames(0) == b""


async def test_nothing_to_say_gives_a_beat():
    hub, browser = Hub(parameters), Browser()
    open_stream(hub, browser, for_shops(1), beat=0.01)
    await browser.hears("event: beat\n")


async def test_lost_access_ends_the_stream():
    hub, browser, allowed = Hub(parameters), Browser(), [Hearing(frozenset({1}))]

    async def authorize(_scope):
        return allowed[0]

    stream = open_stream(hub, browser, authorize, recheck=0.01)
    await browser.hears("event: ready")
    allowed[0] = None
    async with asyncio.timeout(5):
        await stream
    assert browser.text.endswith("event: end\ndata: access\n\n")
    assert len(hub) == 0


async def test_a_changed_membership_moves_the_stream():
    hub, browser, allowed = Hub(parameters), Browser(), [Hearing(frozenset({1}))]

    async def authorize(_scope):
        return allowed[0]

    open_stream(hub, browser, authorize, recheck=0.01)
    await browser.hears("event: ready")
    allowed[0] = Hearing(frozenset({2}))
    await browser.hears("event: resync")
    hub.spread('[1, "old"]')
    hub.spread('[2, "new"]')
    await browser.hears("data: new\n")
    assert "data: old\n" not in browser.text


async def test_a_database_that_is_away_does_not_end_a_stream():
    hub, browser, away = Hub(parameters), Browser(), [False]

    async def authorize(_scope):
        if away[0]:
            raise Unavailable("away")
        return Hearing(frozenset({1}))

    stream = open_stream(hub, browser, authorize, recheck=0.01)
    await browser.hears("event: ready")
    away[0] = True
    await browser.hears("event: beat")
    assert not stream.done()
    late = Browser()
    await open_stream(hub, late, authorize)
    assert late.status == 503


async def test_strangers_are_refused():
    async def authorize(_scope):
        return None

    browser = Browser()
    await open_stream(Hub(parameters), browser, authorize)
    assert browser.status == 401


async def test_closing_ends_every_stream_at_once_even_a_stuck_one():
    hub, reading, stuck = Hub(parameters), Browser(), Browser()
    streams = [open_stream(hub, reading, for_shops(1)), open_stream(hub, stuck, for_shops(1))]
    await reading.hears("event: ready")
    await stuck.hears("event: ready")
    stuck.reading = False
    hub.spread('[1, "inbox"]')
    await reading.hears("data: inbox")
    hub.close()
    async with asyncio.timeout(2):
        await asyncio.gather(*streams)
    assert len(hub) == 0


async def test_a_browser_that_leaves_frees_its_place():
    hub, browser = Hub(parameters), Browser()
    stream = open_stream(hub, browser, for_shops(1))
    await browser.hears("event: ready")
    browser.leave()
    async with asyncio.timeout(5):
        await stream
    assert len(hub) == 0


async def test_a_visitor_hears_their_own_names_only_under_other_words():
    hub = Hub(parameters)
    hearing = Hearing(frozenset({1}), {"conversation-7": "news", "presence-7": "news"})
    with hub.subscribed(hearing) as subscriber:
        for name in ("inbox", "conversation-8", "conversation-77", "alert-7"):
            hub.spread(f'[1, "{name}"]')
        hub.spread('[2, "conversation-7"]')
        assert await subscriber.frames(0) == b""
        hub.spread('[1, "conversation-7"]')
        hub.spread('[1, "presence-7"]')
        assert await subscriber.frames(1) == b"event: change\ndata: news\n\n"


async def test_one_visitor_has_few_streams():
    async def authorize(_scope):
        return Hearing(frozenset({1}), who="visitor-1")

    hub = Hub(parameters)
    browsers = [Browser() for _ in range(MOST_EACH)]
    for browser in browsers:
        open_stream(hub, browser, authorize)
        await browser.hears("event: ready")
    refused = Browser()
    await open_stream(hub, refused, authorize)
    assert refused.status == 429
    browsers[0].leave()
    async with asyncio.timeout(5):
        while len(hub) == MOST_EACH:
            await asyncio.sleep(0)
    late = Browser()
    open_stream(hub, late, authorize)
    await late.hears("event: ready")
    hub.close()
