"""Files as they really come: wrong encodings, broken lines, cut-off JSON, formulas. The rest goes in."""

from __future__ import annotations

import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from goldseam.commerce.importing.errors import ImportRefused
from goldseam.commerce.importing.lines import MAX_LINE
from goldseam.commerce.models import Order, Product
from tests.importing.conftest import ORDERS, Run

pytestmark = pytest.mark.django_db
HEAD = "id,buyer,status,total,placed"
GOOD = "o-1,u-1,已签收,¥1,2026-11-01 09:30:00"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_encodings_are_found_out(run: Run, encoding: str) -> None:
    text = f"{HEAD}\n" + "\n".join(f"o-{i},买家{i},已签收,12.50,2026-11-01" for i in range(30))
    result = run(ORDERS, {"orders.csv": text.encode(encoding)})
    assert result.counts() == (30, 0, 0, 0)
    assert Order.objects.get(external_id="o-3").customer.external_id == "买家3"  # type: ignore[union-attr]


def test_an_encoding_that_cannot_be_told_must_be_named(run: Run) -> None:
    content = "id,buyer,status,total\no-1,Café Müller,paid,3\no-2,Zoë,paid,3".encode("cp1252")
    with pytest.raises(ImportRefused, match=r"encoding cannot be told.*encoding = "):
        run(ORDERS, {"orders.csv": content})
    portuguese = "id,buyer,status\no-1,Avaliação da situação de João,paid\no-2,Criação,paid".encode("latin-1")
    with pytest.raises(ImportRefused, match="encoding cannot be told"):
        run(ORDERS, {"orders.csv": portuguese})
    named = ORDERS.replace('name = "orders"', 'name = "orders"\nencoding = "cp1252"')
    assert run(named, {"orders.csv": content}).counts() == (2, 0, 0, 0)


def test_a_line_in_another_encoding_costs_only_itself(run: Run) -> None:
    lines = [f"o-{i},张三买家{i},paid,3,2026-11-01".encode() for i in range(200)]
    lines[77] = "o-77,李四,paid,3,2026-11-01".encode("gbk")
    result = run(ORDERS, {"orders.csv": b"\n".join([HEAD.encode(), *lines])})
    assert result.counts() == (199, 0, 0, 0)
    assert result.report.problems[0].row == 79
    assert "not valid utf-8" in result.report.problems[0].reason


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_out(run: Run, delimiter: str) -> None:
    content = f"{HEAD}\no-1,u-1,paid,3.20,2026-11-01".replace(",", delimiter)
    assert run(ORDERS, {"orders.csv": content}).counts() == (1, 0, 0, 0)


def test_a_missing_column_that_is_needed_refuses_the_file(run: Run) -> None:
    with pytest.raises(ImportRefused, match=r"order.external_id needs the column 'id'.*is it 'ID'"):
        run(ORDERS, {"orders.csv": "ID,status\n1,paid"})
    assert not Order.objects.exists()


def test_other_missing_columns_are_noted(run: Run) -> None:
    result = run(ORDERS, {"orders.csv": "id,status\n1,paid"})
    assert result.counts() == (1, 0, 0, 0)
    assert result.report.notes == ["orders.csv has no column buyer, placed, total."]


def test_rows_of_a_wrong_width_are_refused(run: Run) -> None:
    content = f"{HEAD}\no-1,u,paid\no-2,u,paid,1,2026-11-01,extra\no-3,u,paid,1,2026-11-01,\no-4,u,paid,1,"
    result = run(ORDERS, {"orders.csv": content})
    assert set(Order.objects.values_list("external_id", flat=True)) == {"o-3", "o-4"}
    assert [problem.row for problem in result.report.problems] == [2, 3]
    assert "3 cells, the header 5" in result.report.problems[0].reason


def test_short_rows_are_fine_when_the_mapping_says_so(run: Run) -> None:
    mapping = ORDERS.replace('name = "orders"', 'name = "orders"\nragged = true')
    assert run(mapping, {"orders.csv": f"{HEAD}\no-1,u,paid"}).counts() == (1, 0, 0, 0)


