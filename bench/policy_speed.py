"""How fast a policy pack of 200 rules decides: which rules hold, what is forbidden, who may grant it.

    python -m bench.policy_speed [--seconds 3]

Every rule that matters for one decision is asked (the shipped pack, filled up with rules of a shop to 200),
for cases of every issue and order state, one core, one process. The facts are gathered outside the clock.
Prints one JSON object: milliseconds per decision p50, p95 and worst, and for comparison the whole judgement
(risk, liability, ranking with reasons, draft) with the same pack.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from goldseam.engine.decide.decide import decide
from goldseam.engine.decide.liability import liability
from goldseam.engine.decide.policy import PolicyPack
from goldseam.engine.decide.remedies import allowed, needs_approval, offered_amount
from goldseam.engine.decide.risk import risk
from goldseam.engine.decide.situation import Situation, situation
from goldseam.engine.decide.tables import DecidingTables
from goldseam.engine.facts import Conversation, Customer, Item, Message, Order, Scan, Shipment
from goldseam.engine.reading import Emotion, Entities, Issue, OrderMeant, Reading, Request, Signal
from goldseam.workshop.load_deciding import load_deciding, read_pack
from goldseam.workshop.load_terms import load_terms, shipped_pack

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
RULES = 200


def pack_of(size: int) -> PolicyPack:
    """The shipped pack with a shop's own rules on tier, value, risk and signals, `size` rules in all."""
    body = shipped_pack("default")
    issues = sorted(load_terms().issues)
    for number in itertools.count():
        if len(body["rules"]) >= size:
            break
        body["rules"].append(
            {
                "id": f"own-{number}",
                "remedy": ["coupon", "gift"],
                "when": {
                    "issue": [issues[number % len(issues)], issues[(number + 7) % len(issues)]],
                    "order_total": {"min": 50 * (number % 5)},
                    "risk_score": {"min": 0.1 * (number % 6)},
                    "tier": ["vip", "gold", "plus"],
                    "signals": {"none": ["fraud_suspect", "self_harm"]},
                },
                "amount": {"kind": "share", "value": 0.05, "cap": 30},
                "payer": "seller",
                "merit": 0.01 * (number % 7),
                "words": {"zh": "-", "en": "-"},
                "source": {"zh": "-", "en": "-"},
            }
        )
    return read_pack(body)


def cases() -> list[tuple[Conversation, Reading]]:
    """Every issue with every order state, some with signals and requests."""
    states = ("pending_payment", "paid", "processing", "shipped", "delivered", "completed", "refunding")
    found = []
    for place, (issue, state) in enumerate(itertools.product(sorted(load_terms().issues), states)):
        signals = (Signal("legal", "…"), Signal("churn", "…")) if place % 3 == 0 else ()
        requests = (Request("return_refund", "…"),) if place % 2 == 0 else ()
        reading = Reading(
            "zh",
            Issue(issue, 0.9),
            Emotion("angry", 2, course=(1.0, 2.0)),
            signals,
            Entities(),
            OrderMeant("o-1"),
            requests,
        )
        found.append((_talk(state), reading))
    return found


def _talk(state: str) -> Conversation:
    scans = tuple(Scan(NOW - timedelta(hours=90 - 10 * n), "in_transit") for n in range(5))
    order = Order(
        "o-1",
        status=state,
        placed_at=NOW - timedelta(days=6),
        promised_ship_by=NOW - timedelta(days=4),
        promised_delivery_by=NOW - timedelta(days=1),
        delivered_at=NOW - timedelta(days=2) if state in ("delivered", "completed") else None,
        total=269.0,
        items=(Item("S-1", "bowl", 1, 269.0),),
        shipment=Shipment("carrier", "T-1", scans),
    )
    customer = Customer("u", "vip", 9, 3200.0, 2, 1, 1)
    return Conversation("c", (Message("customer", "…", NOW),), NOW, "zh-CN", customer, (order,))


def judge(view: Situation, danger: Any, blame: Any, tables: DecidingTables) -> int:
    """The policy's share of one decision: rules, terms and authority of everything allowed."""
    offers = allowed(view, danger, blame, tables.remedies)
    return sum(needs_approval(view, o.rule, offered_amount(view, o)[0]) for o in offers.values())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    seconds = parser.parse_args().seconds
    shipped = load_deciding()
    tables = replace(shipped, packs=(pack_of(RULES),))
    prepared = []
    for talk, reading in cases():
        view = situation(talk, reading, tables)
        prepared.append((talk, reading, view, risk(view, tables.risk), liability(view, tables.liability)))
    times: list[float] = []
    whole: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for talk, reading, view, danger, blame in prepared:
            began = time.perf_counter()
            judge(view, danger, blame, tables)
            middle = time.perf_counter()
            decide(talk, reading, tables)
            whole.append((time.perf_counter() - middle) * 1000)
            times.append((middle - began) * 1000)
    parts, all_parts = statistics.quantiles(times, n=100), statistics.quantiles(whole, n=100)
    print(
        json.dumps(
            {
                "rules": len(tables.packs[0].rules),
                "decisions": len(times),
                "ms_per_decision_p50": round(parts[49], 4),
                "ms_per_decision_p95": round(parts[94], 4),
                "ms_per_decision_max": round(max(times), 3),
                "ms_whole_judgement_p50": round(all_parts[49], 4),
                "ms_whole_judgement_p95": round(all_parts[94], 4),
            }
        )
    )


if __name__ == "__main__":
    main()
