"""How long a message takes from the customer's program to an agent's eyes.

    python -m bench.live_latency [--seconds 60] [--rate 20]

Messages are posted to the API at a fixed rate, spread over twenty conversations; a real browser shows one of
them beside the inbox (whose list renews itself once a second), as an agent's does. Latency runs from the
moment a message is due to be posted to the moment its text stands in the thread (seen by a
MutationObserver in the page), so queueing counts. Server, database, sender and browser share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Any

import httpx
from playwright.async_api import Page, async_playwright

from bench.running_site import Site, percentile, running_site

CONVERSATIONS = 20
TABS = 1
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

_WATCH = """() => {
  window.seen = {};
  const look = () => {
    const text = document.getElementById("thread").textContent;
    for (const match of text.matchAll(/bench#(\\d+)#/g)) window.seen[match[1]] ??= Date.now();
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


async def _post(client: httpx.AsyncClient, number: int) -> None:
    body = {"text": f"快递怎么还没到 bench#{number}#", "customer": {"id": f"u-{number % CONVERSATIONS}"}}
    path = f"/api/v1/conversations/b-{number % CONVERSATIONS}/messages"
    answer = await client.post(path, json=body, headers={"Idempotency-Key": f"k-{number}"})
    answer.raise_for_status()


async def _open_tabs(browser: Any, site: Site, ids: list[int]) -> list[Page]:
    context = await browser.new_context()
    await context.add_cookies([{"name": "sessionid", "value": site.session, "url": site.url}])
    pages = []
    for conversation_id in ids:
        page = await context.new_page()
        await page.goto(f"{site.url}/conversations/{conversation_id}/")
        await page.wait_for_selector("#connection[data-state=open]")
        await page.evaluate(_WATCH)
        pages.append(page)
    return pages


async def measure(site: Site, ids: list[int], seconds: int, rate: int) -> dict[str, float]:
    """Milliseconds from due to seen: p50, p95, and how many messages were watched."""
    sent: dict[int, float] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        pages = await _open_tabs(browser, site, ids)
        headers = {"Authorization": f"Bearer {site.token}"}
        async with httpx.AsyncClient(base_url=site.url, headers=headers, timeout=30) as client:
            start, clock = time.monotonic(), time.time()
            tasks = []
            for number in range(CONVERSATIONS, CONVERSATIONS + seconds * rate):
                due = start + (number - CONVERSATIONS) / rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                sent[number] = (clock + due - start) * 1000
                tasks.append(asyncio.create_task(_post(client, number)))
            await asyncio.gather(*tasks)
        await asyncio.sleep(2)
        took = []
        for page in pages:
            seen = await page.evaluate("window.seen")
            took += [at - sent[int(number)] for number, at in seen.items() if int(number) in sent]
        await browser.close()
    watched = sum(1 for number in sent if number % CONVERSATIONS < TABS)
    return {
        "messages": len(sent),
        "watched": watched,
        "seen": len(took),
        "p50_ms": round(percentile(took, 0.5)),
        "p95_ms": round(percentile(took, 0.95)),
    }


async def _first_messages(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.token}"}
    async with httpx.AsyncClient(base_url=site.url, headers=headers, timeout=60) as client:
        for number in range(CONVERSATIONS):
            await _post(client, number)


def main() -> None:
    """Prepare, measure, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=20)
    options = parser.parse_args()
    with running_site() as site:
        asyncio.run(_first_messages(site))
        from goldseam.conversations.models import Conversation

        names = [f"b-{number}" for number in range(TABS)]
        rows = Conversation.objects.filter(shop_id=site.shop_id, external_id__in=names)
        ids = [row.pk for row in rows.order_by("external_id")]
        print(json.dumps(asyncio.run(measure(site, ids, options.seconds, options.rate)), indent=1))
        from django.db import connection

        connection.close()


if __name__ == "__main__":
    main()
