"""Whole runs: repeated, interrupted, two at once, rehearsed, repaired."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from goldseam.commerce.importing.errors import ImportRefused
from goldseam.commerce.importing.mapping import load_mapping
from goldseam.commerce.importing.plan import plan_import
from goldseam.commerce.importing.rejects import RejectFile
from goldseam.commerce.importing.runner import Importer
from goldseam.commerce.models import Customer, Order, OrderItem, Parcel, Product, Refund, Scan
from goldseam.core.models import AuditEntry
from goldseam.people.models import Shop
from tests.importing.conftest import ENTITIES, ORDERS, Run

HEAD = "id,buyer,status,total,placed"

GROUPED = """
[maps.status]
sent = "shipped"
[[source]]
name = "lines"
group = "order"
[source.customer]
once = true
external_id = "buyer"
name = "name"
[source.order]
external_id = "order"
customer = "buyer"
status = { column = "status", map = "status" }
[source.order.items]
when = "trim(sku)"
sku = "sku"
quantity = "pieces"
[source.order.parcels]
each = "@"
tracking_no = "parcel"
[source.order.parcels.scans]
each = "_rows"
when = "trim(scan)"
text = "scan"
at = "time"
"""


def table(model: type) -> list[tuple[object, ...]]:
    return list(model.objects.order_by("pk").values_list())  # type: ignore[attr-defined]


def everything() -> list[list[tuple[object, ...]]]:
    return [table(model) for model in (Customer, Product, Order, OrderItem, Parcel, Scan, Refund, AuditEntry)]


@pytest.mark.django_db
def test_the_second_run_changes_nothing(run: Run) -> None:
    content = f"{HEAD}\n" + "\n".join(f"o-{i},u-{i % 7},paid,{i},2026-11-01" for i in range(1200))
    assert run(ORDERS, {"orders.csv": content}).counts() == (1200, 0, 0, 0)
    before = everything()
    assert run(ORDERS, {"orders.csv": content}).counts() == (0, 0, 1200, 0)
    assert everything() == before


@pytest.mark.django_db
def test_a_dry_run_says_what_would_happen_and_stores_nothing(run: Run) -> None:
    run(ORDERS, {"orders.csv": f"{HEAD}\no-1,u,paid,1,"})
    before = everything()
    content = f"{HEAD}\no-1,u,已签收,1,\no-2,u,paid,1,\no-3,u,?,1,"
    result = run(ORDERS, {"orders.csv": content}, dry_run=True)
    assert result.counts() == (1, 1, 0, 1)
    assert everything() == before


@pytest.mark.django_db
def test_rejects_go_in_after_repair(run: Run) -> None:
    content = f"{HEAD}\no-1,u,sent,1,\no-2,u,paid,abc,\no-3,u,paid,1,\no-4,u"
    first = run(ORDERS, {"orders.csv": content})
    assert first.counts() == (1, 0, 0, 2)
    fields = [(r["row"], r["field"], r["value"]) for r in first.rejects]
    assert fields == [(5, "", None), (2, "status", "sent"), (3, "total", "abc")] or fields == [
        (2, "status", "sent"),
        (3, "total", "abc"),
        (5, "", None),
    ]
    assert first.rejects_path is not None
    again = run(ORDERS, paths=[first.rejects_path])
    assert again.counts() == (0, 0, 0, 2)
    assert again.report.refused == 3
    repaired = [line for line in first.rejects if line.get("rows")]
    for line in repaired:
        line["rows"][0]["data"].update(status="paid", total="2")
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in repaired)
    last = run(ORDERS, {"repaired.jsonl": text})
    assert last.counts() == (2, 0, 0, 0)
    assert Order.objects.count() == 3


@pytest.mark.django_db
def test_rejects_of_grouped_and_expanded_rows_keep_what_they_need(run: Run) -> None:
    content = "order,buyer,name,status,sku,pieces,parcel,scan,time\n" + "\n".join(
        [
            "o-1,u-1,A,sent,a,1,P1,picked,2026-11-01 08:00",
            "o-1,,,,b,0,,moved,2026-11-02 08:00",
            "o-2,u-1,B,sent,a,1,,,",
        ]
    )
    first = run(GROUPED, {"lines.csv": content})
    assert first.counts() == (1, 0, 0, 1)
    assert first.counts("customer") == (1, 0, 0, 0)
    assert (first.rejects[0]["field"], len(first.rejects[0]["rows"])) == ("items[1].quantity", 2)
    assert [field for _, field, _ in first.report.kinds] == ["order.items[].quantity"]
    first.rejects[0]["rows"][1]["data"]["pieces"] = "2"
    again = run(GROUPED, {"r.jsonl": json.dumps(first.rejects[0])})
    assert again.counts() == (1, 0, 0, 0)
    order = Order.objects.get(external_id="o-1")
    assert list(order.items.values_list("sku", "quantity")) == [("a", 1), ("b", 2)]
    assert list(order.parcels.get().scans.values_list("text", flat=True)) == ["picked", "moved"]
    assert not Order.objects.get(external_id="o-2").parcels.exists()
    assert Customer.objects.get().name == "A"


@pytest.mark.django_db
def test_rows_of_a_group_must_stand_together(run: Run) -> None:
    head = "order,buyer,name,status,sku,pieces,parcel,scan,time\n"
    rows = ["o-1,u,A,sent,a,1,,,", "o-2,u,A,sent,a,1,,,", "o-1,u,A,sent,b,1,,,", ",u,A,sent,b,1,,,"]
    result = run(GROUPED, {"lines.csv": head + "\n".join(rows)})
    assert result.counts()[0] == 2
    assert ["stand together" in p.reason or "key is empty" in p.reason for p in result.report.problems] == [
        True
    ] * 2
    assert OrderItem.objects.filter(order__external_id="o-1").count() == 1


@pytest.mark.django_db
def test_an_unreadable_row_inside_a_group_costs_the_group(run: Run) -> None:
    head = "order,buyer,name,status,sku,pieces,parcel,scan,time\n"
    rows = ["o-1,u,A,sent,a,1,,,", "o-1,too,short", "o-1,u,A,sent,b,1,,,", "o-2,u,A,sent,b,1,,,"]
    result = run(GROUPED, {"lines.csv": head + "\n".join(rows)})
    assert list(Order.objects.values_list("external_id", flat=True)) == ["o-2"]
    assert result.report.refused == 2


@pytest.mark.django_db
def test_buyers_are_stored_before_the_orders_that_name_them(run: Run) -> None:
    head = "order,buyer,name,status,sku,pieces,parcel,scan,time\n"
    rows = [f"o-{i},u-{i % 300},A,sent,a,1,,," for i in range(1100)]
    result = run(GROUPED, {"lines.csv": head + "\n".join(rows)})
    assert (result.counts(), result.counts("customer")) == ((1100, 0, 0, 0), (300, 0, 0, 0))


@pytest.mark.django_db
def test_nested_maps_by_levels_and_paths(run: Run) -> None:
    mapping = """