def test_an_unclosed_quote_costs_one_line(run: Run) -> None:
    rows = [f'o-{i},"u {i}",paid,1,2026-11-01' for i in range(2000)]
    rows[3] = 'o-3,"u 3,paid,1,2026-11-01'
    result = run(ORDERS, {"orders.csv": "\n".join([HEAD, *rows])})
    assert result.counts() == (1999, 0, 0, 0)
    assert [(p.row, p.reason) for p in result.report.problems] == [
        (5, "The row cannot be read: a quote is not closed.")
    ]


def test_quoted_cells_may_hold_lines_quotes_and_delimiters(run: Run) -> None:
    content = f'{HEAD}\r\no-1,"a ""b"",\r\n\r\nc",paid,"1,299.00",2026-11-01\r\no-2,u,paid,1,\r\n'
    assert run(ORDERS, {"orders.csv": content}).counts() == (2, 0, 0, 0)
    order = Order.objects.get(external_id="o-1")
    assert order.total == Decimal("1299.00")
    assert order.customer.external_id == 'a "b",\r\n\r\nc'  # type: ignore[union-attr]


def test_a_line_of_50_megabytes_costs_only_itself(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    with path.open("wb") as file:
        file.write(b'{"id": "o-1", "status": "paid"}\n{"id": "o-2", "note": "')
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n{"id": "o-3", "status": "paid"}\n')
    result = run(ORDERS, paths=[path])
    assert result.counts() == (2, 0, 0, 0)
    assert "50000" in result.report.problems[0].reason
    assert str(MAX_LINE) in result.report.problems[0].reason
    assert len(result.rejects[0]["raw"]) == 1000


def test_a_csv_line_of_50_megabytes_inside_a_quote_costs_only_itself(run: Run) -> None:
    content = f"{HEAD}\no-1,u,paid,1,\n" + 'o-2,"' + "x" * 50_000_000 + '",paid,1,\no-3,u,paid,1,\n'
    result = run(ORDERS, {"orders.csv": content})
    assert set(Order.objects.values_list("external_id", flat=True)) == {"o-1", "o-3"}
    assert result.report.refused == 1


def test_nul_bytes_are_left_out(run: Run) -> None:
    content = f"{HEAD}\no-1,u\x001,paid,1\x00,2026-11-01\n".encode()
    result = run(ORDERS, {"orders.csv": content})
    assert result.report.problems[0].field == "order.total"
    assert run(ORDERS, {"orders.csv": f"{HEAD}\no-1,u\x001,paid,1,\n"}).counts() == (1, 0, 0, 0)
    assert Order.objects.get().customer.external_id == "u1"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ("o-1,u,飞走了,1,2026-11-01", "order.status", "value map does not know"),
        ("o-1,u,paid,-5,2026-11-01", "order.total", "zero or more"),
        ("o-1,u,paid,一百,2026-11-01", "order.total", "not an amount"),
        ("o-1,u,paid,1,32.13.2026", "order.placed_at", "not a moment"),
        ("o-1,u,paid,1,2026-02-30", "order.placed_at", "not a moment"),
        ("o-1,u,paid,99999999999999,2026-11-01", "order.total", "above"),
        (",u,paid,1,2026-11-01", "order.external_id", "must not be empty"),
        ("o-1,u,,1,2026-11-01", "order.status", "needs a status"),
        (f"{'x' * 121},u,paid,1,2026-11-01", "order.external_id", "longer than 120"),
    ],
)
def test_bad_values_are_named(run: Run, line: str, field: str, reason: str) -> None:
    result = run(ORDERS, {"orders.csv": f"{HEAD}\n{line}\no-9,u,paid,1,2026-11-01"})
    assert result.counts() == (1, 0, 0, 1)
    problem = result.report.problems[0]
    assert (problem.file, problem.row, problem.field) == ("orders.csv", 2, field)
    assert reason in problem.reason


