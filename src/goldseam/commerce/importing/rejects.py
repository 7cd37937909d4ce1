"""The reject file: rows that could not go in, as JSON Lines with the reason, ready to be repaired and
imported again with the same mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import orjson

from goldseam.commerce.importing.encodings import open_as_utf8
from goldseam.commerce.importing.errors import BrokenRow
from goldseam.commerce.importing.lines import bounded_lines
from goldseam.commerce.importing.read_json import parsed_line
from goldseam.commerce.importing.rows import Row
from goldseam.commerce.importing.values import shown
from goldseam.commerce.records import storable

MARK = "goldseam_reject"
_MAX_SHOWN = 500
_MAX_KEPT = 4_000_000


class RejectFile:
    """Appends rejects; the file is made with the first one, and never over an existing one."""

    def __init__(self, path: Path) -> None:
        self._wanted = path
        self.path: Path | None = None
        self._file: IO[bytes] | None = None

    def add(
        self,
        *,
        source: str,
        file: str,
        entity: str,
        field: str,
        value: object,
        reason: str,
        rows: Sequence[Row] = (),
        raw: str | None = None,
        number: int | None = None,
    ) -> None:
        """Keep one rejected row (or group of rows, or the beginning of what is no row)."""
        line = {
            MARK: 1,
            "source": source,
            "file": file,
            "row": rows[0].number if rows else number,
            "entity": entity,
            "field": field,
            "value": None if value is None else shown(value, _MAX_SHOWN),
            "reason": reason,
        }
        if rows:
            line["rows"] = [{"number": row.number, "keys": row.keys, "data": row.data} for row in rows]
        else:
            line["raw"] = raw
        encoded = _encoded(line)
        if len(encoded) > _MAX_KEPT:
            line.pop("rows", None)
            line["raw"] = "(too large to keep)"
            encoded = _encoded(line)
        self._open().write(encoded + b"\n")

    def flush(self) -> None:
        """Bring what was added to the disk."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """No more rejects."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> IO[bytes]:
        if self._file is None:
            self._file, self.path = _fresh(self._wanted)
        return self._file


def _encoded(line: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # numbers and characters that JSON in UTF-8 cannot hold
        return orjson.dumps(_holdable(line), default=str)


def _holdable(value: Any, depth: int = 60) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict | list) and depth == 0:
        return "(nested too deeply to keep)"
    if isinstance(value, dict):
        return {storable(str(key)): _holdable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_holdable(item, depth - 1) for item in value]
    if isinstance(value, int) and abs(value) >= 1 << 63:
        return shown(value, _MAX_SHOWN)
    return value


def _fresh(wanted: Path) -> tuple[IO[bytes], Path]:
    number = 1
    path = wanted
    while True:
        try:
            return path.open("xb"), path
        except FileExistsError:
            number += 1
            path = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")


def is_reject_file(path: Path) -> bool:
    """Whether a file was written by a former import's `RejectFile`."""
    if path.suffix != ".jsonl":
        return False
    with path.open("rb") as file:
        head = file.read(200)
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").replace(b" ", b"").startswith(b'{"' + MARK.encode() + b'":')


def read_rejects(path: Path) -> Iterator[tuple[str, list[Row]] | BrokenRow]:
    """The kept rows with their source's name; lines that still hold no rows are broken again."""
    stream, raw_file, encoding = open_as_utf8(path, None)
    with raw_file, stream:
        for line in bounded_lines(stream, encoding):
            if isinstance(line, BrokenRow):
                yield line
                continue
            number, text = line
            if text.strip():
                yield _kept(number, text)


def _kept(number: int, text: str) -> tuple[str, list[Row]] | BrokenRow:
    parsed = parsed_line(number, text)
    if isinstance(parsed, BrokenRow):
        return parsed
    data: dict[str, Any] = parsed.data
    rows = data.get("rows")
    if data.get("source") is None or not isinstance(rows, list) or not rows:
        raw = str(data.get("raw") or text.strip())
        return BrokenRow(number, 'This line holds no rows; put the repaired row under "rows".', raw)
    if not all(isinstance(row, dict) and isinstance(row.get("data"), dict) for row in rows):
        return BrokenRow(number, 'Each of "rows" needs an object under "data".', text.strip()[:1_000])
    return str(data["source"]), [
        Row(int(row.get("number") or number), row["data"], dict(row.get("keys") or {})) for row in rows
    ]
