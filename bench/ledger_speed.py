"""How fast money is counted: the authority simulator over 100,000 past requests, and the ledger's page.

    python -m bench.ledger_speed [--requests 100000] [--entries 20000] [--pages 60]

The simulator is the engine alone, in one process: all issues and each one. The page is fetched over HTTP from
a running site, one after the other, with its sums and with a filter, after each was fetched once.
Prints one JSON object: seconds, and milliseconds p95.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import cycle, islice

import httpx

from bench.running_site import Site, percentile, running_site
from goldseam.engine.authority.facts import PastRequest
from goldseam.engine.authority.simulate import simulate_all

START = datetime(2026, 1, 1, tzinfo=UTC)
ISSUES = [f"issue-{number}" for number in range(20)]
PATHS = (
    "/ledger/",
    "/ledger/?by=agent",
    "/ledger/?issue=logistics.delay&by=month",
    "/ledger/?state=paid&since=2026-02-01&until=2026-03-31",
)


def past(count: int) -> list[PastRequest]:
    """Requests of every size; large ones are refused more often."""
    chance = random.Random(7)
    rows = []
    for number in range(count):
        amount = Decimal(chance.randint(500, 60_000)) / 100
        approved = chance.random() > float(amount) / 900
        asked = START + timedelta(minutes=number)
        rows.append(
            PastRequest(
                chance.choice(ISSUES),
                "coupon",
                amount,
                approved,
                amount if approved else Decimal(0),
                asked,
                asked + timedelta(minutes=chance.randint(3, 900)),
                chance.random() < 0.3,
            )
        )
    return rows


def fill(site: Site, count: int) -> None:
    """Entries over three months, three to a conversation."""
    from goldseam.conversations.actions import open_conversation
    from goldseam.ledger.history import OldEntry, write_history
    from goldseam.people.queries import all_shops

    shop = all_shops().get(pk=site.shop_id)
    chance = random.Random(7)
    talks = [open_conversation(shop, f"money-{number}", actor="bench").pk for number in range(200)]
    rows = []
    for number in range(count // 2):
        at = START + timedelta(minutes=6 * number)
        first = OldEntry(
            f"p{number}",
            at,
            "promised",
            Decimal(chance.randint(500, 9_000)) / 100,
            "CNY",
            "coupon",
            chance.choice(talks),
            issue=chance.choice(("logistics.delay", "product.defect", "other")),
        )
        paid = OldEntry(
            f"d{number}",
            at + timedelta(minutes=3),
            "paid",
            first.amount,
            "CNY",
            "coupon",
            first.conversation_id,
            issue=first.issue,
        )
        rows += [first, paid]
    write_history(site.shop_id, rows, actor="bench")


def _fetch(site: Site, count: int) -> list[float]:
    times = []
    with httpx.Client(base_url=site.url, cookies={"sessionid": site.session}, timeout=60) as client:
        for path in PATHS:
            client.get(path).raise_for_status()
        for path in islice(cycle(PATHS), count):
            begin = time.perf_counter()
            client.get(path, follow_redirects=False).raise_for_status()
            times.append((time.perf_counter() - begin) * 1000)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--pages", type=int, default=60)
    arguments = parser.parse_args()
    rows = past(arguments.requests)
    begin = time.perf_counter()
    simulate_all(rows)
    seconds = time.perf_counter() - begin
    with running_site() as site:
        fill(site, arguments.entries)
        times = _fetch(site, arguments.pages)
    result = {
        "requests": len(rows),
        "simulator_s": round(seconds, 3),
        "entries": arguments.entries,
        "ledger_page_p95_ms": round(percentile(times, 0.95), 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
