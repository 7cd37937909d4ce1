"""How long the inbox takes with 100,000 conversations in the database.

    python -m bench.inbox_page [--conversations 100000] [--requests 150]

Pages are fetched one after the other over HTTP from a running site, each view and two searches in turn, after
ten warm-up requests; milliseconds per page as the client sees them.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import timedelta
from itertools import cycle, islice

import httpx

from bench.running_site import Site, percentile, running_site

PATHS = (
    "/inbox/?view=needs",
    "/inbox/?view=mine",
    "/inbox/?view=unassigned",
    "/inbox/?view=risk",
    "/inbox/?view=open",
    "/inbox/?view=closed",
    "/inbox/?q=快递三天",
    "/inbox/?q=7391",
)
_SHARES = {"open": 0.06, "snoozed": 0.02, "closed": 0.92}
_PRIORITIES = (("P0", 0.01), ("P1", 0.09), ("P2", 0.5), ("P3", 0.4))


def fill(site: Site, count: int) -> None:
    """Conversations with customers, words from the starter corpus and plausible triage, by bulk insert."""
    from django.utils import timezone

    from goldseam.commerce.models import Customer
    from goldseam.conversations.models import Conversation
    from goldseam.core.text import tokens
    from goldseam.workshop.corpus import load_corpus

    chance = random.Random(7)
    texts = [example.text for example in load_corpus() if example.language == "zh"]
    now = timezone.now()
    customers = Customer.objects.bulk_create(
        Customer(shop_id=site.shop_id, external_id=f"u-{i}", name=f"客户{i}") for i in range(count // 5)
    )
    for start in range(0, count, 5000):
        rows = []
        for i in range(start, min(count, start + 5000)):
            text = chance.choice(texts)
            at = now - timedelta(minutes=chance.randint(1, 130_000))
            status = chance.choices(list(_SHARES), weights=list(_SHARES.values()))[0]
            risk = chance.random() ** 3
            rows.append(
                Conversation(
                    shop_id=site.shop_id,
                    external_id=f"c-{i}",
                    customer=chance.choice(customers),
                    status=status,
                    assignee_id=site.agent_id if chance.random() < 0.1 else None,
                    created_at=at,
                    last_message_at=at,
                    waiting_since=at if status == "open" else None,
                    snoozed_until=now + timedelta(days=1) if status == "snoozed" else None,
                    closed_at=at if status == "closed" else None,
                    snippet=text[:160],
                    issue="logistics.delay",
                    risk_score=risk,
                    risk_level="critical" if risk > 0.8 else "high" if risk > 0.6 else "low",
                    priority=chance.choices([p for p, _ in _PRIORITIES], [w for _, w in _PRIORITIES])[0],
                )
            )
        Conversation.objects.bulk_create(rows)
        _index(rows, [tokens(f"{row.snippet} {row.external_id}") for row in rows])


def _index(rows: list[object], terms: list[list[str]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE conversations_conversation SET search = array_to_tsvector(%s::text[]) WHERE id = %s",
            [(term, row.pk) for row, term in zip(rows, terms, strict=True)],  # type: ignore[attr-defined]
        )


def measure(site: Site, requests: int) -> dict[str, float]:
    """Milliseconds per page: p50, p95, and the slowest path's p95."""
    took: dict[str, list[float]] = {path: [] for path in PATHS}
    with httpx.Client(base_url=site.url, cookies={"sessionid": site.session}, timeout=30) as client:
        for number, path in enumerate(islice(cycle(PATHS), requests + 10)):
            started = time.perf_counter()
            answer = client.get(path)
            elapsed = (time.perf_counter() - started) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}")
            if number >= 10:
                took[path].append(elapsed)
    everything = [ms for values in took.values() for ms in values]
    worst = max(took, key=lambda path: percentile(took[path], 0.95))
    return {
        "p50_ms": round(percentile(everything, 0.5), 1),
        "p95_ms": round(percentile(everything, 0.95), 1),
        "worst_view_p95_ms": round(percentile(took[worst], 0.95), 1),
    } | {f"{path} p50_ms": round(percentile(values, 0.5), 1) for path, values in took.items()}


def main() -> None:
    """Fill, analyse, measure, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=160)
    options = parser.parse_args()
    with running_site() as site:
        fill(site, options.conversations)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        print(json.dumps(measure(site, options.requests), ensure_ascii=False, indent=1))
        connection.close()


if __name__ == "__main__":
    main()