[[source]]
path = "data.orders"
levels = ["platform", "buyer"]
[source.order]
external_id = "concat(_keys.platform, '-', no)"
customer = "_keys.buyer"
status = { value = "paid" }
"""
    data = {
        "meta": {"orders": 3},
        "data": {"x": [1], "orders": {"jd": {"u-1": [{"no": 1}, {"no": 2}]}, "tb": {}}},
    }
    assert run(mapping, {"o.json": json.dumps(data)}).counts() == (2, 0, 0, 0)
    assert set(Order.objects.values_list("external_id", "customer__external_id")) == {
        ("jd-1", "u-1"),
        ("jd-2", "u-1"),
    }
    with pytest.raises(ImportRefused, match="no key 'orders'"):
        run(mapping, {"o.json": '{"data": {}}'})
    assert (
        "no object" in run(mapping, {"o.json": '{"data": {"orders": {"jd": 3}}}'}).report.problems[0].reason
    )


@pytest.mark.django_db
def test_rows_are_made_out_of_elements(run: Run) -> None:
    mapping = """
[[source]]
rows = "variants"
[source.product]
external_id = "sku"
title = "concat(_parent.name, ' ', colour)"
price = "price"
"""
    data = [{"name": "T", "variants": [{"sku": "a", "colour": "red", "price": 1}, {"sku": "", "price": 2}]}]
    first = run(mapping, {"p.json": json.dumps(data)})
    assert first.counts("product") == (1, 0, 0, 1)
    assert Product.objects.get().title == "T red"
    assert first.rejects[0]["rows"][0]["data"] == data[0]
    first.rejects[0]["rows"][0]["data"]["variants"][1]["sku"] = "b"  # type: ignore[index]
    assert run(mapping, {"r.jsonl": json.dumps(first.rejects[0])}).counts("product") == (1, 0, 1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(("empty", "total"), [("leave", 5), ("clear", None)])
def test_empty_cells_leave_or_clear(run: Run, empty: str, total: int | None) -> None:
    mapping = ORDERS.replace('name = "orders"', f'name = "orders"\nempty = "{empty}"')
    run(mapping, {"orders.csv": f"{HEAD}\no-1,u,paid,5,"})
    run(mapping, {"orders.csv": f"{HEAD}\no-1,u,paid,,"})
    assert Order.objects.get().total == total


@pytest.mark.django_db
def test_a_reject_file_never_overwrites(tmp_path: Path) -> None:
    wanted = tmp_path / "r.jsonl"
    wanted.write_text("precious")
    rejects = RejectFile(wanted)
    rejects.add(source="s", file="f", entity="", field="", value=None, reason="x", raw="y", number=1)
    rejects.close()
    assert wanted.read_text() == "precious"
    assert rejects.path == tmp_path / "r-2.jsonl"


def importer(
    shop: Shop, tmp_path: Path, count: int, stop_after: int | None = None
) -> tuple[Importer, list[object]]:
    (tmp_path / "map.toml").write_text(ORDERS, encoding="utf-8")
    export = tmp_path / "orders.csv"
    rows = "\n".join(f"o-{i},u-{i % 50},paid,{i},2026-11-01" for i in range(count))
    export.write_text(f"{HEAD}\n{rows}", encoding="utf-8")
    mapping = load_mapping(tmp_path / "map.toml", ENTITIES, ZoneInfo("UTC"))
    calls = 0

    def advance(path: Path, done: int) -> None:
        nonlocal calls
        calls += 1
        if calls == stop_after:
            raise KeyboardInterrupt

    return Importer(shop, mapping, None, actor="t", advance=advance), list(
        plan_import(mapping, [export]).tasks
    )


@pytest.mark.django_db
def test_interrupted_runs_keep_whole_batches_and_are_completed_by_a_rerun(shop: Shop, tmp_path: Path) -> None:
    stopped, tasks = importer(shop, tmp_path, 4000, stop_after=4)
    report = stopped.run(tasks)
    assert report.is_interrupted
    stored = Order.objects.count()
    assert 0 < stored < 4000
    assert stored % 500 == 0
    assert report.tally("orders", "order").created == stored
    rerun, tasks = importer(shop, tmp_path, 4000)
    tally = rerun.run(tasks).tally("orders", "order")
    assert (tally.unchanged, tally.created, Order.objects.count()) == (stored, 4000 - stored, 4000)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_end_as_one(shop: Shop, tmp_path: Path) -> None:
    results: list[tuple[int, int]] = []
    errors: list[BaseException] = []

    def work(folder: Path) -> None:
        folder.mkdir()
        try:
            run, tasks = importer(shop, folder, 3000)
            tally = run.run(tasks).tally("orders", "order")
            results.append((tally.created, tally.unchanged))
        except BaseException as error:  # noqa: BLE001 - the main thread fails the test with it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(tmp_path / str(n),)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sum(created for created, _ in results) == 3000
    assert sum(unchanged for _, unchanged in results) == 3000
    assert (Order.objects.count(), Customer.objects.count()) == (3000, 50)
