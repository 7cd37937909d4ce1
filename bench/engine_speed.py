"""How fast the engine is: conversations of 6 turns with 5 orders, one core, one process.

    python bench/engine_speed.py [--seconds 5]

prints one JSON object: conversations per second, milliseconds p50/p99, resident memory and start time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import psutil

_NOW = datetime(2026, 11, 22, 10, 0, tzinfo=timezone(timedelta(hours=8)))
_TALKS = (
    (
        "快递停了三天了,孩子开学要用!",
        "您好,我看一下",
        "都催了两次了还是没动静",
        "已为您反馈,请耐心等待",
        "等到什么时候?再不到我就投诉12315",
        "抱歉让您久等",
    ),
    (
        "收到的杯子碎了,箱子都压扁了",
        "抱歉,方便发张照片吗",
        "发了,三个碎了两个",
        "好的,可以补发或退款",
        "那补发吧,周末要请客",
        "好的,我马上安排",
    ),
    (
        "你好,昨天买的外套能改一下地址吗",
        "可以的,请提供新地址",
        "改成上海市浦东新区世纪大道100号",
        "好的,已备注",
        "发票也开一下,公司抬头",
        "请提供税号",
    ),
    (
        "电饭煲按了没反应,用了不到十天",
        "请问灯亮吗",
        "灯也不亮,插座是好的",
        "那可能是主板问题",
        "能换个新的吗,不想修",
        "可以的,我为您申请",
    ),
    (
        "My parcel has been stuck for 5 days",
        "Let me check",
        "I already asked twice and nobody answers",
        "We have forwarded it",
        "This is unacceptable, I want a refund",
        "I understand",
    ),
)
_STATUSES = ("shipped", "delivered", "paid", "completed", "refunding")
_TITLES = ("儿童学习桌", "陶瓷杯六件套", "冲锋外套 黑色 L", "电饭煲 4L", "无线耳机")


def _at(hours: float) -> str:
    return (_NOW - timedelta(hours=hours)).isoformat()


def _order(number: int, talk: int) -> dict[str, Any]:
    status = _STATUSES[(number + talk) % len(_STATUSES)]
    scans = [
        {
            "at": _at(100 - 12 * step),
            "status": "in_transit",
            "location": f"分拨中心{step}",
            "text": "快件已发往下一站",
        }
        for step in range(5)
    ]
    return {
        "id": f"3130{talk}{number:08d}",
        "status": status,
        "placed_at": _at(150 + 24 * number),
        "promised_ship_by": _at(130),
        "promised_delivery_by": _at(40),
        "delivered_at": _at(30) if status in ("delivered", "completed", "refunding") else None,
        "currency": "CNY",
        "total": 99.0 + 120 * number,
        "items": [
            {"sku": f"10{number}", "title": _TITLES[number % 5], "quantity": 1, "price": 99.0 + 120 * number}
        ],
        "shipment": {"carrier": "中通快递", "tracking_no": f"7312{talk}{number:08d}", "events": scans},
    }


def conversations() -> list[dict[str, Any]]:
    """Conversations that differ in words, orders and states."""
    found = []
    for number, talk in enumerate(_TALKS * 8):
        turns = [
            {"role": "agent" if i % 2 else "customer", "text": f"{text}", "at": _at(3 - 0.4 * i)}
            for i, text in enumerate(talk)
        ]
        found.append(
            {
                "id": f"c-{number}",
                "now": _NOW.isoformat(),
                "messages": turns,
                "customer": {
                    "id": f"u-{number}",
                    "tier": "vip",
                    "orders_365d": 12,
                    "contacts_30d": number % 4,
                },
                "orders": [_order(n, number) for n in range(5)],
            }
        )
    return found


def measure(seconds: float) -> dict[str, Any]:
    """Assess for so many seconds; JSON text in, JSON text out, as the command does it."""
    import orjson

    started = time.perf_counter()
    from goldseam.core.memory import settle
    from goldseam.engine.assess import assess
    from goldseam.engine.parse import parse_conversation
    from goldseam.workshop.load import load_tables

    tables = load_tables()
    settle()
    loaded = time.perf_counter() - started
    lines = [orjson.dumps(c) for c in conversations()]
    for line in lines:
        assess(parse_conversation(orjson.loads(line)), tables)
    times: list[float] = []
    begun = time.process_time()
    until = time.perf_counter() + seconds
    for line in itertools.cycle(lines):
        one = time.perf_counter()
        orjson.dumps(assess(parse_conversation(orjson.loads(line)), tables).as_contract(0.0))
        times.append(time.perf_counter() - one)
        if time.perf_counter() > until:
            break
    cpu = time.process_time() - begun
    times.sort()
    return {
        "conversations_per_second": round(len(times) / sum(times)),
        "conversations_per_cpu_second": round(len(times) / cpu),
        "p50_ms": round(times[len(times) // 2] * 1000, 3),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 3),
        "memory_mb": round(psutil.Process().memory_info().rss / 1e6, 1),
        "load_s": round(loaded, 2),
    }


def start_seconds() -> float:
    """Wall time of `goldseam assess` on one short line, process start included."""
    line = b'{"id": "x", "messages": [{"role": "customer", "text": "hi"}]}\n'
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "goldseam.site.cli", "assess"], input=line, check=True, capture_output=True
    )
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed of the engine on one core.")
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    result = measure(asked.seconds)
    result["start_s"] = round(min(start_seconds() for _ in range(3)), 2)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
