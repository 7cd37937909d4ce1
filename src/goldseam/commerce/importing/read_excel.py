"""Excel workbooks. Formulas count with the value that Excel stored beside them; one without a stored
value makes its row broken, for nothing here computes what a file says."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from goldseam.commerce.importing.errors import BrokenRow, ImportRefused
from goldseam.commerce.importing.mapping import FileOptions
from goldseam.commerce.importing.read_delimited import _unique, unguarded
from goldseam.commerce.importing.rows import Piece, Progress, Row
from goldseam.core.workbook import cells_without_value

_MAX_UNPACKED = 2_000_000_000


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
        self._uncomputed = _uncomputed(path, book.sheet_names.index(name))
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
                bare = ", ".join(self._uncomputed[self._number])
                reason = f"{bare}: a formula without a stored value; save the file once in Excel or WPS."
                yield BrokenRow(self._number, reason, " | ".join(map(str, values))[:1_000])
                continue
            yield Row(self._number, dict(zip(self.columns, values, strict=False)))


def _value(cell: Any) -> Any:
    """A cell as plain data: durations become hours, guards around numbers go."""
    if isinstance(cell, str):
        return unguarded(cell)
    return cell.total_seconds() / 3600 if isinstance(cell, timedelta) else cell


def _uncomputed(path: Path, sheet: int) -> dict[int, list[str]]:
    """By row: the cells with a formula that bears no value."""
    rows: dict[int, list[str]] = {}
    for cell in cells_without_value(path, sheet):
        rows.setdefault(int(cell.lstrip(ascii_uppercase) or 0), []).append(cell)
    return rows
