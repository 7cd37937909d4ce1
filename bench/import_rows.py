"""How many rows a second an import takes in, and how much memory it needs.

    python -m bench.import_rows [--orders 50000]

A made-up Shopify export (one row per line item, two on average) is imported through the shipped mapping
into a fresh embedded PostgreSQL, then imported again, which must change nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

_HEADER_LINE = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
    "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,"
    "Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
    "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,"
    "Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,"
    "Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,"
    "Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,"
    "Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Phone"
)
HEADER = tuple(_HEADER_LINE.split(","))
_START = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-5)))


def write_export(path: Path, orders: int) -> int:
    """Write the made-up export; returns its rows."""
    chance = random.Random(11)
    rows = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        for number in range(orders):
            for row in _order(chance, number):
                writer.writerow(row)
                rows += 1
    return rows


def _order(chance: random.Random, number: int) -> list[dict[str, Any]]:
    buyer = chance.randrange(30_000)
    placed = _START + timedelta(minutes=5 * number)
    items: list[dict[str, Any]] = [
        {
            "Name": f"#{number + 1001}",
            "Email": f"buyer{buyer}@example.com",
            "Lineitem quantity": chance.randint(1, 3),
            "Lineitem name": f"Teapot, model {chance.randrange(400)} - celadon",
            "Lineitem price": f"{chance.randrange(500, 20_000) / 100:.2f}",
            "Lineitem sku": f"TP-{chance.randrange(400)}",
        }
        for _ in range(chance.randint(1, 3))
    ]
    total = sum(float(item["Lineitem price"]) * item["Lineitem quantity"] for item in items)
    items[0].update(
        {
            "Financial Status": chance.choice(["paid", "paid", "pending", "refunded"]),
            "Fulfillment Status": chance.choice(["fulfilled", "unfulfilled"]),
            "Fulfilled at": f"{placed + timedelta(days=1):%Y-%m-%d %H:%M:%S} -0500",
            "Created at": f"{placed:%Y-%m-%d %H:%M:%S} -0500",
            "Currency": "USD",
            "Total": f"{total:.2f}",
            "Billing Name": f"Buyer {buyer}",
            "Shipping Address1": f"{buyer} Kiln Street",
            "Shipping City": "Jingdezhen",
            "Shipping Country": "CN",
            "Payment Method": "card",
            "Refunded Amount": "0.00",
        }
    )
    return items


def measure(orders: int) -> dict[str, float | int]:
    """Import twice; seconds, rows a second and the peak memory of this process in MB."""
    home = Path(tempfile.mkdtemp(prefix="goldseam-bench-"))
    os.environ.update(GOLDSEAM_HOME=str(home), GOLDSEAM_MODE="development")
    os.environ.pop("DATABASE_URL", None)
    from goldseam.site.running import checked_environment, database, setup_django

    export = home / "orders_export.csv"
    rows = write_export(export, orders)
    with database(checked_environment()):
        setup_django()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        from goldseam.people.actions import create_shop

        shop = create_shop("bench", "Bench", actor="bench", currency="USD")
        before = _memory()
        first = _import(shop, export)
        second = _import(shop, export)
    return {
        "orders": orders,
        "rows": rows,
        "seconds": round(first, 1),
        "rows_per_second": round(rows / first),
        "again_rows_per_second": round(rows / second),
        "memory_mb_before": before,
        "memory_mb_peak": _memory(),
    }


def _import(shop: Any, export: Path) -> float:
    from zoneinfo import ZoneInfo

    from goldseam.commerce.importing.mapping import find_mapping, load_mapping
    from goldseam.commerce.importing.plan import plan_import
    from goldseam.commerce.importing.runner import Importer
    from goldseam.commerce.importing.schema import COMMERCE

    mapping = load_mapping(find_mapping("shopify-orders"), COMMERCE, ZoneInfo("UTC"))
    started = time.perf_counter()
    importer = Importer(shop, mapping, None, actor="bench", advance=lambda path, done: None)
    report = importer.run(plan_import(mapping, [export]).tasks)
    assert not report.refused, report.problems[:3]
    return time.perf_counter() - started


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=50_000)
    print(json.dumps(measure(parser.parse_args().orders)))


if __name__ == "__main__":
    main()