def test_mysqls_null_date_is_no_date(run: Run) -> None:
    run(ORDERS, {"orders.csv": f"{HEAD}\no-1,u,paid,1,0000-00-00 00:00:00"})
    assert Order.objects.get().placed_at is None


def test_the_same_id_twice_is_merged_in_order(run: Run) -> None:
    content = f"{HEAD}\no-1,u,paid,1,2026-11-01\no-1,u,已签收,,2026-11-01"
    assert run(ORDERS, {"orders.csv": content}).counts() == (1, 1, 0, 0)
    order = Order.objects.get()
    assert (order.status, order.total) == ("delivered", Decimal("1.00"))


def test_broken_json_lines_cost_themselves(run: Run) -> None:
    good = '{"id": "o-%d", "status": "paid"}'
    content = "\n".join([good % 1, "{broken", "[1, 2]", '"text"', good % 2, '{"id": "o-3"', "", good % 4])
    result = run(ORDERS, {"orders.jsonl": content})
    assert result.counts() == (3, 0, 0, 0)
    assert [problem.row for problem in result.report.problems] == [2, 3, 4, 6]
    assert result.rejects[0]["raw"] == "{broken"


@pytest.mark.parametrize("cut", [1, 30, 90])
def test_cut_off_json_gives_what_came_before(run: Run, cut: int) -> None:
    rows = [{"id": f"o-{i}", "status": "paid"} for i in range(20)]
    content = json.dumps(rows)[:-cut]
    result = run(ORDERS, {"orders.json": content})
    stored = Order.objects.count()
    assert stored >= 17
    assert f"after row {stored}" in result.report.problems[-1].reason


def test_json_that_is_something_else(run: Run) -> None:
    assert "damaged" in run(ORDERS, {"orders.json": "<html>"}).report.problems[0].reason
    assert run(ORDERS, {"orders.json": ""}).report.refused == 1
    assert run(ORDERS, {"orders.json": "[1, null]"}).report.refused == 2


def test_json_in_gbk_and_with_a_byte_order_mark(run: Run) -> None:
    rows = [{"id": f"o-{i}", "status": "已付款", "buyer": "买家甲乙丙丁"} for i in range(3)]
    content = json.dumps(rows, ensure_ascii=False)
    assert run(ORDERS, {"orders.json": content.encode("gbk")}).counts() == (3, 0, 0, 0)
    assert run(ORDERS, {"orders.json": content.encode("utf-8-sig")}).counts() == (0, 0, 3, 0)


def test_deep_nests_and_giant_numbers_cost_themselves(run: Run) -> None:
    mapping = ORDERS.replace('total = "total"', 'total = "total"\nattributes = "extra"')
    deep = '{"a":' * 400 + "1" + "}" * 400
    lines = [
        f'{{"id": "o-1", "status": "paid", "extra": {deep}}}',
        f'{{"id": "o-2", "status": "paid", "total": {"9" * 6000}}}',
        f'{{"id": {"9" * 6000}, "status": "paid"}}',
        '{"id": "o-4", "status": "paid", "extra": {"a": [1, {"b": 1e308}]}}',
    ]
    result = run(mapping, {"orders.jsonl": "\n".join(lines)})
    assert list(Order.objects.values_list("external_id", flat=True)) == ["o-4"]
    assert result.report.refused == 3
    array = run(mapping, {"orders.json": "[" + ",".join(lines) + "]"})
    assert array.report.refused >= 1


def test_half_a_surrogate_pair_is_made_storable(run: Run) -> None:
    result = run(ORDERS, {"orders.jsonl": '{"id": "o-1", "status": "paid", "buyer": "a\\ud83d"}'})
    assert result.report.refused + result.counts()[0] == 1


