"""Bad reviews from order facts alone: public orders with their reviews as facts-only conversations.

    python bench/engine_orders.py FOLDER

FOLDER holds the `orders_reviews` tables. `goldseam train --task risk` learns from the earlier part by date of
order, and the assessment of the next fifth is compared with its reviews (2 stars or fewer are bad).
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from goldseam.engine.assess import assess  # noqa: E402
from goldseam.engine.parse import parse_conversation  # noqa: E402
from goldseam.workshop.load import load_tables  # noqa: E402
from goldseam.workshop.measures import area_under_curve  # noqa: E402
from goldseam.workshop.train import train  # noqa: E402

STATUS = {
    "canceled": "cancelled",
    "unavailable": "paid",
    "invoiced": "processing",
    "created": "pending_payment",
    "approved": "paid",
}
Row = dict[str, Any]


def _table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"olist_{name}_dataset.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _grouped(folder: Path, name: str) -> dict[str, list[dict[str, str]]]:
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _table(folder, name):
        groups[row["order_id"]].append(row)
    return groups


def _moment(text: str) -> str | None:
    return text.replace(" ", "T") + "+00:00" if text else None


def orders(folder: Path) -> list[Row]:
    """Reviewed orders by date of order, as they stood when the review was asked for."""
    items, payments = _grouped(folder, "order_items"), _grouped(folder, "order_payments")
    reviews = _grouped(folder, "order_reviews")
    kinds = {row["product_id"]: row["product_category_name"] for row in _table(folder, "products")}
    rows = []
    for order in sorted(_table(folder, "orders"), key=lambda row: row["order_purchase_timestamp"]):
        key = order["order_id"]
        if key not in reviews:
            continue
        review = reviews[key][0]
        facts = _facts(order, items[key], payments[key], kinds)
        now = _moment(review["review_creation_date"])
        conversation = {"id": key, "now": now, "messages": [], "orders": [facts]}
        rows.append(
            {"conversation": conversation, "label": {"risk": float(int(review["review_score"]) <= 2)}}
        )
    return rows


def _facts(
    order: dict[str, str],
    items: Sequence[dict[str, str]],
    payments: Sequence[dict[str, str]],
    kinds: dict[str, str],
) -> Row:
    bought: dict[str, Row] = {}
    for item in items:
        sku = item["product_id"]
        new = {"sku": sku, "title": kinds.get(sku, ""), "quantity": 0, "price": float(item["price"])}
        bought.setdefault(sku, new)["quantity"] += 1
    handed, arrived = order["order_delivered_carrier_date"], order["order_delivered_customer_date"]
    scans = [("picked_up", handed), ("delivered", arrived)]
    return {
        "id": order["order_id"],
        "status": STATUS.get(order["order_status"], order["order_status"]),
        "placed_at": _moment(order["order_purchase_timestamp"]),
        "promised_ship_by": _moment(min((i["shipping_limit_date"] for i in items), default="")),
        "promised_delivery_by": _moment(order["order_estimated_delivery_date"]),
        "delivered_at": _moment(arrived),
        "currency": "BRL",
        "total": sum(float(p["payment_value"]) for p in payments) or None,
        "payment_method": payments[0]["payment_type"] if payments else "",
        "items": list(bought.values()),
        "shipment": {"events": [{"status": s, "at": _moment(at)} for s, at in scans if at]},
    }


def bad_reviews(folder: Path, until: float = 0.8) -> dict[str, float]:
    """Learn from the part until `until`, then judge the next fifth."""
    rows = orders(folder)
    cut, end = int(len(rows) * until), int(len(rows) * min(1.0, until + 0.2))
    with tempfile.TemporaryDirectory() as out:
        data = Path(out) / "data.jsonl"
        data.write_text("\n".join(map(json.dumps, rows[:cut])), encoding="utf-8")
        train("risk", data, Path(out) / "models")
        tables = load_tables(Path(out) / "models")
    late = rows[cut:end]
    said = np.array([assess(parse_conversation(row["conversation"]), tables).risk.score for row in late])
    bad = np.array([row["label"]["risk"] == 1.0 for row in late])
    top = np.argsort(-said, kind="stable")[: len(said) // 10]
    return {
        "auc": area_under_curve(said, bad),
        "precision_top_tenth": float(bad[top].mean()),
        "bad": float(bad.mean()),
        "said": float(said.mean()),
    }


def main() -> None:
    """Print the measures for three cuts in time; the last one is the target's."""
    folder = Path(sys.argv[1])
    for until in (0.4, 0.6, 0.8):
        measures = bad_reviews(folder, until)
        print(f"until {until:.0%}", "  ".join(f"{name} {value:.3f}" for name, value in measures.items()))


if __name__ == "__main__":
    main()
