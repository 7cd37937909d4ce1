"""How long the inbox takes with 100,000 conversations in the database, and what its first page weighs.

    python -m bench.inbox_page [--conversations 100000] [--requests 400]

Pages and fragments are fetched one after the other over HTTP from a running site, in turn, after each was
fetched once: the whole page of every view and two searches, and the fragments that the workbench consists of
(rail with ten saved views, filtered lists, thread, head, customer, orders, history, former conversations).
Milliseconds as the client sees them. The first page's weight is that of the page with all its styles, scripts
and icons as a browser fetches them, compressed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

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
_VIEWS: tuple[tuple[str, list[dict[str, object]]], ...] = (
    (
        "urgency",
        [{"field": "status", "op": "in", "value": ["open"]}, {"field": "tier", "op": "in", "value": ["vip"]}],
    ),
    (
        "urgency",
        [
            {"field": "status", "op": "in", "value": ["open"]},
            {"field": "waiting", "op": "over", "value": 600},
        ],
    ),
    (
        "due",
        [
            {"field": "status", "op": "in", "value": ["open"]},
            {"field": "risk_score", "op": "at_least", "value": 70},
        ],
    ),
    ("urgency", [{"field": "status", "op": "in", "value": ["open"]}, {"field": "unread", "op": "yes"}]),
    (
        "oldest",
        [
            {"field": "status", "op": "in", "value": ["open"]},
            {"field": "value", "op": "at_least", "value": 800},
        ],
    ),
    ("latest", [{"field": "label", "op": "in", "value": []}]),
    (
        "latest",
        [
            {"field": "outcome", "op": "in", "value": ["unsatisfied"]},
            {"field": "closed", "op": "last", "value": 43200},
        ],
    ),
    (
        "urgency",
        [
            {"field": "text", "op": "has", "value": "\u6295\u8bc9"},
            {"field": "status", "op": "in", "value": ["open"]},
        ],
    ),
    (
        "urgency",
        [
            {"field": "assignee", "op": "in", "value": ["me"]},
            {"field": "status", "op": "not_in", "value": ["closed"]},
        ],
    ),
    (
        "latest",
        [
            {
                "any": [
                    {"field": "risk", "op": "in", "value": ["critical"]},
                    {"field": "priority", "op": "in", "value": ["P0"]},
                ]
            },
            {"none": [{"field": "label", "op": "set"}, {"field": "status", "op": "in", "value": ["closed"]}]},
        ],
    ),
)
"""Saved views as people make them; the empty list of labels is filled in."""

_SHARES = {"open": 0.06, "snoozed": 0.02, "closed": 0.92}
_PRIORITIES = (("P0", 0.01), ("P1", 0.09), ("P2", 0.5), ("P3", 0.4))


def fill(site: Site, count: int) -> None:
    """Conversations with customers, words from the starter corpus and plausible triage, by bulk insert."""
    from django.utils import timezone

    from goldseam.commerce.models import Customer
    from goldseam.conversations.models import Conversation, Label
    from goldseam.core.text import tokens
    from goldseam.workshop.corpus import load_corpus

    chance = random.Random(7)
    texts = [example.text for example in load_corpus() if example.language == "zh"]
    now = timezone.now()
    labels = [
        label.pk
        for label in Label.objects.bulk_create(Label(shop_id=site.shop_id, name=f"l{i}") for i in range(20))
    ]
    customers = Customer.objects.bulk_create(
        Customer(
            shop_id=site.shop_id, external_id=f"u-{i}", name=f"客户{i}", tier="vip" if i % 20 == 0 else ""
        )
        for i in range(count // 5)
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
                    label_ids=[chance.choice(labels)] if chance.random() < 0.05 else [],
                    outcome=chance.choice(("satisfied", "unsatisfied")) if status == "closed" else "",
                    emotion=chance.choice(("calm", "anxious", "angry")),
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


def _index(rows: Sequence[Any], terms: list[list[str]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE conversations_conversation SET search = array_to_tsvector(%s::text[]) WHERE id = %s",
            [(term, row.pk) for row, term in zip(rows, terms, strict=True)],
        )


def furnish(site: Site) -> list[str]:
    """Ten saved views, and one open conversation with a long thread, orders with parcels, and former
    conversations; the addresses of the fragments that show them."""
    from django.utils import timezone

    from goldseam.commerce.models import Order, OrderItem, Parcel, Scan
    from goldseam.conversations.models import Conversation, Label, Message, SavedView

    label = Label.objects.filter(shop_id=site.shop_id).values_list("pk", flat=True)[0]
    views = []
    for number, (by, conditions) in enumerate(_VIEWS):
        parts = [c | {"value": [label]} if c.get("value") == [] else c for c in conditions]
        data = {"version": 1, "where": {"all": parts}}
        views.append(
            SavedView(shop_id=site.shop_id, scope="shop", name=f"view {number}", filter=data, order=by)
        )
    SavedView.objects.bulk_create(views)
    now = timezone.now()
    row = Conversation.objects.filter(shop_id=site.shop_id, status="open").order_by("pk")[0]
    Message.objects.bulk_create(
        Message(
            conversation=row,
            role="agent" if i % 2 else "customer",
            text="\u5feb\u9012\u505c\u5728\u5e7f\u5dde\u4e09\u5929\u6ca1\u52a8\u4e86" * 4,
            at=now - timedelta(minutes=200 - i),
        )
        for i in range(150)
    )
    for number in range(20):
        order = Order.objects.create(
            shop_id=site.shop_id,
            external_id=f"o-{number}",
            customer=row.customer,
            status="shipped",
            placed_at=now,
        )
        OrderItem.objects.create(order=order, position=0, title="Bowl", price=120)
        parcel = Parcel.objects.create(order=order, tracking_no=f"SF{number}", carrier="SF")
        Scan.objects.bulk_create(
            Scan(parcel=parcel, position=i, at=now - timedelta(hours=i), status="in_transit")
            for i in range(8)
        )
    saved = [f"/inbox/?view=v{view.pk}" for view in views]
    here = f"/conversations/{row.pk}/"
    pieces = [f"{here}{name}/" for name in ("thread", "head", "history", "former", "peek")]
    customer = [f"/customers/{row.customer_id}/{name}/" for name in ("card", "orders")]
    return [
        *saved,
        here,
        "/inbox/views/",
        "/views/",
        "/labels/",
        "/inbox/look-up/?q=7391",
        *pieces,
        *customer,
    ]


def weigh(client: httpx.Client) -> float:
    """Kilobytes of the first page with everything it names, compressed, as they travel."""
    page = _bytes(client, "/inbox/")
    text = client.get("/inbox/").text
    names = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', text))
    return round((page + sum(_bytes(client, name) for name in names)) / 1024, 1)


def _bytes(client: httpx.Client, path: str) -> int:
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        answer.raise_for_status()
        return sum(len(part) for part in answer.iter_raw())


def measure(site: Site, requests: int, fragments: list[str]) -> dict[str, float]:
    """Milliseconds: whole pages together, fragments together, and the slowest of each."""
    took: dict[str, list[float]] = {path: [] for path in (*PATHS, *fragments)}
    with httpx.Client(base_url=site.url, cookies={"sessionid": site.session}, timeout=30) as client:
        for number, path in enumerate(islice(cycle(took), requests + len(took))):
            headers = {} if path in PATHS else {"HX-Request": "true"}
            started = time.perf_counter()
            answer = client.get(path, headers=headers)
            elapsed = (time.perf_counter() - started) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}")
            if number >= len(took):
                took[path].append(elapsed)
        weight = weigh(client)
    return (
        _figures("", {path: took[path] for path in PATHS})
        | _figures("fragment_", {path: took[path] for path in fragments})
        | {"first_page_kb": weight}
        | {f"{path} p50_ms": round(percentile(values, 0.5), 1) for path, values in took.items()}
    )


def _figures(prefix: str, took: dict[str, list[float]]) -> dict[str, float]:
    everything = [ms for values in took.values() for ms in values]
    worst = max(took, key=lambda path: percentile(took[path], 0.95))
    return {
        f"{prefix}p50_ms": round(percentile(everything, 0.5), 1),
        f"{prefix}p95_ms": round(percentile(everything, 0.95), 1),
        f"worst_{prefix or 'view_'}p95_ms": round(percentile(took[worst], 0.95), 1),
    }


def main() -> None:
    """Fill, analyse, measure, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=640)
    options = parser.parse_args()
    with running_site() as site:
        fill(site, options.conversations)
        fragments = furnish(site)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        print(json.dumps(measure(site, options.requests, fragments), ensure_ascii=False, indent=1))
        connection.close()


if __name__ == "__main__":
    main()
