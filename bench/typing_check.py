"""How long the check of a reply takes while somebody types, as the browser waits for it.

    python -m bench.typing_check [--seconds 6]

A real site on a database of its own, a conversation with an order and a day of messages; every stroke
posts the growing text, as the composer does. Prints one JSON object: milliseconds p50, p95 and worst of
the warm checks, and of the first one after the conversation changed (it reads the conversation anew).
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from itertools import cycle
from typing import Any

import httpx

from bench.running_site import Site, percentile, running_site

REPLIES = (
    "非常抱歉让您久等了,我看到包裹停在广州中转场三天了。我现在就去催快递,今天之内给您回电话,另外给您补偿20元优惠券。",
    "这是您自己填错了地址,跟我们没有关系。给您全额退款,三倍赔偿,绝对保证不会再有问题,24小时内一定送到。",
    "I am sorry that your parcel is late. I will call you within two hours and refund you 20 today.",
)
LINES = 24


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=6.0)
    seconds = parser.parse_args().seconds
    with running_site() as site:
        number = _talk(site)
        print(json.dumps(_measure(site, number, seconds)))


def _talk(site: Site) -> int:
    """A conversation about a late order, and its id on the pages."""
    door = {"Authorization": f"Bearer {site.token}"}
    order = {
        "status": "shipped",
        "customer": {"id": "bench-typist", "name": "周雨桐", "tier": "vip"},
        "placed_at": "2026-01-02T10:00:00+08:00",
        "shipped_at": "2026-01-03T10:00:00+08:00",
        "promised_delivery_by": "2026-01-05",
        "total": "1299.00",
        "currency": "CNY",
        "items": [{"sku": "S-1", "title": "青瓷茶具八件套", "quantity": 1, "price": "1299.00"}],
    }
    with httpx.Client(base_url=site.url, headers=door, timeout=30) as api:
        api.put("/api/v1/orders/bench-typing-order", json=order)
        for line in range(LINES):
            role = "customer" if line % 3 else "agent"
            text = f"第{line}句:我的快递停了三天了,孩子生日要用,到底什么时候能到?"
            body = {"role": role, "text": text, "customer": {"id": "bench-typist"}}
            api.post("/api/v1/conversations/bench-typing/messages", json=body).raise_for_status()
        told = api.get("/api/v1/conversations/bench-typing").raise_for_status().json()
    assert told["id"] == "bench-typing"
    return _number(site)


def _number(site: Site) -> int:
    """The row behind the shop's own id: the first one in the list."""
    with httpx.Client(base_url=site.url, cookies={"sessionid": site.session}, timeout=30) as page:
        shown = page.get("/inbox/?view=open").raise_for_status().text
    found = re.search(r"/conversations/(\d+)/", shown)
    assert found, "the inbox shows no conversation"
    return int(found.group(1))


def _measure(site: Site, number: int, seconds: float) -> dict[str, Any]:
    warm: list[float] = []
    cold: list[float] = []
    door = {"Authorization": f"Bearer {site.token}"}
    with httpx.Client(base_url=site.url, cookies={"sessionid": site.session}, timeout=30) as page:
        token = page.get(f"/conversations/{number}/").raise_for_status().cookies.get("csrftoken") or ""
        head = {
            "X-CSRFToken": token or page.cookies.get("csrftoken") or "",
            "Referer": site.url,
            "HX-Request": "true",
        }

        def check(text: str) -> float:
            begun = time.perf_counter()
            page.post(f"/copilot/check/{number}/", data={"text": text}, headers=head).raise_for_status()
            return (time.perf_counter() - begun) * 1000

        check(REPLIES[0])
        end = time.monotonic() + seconds
        for round_number, reply in enumerate(cycle(REPLIES)):
            if time.monotonic() > end:
                break
            body = {"text": f"还没有消息吗?{round_number}", "customer": {"id": "bench-typist"}}
            address = f"{site.url}/api/v1/conversations/bench-typing/messages"
            httpx.post(address, json=body, headers=door, timeout=30).raise_for_status()
            cold.append(check(reply[:4]))
            warm += [check(reply[:size]) for size in range(5, len(reply), 2)]
    return {
        "p50_ms": round(statistics.median(warm), 1),
        "p95_ms": round(percentile(warm, 0.95), 1),
        "worst_ms": round(max(warm), 1),
        "after_news_p95_ms": round(percentile(cold, 0.95), 1),
        "checks": len(warm),
    }


if __name__ == "__main__":
    main()
