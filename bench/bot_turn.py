"""How long a customer's message takes when the bot answers it, without a language model.

python -m bench.bot_turn [--turns 120]

A real site on a database of its own, articles, orders; messages come in by the JSON door, each read,
assessed, answered through the gate and stored in one call. Prints one JSON object: milliseconds p50, p95
and worst of the whole call with the bot's answer (`p95_ms`), the same call with the bot switched off, and
the difference."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

import httpx

from bench.running_site import Site, percentile, running_site

QUESTIONS = (
    "我的快递到哪了?",
    "怎么退货?",
    "什么时候能到呀",
    "帮我取消订单",
    "退款到哪一步了",
    "Where is my parcel?",
    "你好",
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=120)
    turns = parser.parse_args().turns
    with running_site() as site:
        _fill(site)
        off = _measure(site, turns, "off")
        _switch_on(site)
        answered = _measure(site, turns, "on")
    print(json.dumps(_figures(answered, off)))


def _figures(answered: list[float], off: list[float]) -> dict[str, Any]:
    return {
        "p50_ms": round(statistics.median(answered), 1),
        "p95_ms": round(percentile(answered, 0.95), 1),
        "worst_ms": round(max(answered), 1),
        "off_p50_ms": round(statistics.median(off), 1),
        "bot_alone_p50_ms": round(statistics.median(answered) - statistics.median(off), 1),
        "turns": len(answered),
    }


def _fill(site: Site) -> None:
    """Articles to find."""
    from goldseam.knowledge.actions import save_article
    from goldseam.knowledge.records import build_record
    from goldseam.people.queries import all_shops, colleague

    shop = all_shops().get(pk=site.shop_id)
    agent = colleague(site.shop_id, site.agent_id)
    for number in range(200):
        text = f"第{number}条规则:签收后七天内可以在订单页申请退货,商品要完好。"
        values = {
            "title": f"退货说明 {number}",
            "body": text,
            "kind": "policy",
            "questions": [f"怎么退货 {number}"],
        }
        save_article(shop, build_record(values), agent)


def _switch_on(site: Site) -> None:
    from goldseam.bot.board import set_switches
    from goldseam.people.queries import all_shops

    set_switches(all_shops().get(pk=site.shop_id), {("", ""): "answer"}, actor="bench")


def _measure(site: Site, turns: int, name: str) -> list[float]:
    """One conversation a customer, two messages each; the first of all are not counted."""
    taken: list[float] = []
    door = {"Authorization": f"Bearer {site.token}"}
    with httpx.Client(base_url=site.url, headers=door, timeout=60) as api:
        for number in range(turns + 4):
            who = f"{name}-{number // 2}"
            if number % 2 == 0:
                _order(api, who)
            body = {"text": QUESTIONS[number % len(QUESTIONS)], "customer": {"id": who}}
            begun = time.perf_counter()
            api.post(f"/api/v1/conversations/{who}/messages", json=body).raise_for_status()
            if number >= 4:
                taken.append((time.perf_counter() - begun) * 1000)
    return taken


def _order(api: httpx.Client, who: str) -> None:
    order = {
        "status": "shipped",
        "customer": who,
        "placed_at": "2026-01-02T10:00:00+08:00",
        "shipped_at": "2026-01-03T10:00:00+08:00",
        "total": "1299.00",
        "currency": "CNY",
        "items": [{"sku": "S-1", "title": "青瓷茶具八件套", "quantity": 1, "price": "1299.00"}],
    }
    api.put(f"/api/v1/orders/order-{who}", json=order).raise_for_status()


if __name__ == "__main__":
    main()
