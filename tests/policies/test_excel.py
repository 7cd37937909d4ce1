"""Excel: nothing is lost on the way, nothing becomes a formula, bad cells have names."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from goldseam.engine.decide.pack_canon import canonical
from goldseam.engine.decide.pack_form import examine_form
from goldseam.policies.cells import BadCell, condition_of, flag_of, limit_of, number_of, row_of, rule_of
from goldseam.policies.excel import BadFile, read_pack, write_pack
from goldseam.workshop.load_terms import shipped_pack, shipped_packs
from tests.policies.packs import TERMS, packs

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "|calc")


def back(body: dict[str, Any]) -> dict[str, Any]:
    sheet = read_pack(write_pack(body), body["name"], body["version"])
    assert sheet.findings == []
    assert [f for f in examine_form(sheet.body, TERMS) if f.severity == "error"] == []
    return canonical(sheet.body)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", shipped_packs())
def test_the_shipped_packs_come_back_whole(name: str, language: str) -> None:
    with translation.override(language):
        assert back(shipped_pack(name)) == shipped_pack(name)


def test_a_file_of_one_language_is_read_in_the_other() -> None:
    with translation.override("zh-hans"):
        content = write_pack(shipped_pack("default"))
    with translation.override("en"):
        shipped = shipped_pack("default")
        assert canonical(read_pack(content, "default", shipped["version"]).body) == shipped


@given(packs(), st.sampled_from(FORMULAS), st.text("=+-@ab1,;'\"\n中", min_size=1, max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_packs_come_back_whole(pack: dict[str, Any], formula: str, text: str) -> None:
    pack["rules"][0]["words"]["en"] = formula
    pack["rules"][0]["source"]["zh"] = text.strip() or "x"
    pack["rules"][-1]["disabled"] = True
    body = canonical(pack)
    assert back(body) == body


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    body = shipped_pack("default")
    body["rules"][0]["words"]["zh"] = text
    body["product_classes"]["custom"] = [text.replace(",", "")]
    for sheet in load_workbook(io.BytesIO(write_pack(body))).worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f"
                assert cell.value is None or isinstance(cell.value, str)
                assert cell.value is None or cell.quotePrefix


def test_cells_as_people_write_them() -> None:
    assert number_of("5%") == 0.05
    assert condition_of("stalled_hours", "24…") == {"min": 24}
    assert condition_of("days_since_delivered", " 7 .. 30 ") == {"min": 7, "max": 30}
    assert condition_of("signals", "不含：media、legal") == {"none": ["media", "legal"]}
    assert condition_of("order_state", "paid，processing") == ["paid", "processing"]
    assert [flag_of(text) for text in ("是", "yes", "TRUE")] == [True] * 3
    assert [flag_of(text) for text in ("否", "no", "0")] == [False] * 3
    assert limit_of("不限") is None
    assert limit_of("No limit") is None
    assert limit_of("50") == 50
    for text in ("many", "nan", "inf", "1e999"):
        with pytest.raises(BadCell):
            number_of(text)


def test_a_row_and_its_rule() -> None:
    for rule in shipped_pack("default")["rules"]:
        read, bad = rule_of(row_of(rule))
        assert bad == []
        assert canonical(shipped_pack("default") | {"rules": [read]})["rules"] == [rule]


def edited(change: Callable[[Workbook], object]) -> bytes:
    """The file of the shipped pack after a person's hand has been in it."""
    book, stream = load_workbook(io.BytesIO(write_pack(shipped_pack("default")))), io.BytesIO()
    change(book)
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("product_clases.toys", "lego", "unknown_key"),
        ("authority.agent", "50", "unknown_key"),
        ("authority.agent.per_case", "999", "twice"),
        ("product_classes.custom", "", "twice"),
    ],
)
def test_a_line_of_the_head_is_never_passed_over_in_silence(key: str, value: str, code: str) -> None:
    sheet = read_pack(edited(lambda book: book["pack"].append([key, value])), "default", 1)
    assert [(f.code, f.cell) for f in sheet.findings] == [(code, key)]


def test_a_column_that_stands_there_twice_is_told() -> None:
    sheet = read_pack(edited(lambda book: setattr(book["rules"].cell(1, 90), "value", "merit")), "default", 1)
    assert [(f.code, f.cell) for f in sheet.findings] == [("twice", "merit")]


def test_a_rule_far_below_the_others_is_read() -> None:
    def far(book: Workbook) -> None:
        for cell in book["rules"][3]:
            book["rules"].cell(5000, cell.column).value = "far-away" if cell.column == 1 else cell.value

    sheet = read_pack(edited(far), "default", 1)
    assert sheet.findings == []
    assert sheet.body["rules"][-1]["id"] == "far-away"
    assert sheet.rows["far-away"] == 5000


def test_a_damaged_file_is_none() -> None:
    whole, stream = zipfile.ZipFile(io.BytesIO(write_pack(shipped_pack("default")))), io.BytesIO()
    with zipfile.ZipFile(stream, "w") as broken:
        for name in whole.namelist():
            part = whole.read(name)
            broken.writestr(name, part.replace(b"1", b"z") if name == "xl/workbook.xml" else part)
    with pytest.raises(BadFile):
        read_pack(stream.getvalue(), "default", 1)


def test_unknown_columns_and_missing_sheets_are_told() -> None:
    book = load_workbook(io.BytesIO(write_pack(shipped_pack("default"))))
    book["rules"].cell(1, 90).value = "when.weather"
    stream = io.BytesIO()
    book.save(stream)
    sheet = read_pack(stream.getvalue(), "default", 1)
    assert [(f.code, f.cell) for f in sheet.findings] == [("unknown_key", "when.weather")]
    empty, stream = Workbook(), io.BytesIO()
    empty.save(stream)
    with pytest.raises(BadFile):
        read_pack(stream.getvalue(), "default", 1)


@pytest.mark.parametrize(("title", "cell"), [("rules", "C3"), ("pack", "B4")])
def test_a_formula_that_nobody_computed_is_named(title: str, cell: str) -> None:
    book, stream = load_workbook(io.BytesIO(write_pack(shipped_pack("default")))), io.BytesIO()
    book[title][cell] = "=1+1"
    book.save(stream)
    with translation.override("en"), pytest.raises(BadFile, match=f"{title}, cell {cell}: a formula"):
        read_pack(stream.getvalue(), "default", 1)
