"""Live streams: who hears what, what is lost, and how they end. Real PostgreSQL, real notifications."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
import pytest
from django.db import connection

from goldseam.core.stream import (
    CHANNEL,
    MOST_EACH,
    MOST_RECENT,
    Hearing,
    Hub,
    LiveStream,
    Recent,
    Unavailable,
    moment,
)


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


def events(content: bytes | str) -> list[str]:
    """Name and data of each event, without its id."""
    text = content.decode() if isinstance(content, bytes) else content
    return [" ".join(pair) for pair in re.findall(r"event: (\w+)\ndata: (.*)\n", text)]


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


def open_stream(hub: Hub, browser: Browser, authorize, *, scope=None, **times: float) -> asyncio.Task[None]:
    live = LiveStream(hub, authorize, **times)
    return asyncio.create_task(live({"method": "GET", **(scope or {})}, browser.receive, browser.send))


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


async def test_a_page_is_told_what_it_missed_until_its_stream_was_open():
    async with listening_hub() as hub:
        first = Browser()
        open_stream(hub, first, for_shops(1))
        await notify(1, "before")
        await first.hears("data: before\n")
        hub._recent._notes[0] = (moment() - 60_000, 1, "before")
        made = moment()
        hub._recent._from = made - 120_000
        await notify(1, "inbox", "conversation-1")
        await notify(2, "inbox-of-others")
        await notify(1, "conversation-2")
        await first.hears("data: conversation-2\n")
        late, strange = Browser(), Browser()
        open_stream(hub, late, for_shops(1), scope={"query_string": f"since={made}".encode()})
        open_stream(hub, strange, for_shops(1), scope={"query_string": b"since=yesterday"})
        await late.hears("data: inbox\n")
        await strange.hears("data: lost\n")
        assert events(late.text) == [
            "ready open",
            "change conversation-2",
            "change conversation-1",
            "change inbox",
        ]
        assert (
            re.findall(r"id: (\d+)\nevent: change\ndata: (.*)", late.text)[0][1] == "inbox"
        )  # the last alone


@pytest.mark.parametrize(
    ("query", "last", "event"),
    [
        ("", None, "ready open"),
        ("since=", None, "resync lost"),
        ("since=0", None, "resync lost"),
        ("since=NOW", None, "change inbox"),
        ("since=0", "NOW", "change inbox"),
        ("since=NOW", "0", "resync lost"),
    ],
)
async def test_where_a_browser_left_off(query: str, last: str | None, event: str):
    hub, browser = Hub(parameters), Browser()
    hub._recent.start()
    hub._recent._from = moment() - 60_000
    now = str(moment())
    hub.spread('[1, "inbox"]')
    headers = [] if last is None else [(b"last-event-id", last.replace("NOW", now).encode())]
    scope = {"query_string": query.replace("NOW", now).encode(), "headers": headers}
    open_stream(hub, browser, for_shops(1), scope=scope, beat=0.01)
    await browser.hears("event: beat\n")
    assert [found for found in events(browser.text) if found != "beat alive"][-1] == event


def test_what_was_pushed_out_is_not_passed_over_in_silence():
    recent = Recent()
    assert recent.since(moment()) is None
    recent.start()
    began = moment()
    for number in range(MOST_RECENT):
        recent.add(1, f"conversation-{number}")
    found = recent.since(began)
    assert found is not None
    assert len(found) == MOST_RECENT
    assert found[0] == (1, f"conversation-{MOST_RECENT - 1}")
    recent.add(1, "inbox")
    assert recent.since(began) is None
    recent.stop()
    assert recent.since(moment()) is None


async def test_a_browser_that_falls_behind_is_told_to_resync():
    hub = Hub(parameters)
    with hub.subscribed(Hearing(frozenset({1})), limit=3) as subscriber:
        for number in range(4):
            hub.spread(f'[1, "conversation-{number}"]')
        assert events(await subscriber.frames(1)) == ["resync lost"]
        hub.spread('[1, "inbox"]')
        hub.spread('[1, "inbox"]')
        assert events(await subscriber.frames(1)) == ["change inbox"]


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
        assert events(await subscriber.frames(1)) == ["change news"]


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
