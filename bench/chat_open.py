"""Many customers with an open chat at once, on one machine with everything else.

    python -m bench.chat_open [--chats 200] [--minutes 1]

Every customer comes in, writes, keeps a live stream open and writes again now and then; an agent's program
answers each. Counted are calls that fail and streams that break; measured is how long a call takes, and how
long from an answer's call to the moment the customer's stream says that there is news.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from dataclasses import dataclass, field

import httpx

from bench.running_site import Site, percentile, running_site

TEXTS = ("我的快递到哪了", "什么时候发货呀", "这个怎么安装", "想退货可以吗", "谢谢")


@dataclass
class Figures:
    """What happened, over all chats."""

    errors: list[str] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)
    news: list[float] = field(default_factory=list)
    streams: int = 0
    most_streams: int = 0


class Chat:
    """One customer's browser."""

    def __init__(
        self, client: httpx.AsyncClient, key: str, number: int, token: str, figures: Figures
    ) -> None:
        self.client, self.base, self.number, self.figures = client, f"/chat/{key}", number, figures
        self.headers = {"Origin": "https://shop.example", "Authorization": f"Bearer {token}"}
        self.said = 0
        self.heard = asyncio.Event()

    async def call(self, method: str, path: str, **more: object) -> dict[str, object]:
        """One timed call; what fails is counted."""
        started = time.monotonic()
        headers = self.headers | dict(more.pop("headers", {}) or {})  # type: ignore[call-overload]
        try:
            answer = await self.client.request(method, f"{self.base}/{path}", headers=headers, **more)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            self.figures.errors.append(f"{path}: {type(error).__name__}")
            return {}
        self.figures.calls.append((time.monotonic() - started) * 1000)
        if answer.status_code >= 400:
            self.figures.errors.append(f"{path}: {answer.status_code} {answer.text[:80]}")
            return {}
        return dict(answer.json()) if answer.content else {}

    async def say(self) -> None:
        """Write something."""
        self.said += 1
        headers = {"Idempotency-Key": f"bench-{self.number:04}-{self.said:04}"}
        await self.call("POST", "messages", json={"text": random.choice(TEXTS)}, headers=headers)

    async def listen(self, until: float) -> None:
        """Keep the stream open until the end; one that breaks is an error."""
        try:
            async with self.client.stream(
                "GET", f"{self.base}/live", headers=self.headers, timeout=60
            ) as answer:
                if answer.status_code != 200:
                    self.figures.errors.append(f"live: {answer.status_code}")
                    return
                self.figures.streams += 1
                self.figures.most_streams = max(self.figures.most_streams, self.figures.streams)
                async for line in answer.aiter_lines():
                    if line.startswith("event: change"):
                        self.heard.set()
                    if time.monotonic() > until:
                        return
                self.figures.errors.append("live: ended")
        except httpx.HTTPError as error:
            self.figures.errors.append(f"live: {type(error).__name__}")
        finally:
            self.figures.streams -= 1

    async def live(self, until: float, pause: float) -> None:
        """Write and read until the end."""
        listening = asyncio.create_task(self.listen(until))
        await asyncio.sleep(random.uniform(0, pause))
        while time.monotonic() < until:
            await self.say()
            await self.call("GET", "messages")
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))
        listening.cancel()


async def _answers(site: Site, chats: list[Chat], figures: Figures, until: float) -> None:
    """The shop's program answers one chat after the other, and waits until its stream has heard."""
    headers = {"Authorization": f"Bearer {site.token}"}
    names = await _names(site)
    await asyncio.sleep(5)
    async with httpx.AsyncClient(base_url=site.url, headers=headers, timeout=30) as client:
        while time.monotonic() < until - 5:
            number = random.randrange(len(chats))
            chats[number].heard.clear()
            started = time.monotonic()
            path = f"/api/v1/conversations/{names[number]}/messages"
            await client.post(path, json={"text": "我帮您看看", "role": "agent"})
            try:
                async with asyncio.timeout(10):
                    await chats[number].heard.wait()
            except TimeoutError:
                figures.errors.append("live: not heard")
                continue
            figures.news.append((time.monotonic() - started) * 1000)
            await asyncio.sleep(0.2)


async def _names(site: Site) -> list[str]:
    """The conversations' ids, in the order in which the chats began."""
    headers = {"Authorization": f"Bearer {site.token}"}
    found: list[str] = []
    cursor = ""
    async with httpx.AsyncClient(base_url=site.url, headers=headers, timeout=30) as client:
        while True:
            asked = {"limit": "200"} | ({"after": cursor} if cursor else {})
            page = (await client.get("/api/v1/conversations", params=asked)).json()
            found += [row["id"] for row in page["items"] if row["channel"] == "webchat"]
            cursor = page["next"]
            if not cursor:
                return found[::-1]


async def measure(site: Site, key: str, tokens: list[str], minutes: float) -> dict[str, float | str]:
    """Errors, calls and news, with so many chats open at once."""
    figures = Figures()
    limits = httpx.Limits(max_connections=len(tokens) * 2 + 20, max_keepalive_connections=len(tokens))
    async with httpx.AsyncClient(base_url=site.url, timeout=30, limits=limits) as client:
        all_chats = [Chat(client, key, number, token, figures) for number, token in enumerate(tokens)]
        for chat in all_chats:
            await chat.say()
        figures.calls.clear()
        until = time.monotonic() + minutes * 60
        work = [chat.live(until, 30.0) for chat in all_chats]
        await asyncio.gather(_answers(site, all_chats, figures, until), *work)
    return {
        "chats": len(tokens),
        "streams_at_once": figures.most_streams,
        "calls": len(figures.calls),
        "errors": len(figures.errors),
        "call_p50_ms": round(percentile(figures.calls, 0.5)),
        "call_p95_ms": round(percentile(figures.calls, 0.95)),
        "news_p50_ms": round(percentile(figures.news, 0.5)),
        "news_p95_ms": round(percentile(figures.news, 0.95)),
        "first_error": figures.errors[0] if figures.errors else "",
    }


def _door(site: Site, chats: int) -> tuple[str, list[str]]:
    """Open the shop's door, and let so many visitors in: over HTTP one address may not bring so many."""
    from goldseam.channels.webchat.actions import come_in
    from goldseam.channels.webchat.setting import door_for, set_door
    from goldseam.people.queries import all_shops

    door = door_for(all_shops().get(pk=site.shop_id))
    texts = dict.fromkeys(("greeting_zh", "greeting_en", "mail_note_zh", "mail_note_en"), "")
    values = {
        "active": True,
        "origins": ["https://shop.example"],
        "colour": "1f3a5f",
        "by_mail": False,
        **texts,
    }
    set_door(door, values, actor="bench")
    return door.key, [come_in(door, "zh-hans", "")[1] for _ in range(chats)]


def main() -> None:
    """Prepare, measure, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=1.0)
    options = parser.parse_args()
    with running_site() as site:
        key, tokens = _door(site, options.chats)
        print(json.dumps(asyncio.run(measure(site, key, tokens, options.minutes)), indent=1))
        from django.db import connection

        connection.close()


if __name__ == "__main__":
    main()
