"""Excel workbooks. Formulas count with the value that Excel stored beside them; one without a stored
value makes its row broken, for nothing here computes what a file says."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError, iterparse

from python_calamine import CalamineError, CalamineWorkbook

from goldseam.commerce.importing.errors import BrokenRow, ImportRefused
from goldseam.commerce.importing.mapping import FileOptions
from goldseam.commerce.importing.read_delimited import _unique, unguarded
from goldseam.commerce.importing.rows import Piece, Progress, Row

_MAX_UNPACKED = 2_000_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW_OF = re.compile(r"[A-Z]+(\d+)")


class ExcelReader:
    """The rows of one sheet."""

    def __init__(self, path: Path, options: FileOptions, progress: Progress) -> None:
        self._path = path
        self._options = options
        self._progress = progress
        self._size = path.stat().st_size
        self._check_size()
        try:
            book = CalamineWorkbook.from_path(str(path))
        except (CalamineError, OSError, zipfile.BadZipFile) as error:
            raise ImportRefused(f"{path.name} is no readable Excel workbook: {error}") from None
        name = options.sheet or (book.sheet_names[0] if book.sheet_names else "")
        if name not in book.sheet_names:
            raise ImportRefused(f"{path.name} has no sheet {name!r}; it has: {', '.join(book.sheet_names)}.")
        self._uncomputed = _uncomputed_rows(path, book.sheet_names.index(name))
        sheet = book.get_sheet_by_name(name)
        self._height = max(1, sheet.total_height)
        self._number = (sheet.start[0] if sheet.start else 0) + options.skip
        self._rows = sheet.iter_rows()
        for _ in range(options.skip):
            next(self._rows, None)
        self.columns: tuple[str, ...] | None = options.columns or self._header()

    def close(self) -> None:
        """Nothing is held open: the sheet is in memory, in Calamine's compact form."""

    def _check_size(self) -> None:
        try:
            with zipfile.ZipFile(self._path) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
        except (zipfile.BadZipFile, OSError):
            return  # not an .xlsx: Calamine says what it thinks of it
        if size > _MAX_UNPACKED:
            raise ImportRefused(f"{self._path.name} unpacks to {size} bytes; split it or export CSV.")

    def _header(self) -> tuple[str, ...]:
        cells = next(self._rows, None)
        self._number += 1
        if cells is None:
            raise ImportRefused(f"{self._path.name}: the sheet is empty; a header row is needed.")
        return _unique([str(cell) for cell in cells])

    def __iter__(self) -> Iterator[Piece]:
        assert self.columns is not None  # noqa: S101 - set by __init__
        for cells in self._rows:
            self._number += 1
            if self._number % 512 == 0:
                self._progress(self._size * self._number // self._height)
            values = [_value(cell) for cell in cells]
            if all(value == "" for value in values):
                continue
            if self._number in self._uncomputed:
                reason = "A formula has no stored value; open and save the file in Excel, or paste values."
                yield BrokenRow(self._number, reason, " | ".join(map(str, values))[:1_000])
                continue
            yield Row(self._number, dict(zip(self.columns, values, strict=False)))


def _value(cell: Any) -> Any:
    """A cell as plain data: durations become hours, guards around numbers go."""
    if isinstance(cell, str):
        return unguarded(cell)
    return cell.total_seconds() / 3600 if isinstance(cell, timedelta) else cell


def _uncomputed_rows(path: Path, index: int) -> frozenset[int]:
    """The sheet rows with a formula that bears no value. Only sheets that hold formulas are looked
    through."""
    rows: set[int] = set()
    try:
        with zipfile.ZipFile(path) as archive:
            name = _sheet_part(archive, index)
            if name is None or not _holds(archive, name, b"<f"):
                return frozenset()
            with archive.open(name) as part:
                for _, element in iterparse(part):  # noqa: S314 - expat expands no external entities
                    if element.tag == f"{_MAIN}c":
                        formula, value = element.find(f"{_MAIN}f"), element.find(f"{_MAIN}v")
                        match = _ROW_OF.match(element.get("r", ""))
                        if formula is not None and (value is None or not value.text) and match:
                            rows.add(int(match.group(1)))
                    elif element.tag == f"{_MAIN}row":
                        element.clear()
    except (zipfile.BadZipFile, ParseError, KeyError):
        return frozenset()
    return frozenset(rows)


def _sheet_part(archive: zipfile.ZipFile, index: int) -> str | None:
    """The archive's member with the sheet of this place in the workbook."""
    from xml.etree.ElementTree import fromstring

    names = set(archive.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return None
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    sheets = fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")  # noqa: S314
    ids = [sheet.get(relation) for sheet in sheets]
    targets = {
        r.get("Id"): r.get("Target", "")
        for r in fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    }
    target = targets.get(ids[index]) if index < len(ids) else None
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