def workbook(rows: list[list[object]], name: str = "Orders") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_excel_numbers_dates_and_guards(run: Run) -> None:
    rows: list[list[object]] = [
        HEAD.split(","),
        [313021098954, 1001, "paid", 1299.5, datetime(2026, 11, 1, 9, 30)],  # noqa: DTZ001
        ["'2680011223344556677", "买家", "已付款", "¥2,000.00", "2026/11/2"],
        [None, None, None, None, None],
    ]
    assert run(ORDERS, {"orders.xlsx": workbook(rows)}).counts() == (2, 0, 0, 0)
    first = Order.objects.get(external_id="313021098954")
    assert (first.total, first.customer.external_id) == (Decimal("1299.50"), "1001")  # type: ignore[union-attr]
    assert first.placed_at is not None
    assert first.placed_at.isoformat() == "2026-11-01T01:30:00+00:00"
    assert Order.objects.get(external_id="2680011223344556677").total == Decimal("2000.00")


def test_excel_ids_that_lost_their_last_digits_are_refused(run: Run) -> None:
    rows: list[list[object]] = [HEAD.split(","), [2680011223344556677.0, "u", "paid", 1, None]]
    result = run(ORDERS, {"orders.xlsx": workbook(rows)})
    assert "lost its last digits" in result.report.problems[0].reason


def test_excel_formulas_without_a_value_are_refused(run: Run) -> None:
    rows: list[list[object]] = [
        HEAD.split(","),
        ["o-1", "u", "paid", "=1+1", None],
        ["o-2", "u", "paid", 2, None],
    ]
    result = run(ORDERS, {"orders.xlsx": workbook(rows)})
    assert list(Order.objects.values_list("external_id", flat=True)) == ["o-2"]
    (problem,) = result.report.problems
    assert (problem.row, "D2: a formula" in problem.reason) == (2, True)


def test_formula_like_text_stays_text(run: Run) -> None:
    mapping = '[[source]]\n[source.product]\nexternal_id = "sku"\ntitle = "title"\n'
    content = 'sku,title\np-1,"=HYPERLINK(""http://example.org"")"\np-2,"=""00123"""\np-3,@SUM(A1)\n'
    assert run(mapping, {"p.csv": content}).counts("product") == (3, 0, 0, 0)
    titles = dict(Product.objects.values_list("external_id", "title"))
    assert titles == {"p-1": '=HYPERLINK("http://example.org")', "p-2": "00123", "p-3": "@SUM(A1)"}


def test_a_wrong_sheet_or_no_workbook_is_refused(run: Run) -> None:
    mapping = ORDERS.replace('name = "orders"', 'name = "orders"\nsheet = "订单"')
    with pytest.raises(ImportRefused, match=r"no sheet '订单'; it has: Orders"):
        run(mapping, {"orders.xlsx": workbook([HEAD.split(",")])})
    with pytest.raises(ImportRefused, match="no readable Excel workbook"):
        run(ORDERS, {"orders.xlsx": b"PK\x03\x04 nonsense"})


def test_empty_and_headerless_files(run: Run) -> None:
    with pytest.raises(ImportRefused, match="the file is empty"):
        run(ORDERS, {"orders.csv": ""})
    assert run(ORDERS, {"orders.csv": HEAD}).counts() == (0, 0, 0, 0)
    mapping = ORDERS.replace('name = "orders"', 'columns = ["id", "buyer", "status", "total", "placed"]')
    assert run(mapping, {"orders.csv": GOOD.replace("¥1,", "1,")}).counts() == (1, 0, 0, 0)


def test_a_file_that_no_source_wants_is_refused(run: Run) -> None:
    mapping = ORDERS.replace('name = "orders"', 'files = ["orders*.csv"]')
    with pytest.raises(ImportRefused, match=r"No source .* reads x.csv; it reads orders\*.csv"):
        run(mapping, {"x.csv": HEAD})
    with pytest.raises(ImportRefused, match="the ending does not tell the format"):
        run(ORDERS, {"orders.dat": HEAD})
