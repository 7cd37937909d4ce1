"""CSV and TSV. A broken quote costs one line, not the rest of the file."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from goldseam.commerce.importing.encodings import open_as_utf8
from goldseam.commerce.importing.errors import BrokenRow, ImportRefused
from goldseam.commerce.importing.lines import MAX_LINE, bounded_lines
from goldseam.commerce.importing.mapping import FileOptions
from goldseam.commerce.importing.rows import Piece, Progress, Row

_DELIMITERS = ",\t;|"
_MAX_SPAN = 500
"""Lines that one row may span; more means that a quote was never closed."""
_GUARDED = re.compile(r'="(.*)"|\'(?=[=+\-@\d])(.*)', re.DOTALL)
_KEPT = 1_000

Line = tuple[int, str]


class _Runaway(Exception):
    """A quoted cell that does not end."""


def unguarded(cell: str) -> str:
    """A cell without the guards that shops put around long numbers: ="123" and '123."""
    match = _GUARDED.fullmatch(cell) if cell[:1] in ("=", "'") else None
    return cell if match is None else (match.group(1) if match.group(1) is not None else match.group(2))


class DelimitedReader:
    """A CSV or TSV file's rows, each a dict by column name."""

    def __init__(self, path: Path, options: FileOptions, form: str, progress: Progress) -> None:
        csv.field_size_limit(MAX_LINE)
        self._path = path
        self._options = options
        self._progress = progress
        self._stream, self._raw, self._encoding = open_as_utf8(path, options.encoding)
        self._pushed: deque[Line | BrokenRow] = deque()
        self._lines = bounded_lines(self._stream, self._encoding)
        self._quote = options.quote if options.quote is not None else ("" if form == "tsv" else '"')
        self._delimiter = options.delimiter or ("\t" if form == "tsv" else "")
        self.columns: tuple[str, ...] | None = None
        try:
            self.columns = self._header()
        except ImportRefused:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()
        self._raw.close()

    def __iter__(self) -> Iterator[Piece]:
        assert self.columns is not None  # noqa: S101 - set by __init__
        columns, width = self.columns, len(self.columns)
        for number, cells in self._records():
            if isinstance(cells, BrokenRow):
                yield cells
                continue
            if len(cells) != width and not self._fits(cells, width):
                what = f"The row has {len(cells)} cells, the header {width}"
                advice = "" if len(cells) > width else "; shorter rows are allowed with ragged = true"
                yield BrokenRow(number, f"{what}{advice}.", self._delimiter.join(cells)[:_KEPT])
                continue
            yield Row(number, dict(zip(columns, cells, strict=False)))

    def _fits(self, cells: list[str], width: int) -> bool:
        if len(cells) > width:
            return not any(cell.strip() for cell in cells[width:])
        return self._options.is_ragged

    def _header(self) -> tuple[str, ...]:
        for _ in range(self._options.skip):
            next(self._lines, None)
        if self._options.columns:
            if not self._delimiter:
                self._delimiter = ","
            return self._options.columns
        first = next(self._lines, None)
        if first is None:
            raise ImportRefused(f"{self._path.name}: the file is empty; a header line is needed.")
        if isinstance(first, BrokenRow):
            raise ImportRefused(
                f"{self._path.name}:{first.number}: the header cannot be read: {first.reason}"
            )
        self._delimiter = self._delimiter or _sniffed(first[1])
        self._pushed.append(first)
        number, cells = next(self._records())
        if isinstance(cells, BrokenRow):
            raise ImportRefused(f"{self._path.name}:{number}: the header cannot be read: {cells.reason}")
        return _unique(cells)

    def _records(self) -> Iterator[tuple[int, list[str] | BrokenRow]]:
        while True:
            line = self._next_line()
            if line is None:
                return
            if isinstance(line, BrokenRow):
                yield line.number, line
                continue
            number, text = line
            if number % 512 == 0:
                self._progress(self._raw.tell())
            bare = text.rstrip("\r\n")
            if not bare:
                continue
            if not self._quote or self._quote not in text:
                yield number, [unguarded(cell) for cell in bare.split(self._delimiter)]
            else:
                yield number, self._quoted_record(number, text)

    def _next_line(self) -> Line | BrokenRow | None:
        return self._pushed.popleft() if self._pushed else next(self._lines, None)

    def _quoted_record(self, number: int, text: str) -> list[str] | BrokenRow:
        """A row with quotes, which may go on in the next lines. When it is broken, the lines after its
        first are put back and read on their own."""
        consumed: list[Line] = []
        reader = csv.reader(
            self._fed(text, consumed), delimiter=self._delimiter, quotechar=self._quote, strict=True
        )
        try:
            return [unguarded(cell) for cell in next(reader)]
        except (csv.Error, _Runaway, StopIteration) as error:
            self._pushed.extendleft(reversed(consumed))
            why = "a quote is not closed" if isinstance(error, _Runaway) or consumed else str(error)
            return BrokenRow(number, f"The row cannot be read: {why}.", text.rstrip("\r\n")[:_KEPT])

    def _fed(self, text: str, consumed: list[Line]) -> Iterator[str]:
        size = len(text)
        yield text
        while True:
            line = self._next_line()
            if line is None:
                return
            if isinstance(line, BrokenRow):
                self._pushed.appendleft(line)
                raise _Runaway
            consumed.append(line)
            size += len(line[1])
            if len(consumed) >= _MAX_SPAN or size > MAX_LINE:
                raise _Runaway
            yield line[1]


def _sniffed(header: str) -> str:
    """The delimiter that occurs most in the header."""
    best = max(_DELIMITERS, key=header.count)
    return best if best in header else ","


def _unique(cells: list[str]) -> tuple[str, ...]:
    """Column names, trimmed; nameless ones by number, repeated ones with #2, #3 …"""
    seen: dict[str, int] = {}
    names = []
    for number, cell in enumerate(cells, 1):
        name = cell.replace("\x00", "").strip().lstrip("\ufeff") or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(names)
