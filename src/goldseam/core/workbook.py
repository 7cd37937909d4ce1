"""Excel workbooks: formulas count with the value that a spreadsheet stored beside them, for nothing here
computes what a file says. What has none would read as an empty cell; here it gets a name."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, fromstring, iterparse

from django.utils.translation import gettext as _
from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SHOWN = 5


def cells_without_value(file: Path | IO[bytes], sheet: int) -> tuple[str, ...]:
    """The cells ("C14") of a sheet, by its place in the workbook, whose formula bears no stored value. Only
    sheets that hold formulas are looked through; of what is no .xlsx file nothing is said."""
    try:
        with zipfile.ZipFile(file) as archive:
            part = _part_of(archive, sheet)
            return tuple(_bare(archive, part)) if part and _holds(archive, part, b"<f") else ()
    except (zipfile.BadZipFile, ParseError, KeyError, ValueError, OSError):
        return ()


def what_to_do(place: str, cells: Sequence[str]) -> str:
    """What is wrong with these cells of a place (a file, a sheet), and the way out."""
    shown = ", ".join(cells[:_SHOWN]) + (" …" if len(cells) > _SHOWN else "")
    words = _(
        "%(place)s, cell %(cells)s: a formula without a stored value. Open the file in Excel or WPS,"
        " save it once, and choose it again."
    )
    return words % {"place": place, "cells": shown}


def _bare(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    """The names of such cells; one that bears none stands behind the one before it."""
    row = column = 0
    with archive.open(part) as sheet:
        for event, element in iterparse(sheet, ("start", "end")):  # noqa: S314 - expat expands no external entities
            if element.tag == f"{_MAIN}row":
                if event == "start":
                    row, column = int(element.get("r", row + 1)), 0
                else:
                    element.clear()
            elif element.tag == f"{_MAIN}c" and event == "end":
                name = element.get("r") or f"{get_column_letter(column + 1)}{row}"
                column = coordinate_to_tuple(name)[1]
                if _is_bare(element):
                    yield name


def _is_bare(cell: Element) -> bool:
    """A formula without a value; an empty text ("str") is one."""
    value = cell.find(f"{_MAIN}v")
    stored = value is not None and (bool(value.text) or cell.get("t") == "str")
    return cell.find(f"{_MAIN}f") is not None and not stored


def _part_of(archive: zipfile.ZipFile, sheet: int) -> str | None:
    """The archive's member with the sheet of this place in the workbook."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return None
    sheets = fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")  # noqa: S314
    ids = [element.get(_RELATION) for element in sheets]
    targets = {
        element.get("Id"): element.get("Target", "")
        for element in fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    }
    target = targets.get(ids[sheet]) if sheet < len(ids) else None
    if target is None:
        return None
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in names else None


def _holds(archive: zipfile.ZipFile, name: str, wanted: bytes) -> bool:
    with archive.open(name) as part:
        tail = b""
        while chunk := part.read(1 << 20):
            if wanted in tail + chunk:
                return True
            tail = chunk[-len(wanted) :]
    return False
