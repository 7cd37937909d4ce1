"""Formulas in Excel files: what no program has computed has a name."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.utils import translation
from openpyxl import Workbook

from goldseam.core.workbook import cells_without_value, what_to_do


def book(*, stored: dict[str, str] | None = None) -> io.BytesIO:
    """Two sheets; the second has formulas in B2, C2 and AA10. `stored`: formula → what a spreadsheet kept
    beside it, as XML."""
    workbook, made = Workbook(), io.BytesIO()
    sheet = workbook.create_sheet("prices")
    sheet["A1"], sheet["B2"], sheet["C2"], sheet["AA10"] = "=no formula", "=1+1", "=A3", "=SUM(B2:C2)"
    sheet["A1"].data_type = "s"
    workbook.save(made)
    kept = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            for formula, value in (stored or {}).items():
                text = text.replace(f"<f>{formula}</f><v />".encode(), f"<f>{formula}</f>{value}".encode())
            new.writestr(name, text)
    return kept


def test_each_formula_without_a_value_is_named() -> None:
    assert cells_without_value(book(), 1) == ("B2", "C2", "AA10")
    assert cells_without_value(book(), 0) == ()
    assert cells_without_value(book(), 2) == ()
    assert cells_without_value(book(stored={"1+1": "<v>2</v>"}), 1) == ("C2", "AA10")


def test_an_empty_text_is_a_value() -> None:
    made = book(stored={"A3": "<v></v>"}).getvalue()
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").replace(b'<c r="C2"', b'<c r="C2" t="str"')
    again = io.BytesIO(made)
    with zipfile.ZipFile(again, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet2.xml", sheet)
    assert cells_without_value(again, 1) == ("B2", "AA10")


@pytest.mark.parametrize(
    ("without", "found"), [("c", ("A2", "B2", "A10")), ("(?:c|row)", ("A2", "B2", "A3"))]
)
def test_cells_that_do_not_say_where_they_stand_stand_in_order(without: str, found: tuple[str, ...]) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(book()) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rf'(<{without}) r="[A-Z0-9]+"', r"\1", old.read(name).decode()))
    assert cells_without_value(kept, 1) == found


def test_of_other_files_nothing_is_said() -> None:
    assert cells_without_value(io.BytesIO(b"no workbook"), 0) == ()
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert cells_without_value(empty, 0) == ()


@pytest.mark.parametrize(("language", "way"), [("en", "save it once"), ("zh-hans", "保存一次")])
def test_it_says_where_and_what_to_do(language: str, way: str) -> None:
    with translation.override(language):
        told = what_to_do("a.xlsx", ["C14", "C15"])
        assert "C14, C15" in told
        assert "WPS" in told
        assert way in told
        assert what_to_do("a.xlsx", ["A1"] * 6).count("A1") == 5
