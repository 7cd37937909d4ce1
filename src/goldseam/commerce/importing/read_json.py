"""JSON and JSON Lines, streamed: a file of any size is read element by element."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson
import orjson

from goldseam.commerce.importing.encodings import open_as_utf8
from goldseam.commerce.importing.errors import BrokenRow, CutOff, ImportRefused
from goldseam.commerce.importing.lines import bounded_lines
from goldseam.commerce.importing.mapping import FileOptions
from goldseam.commerce.importing.rows import Piece, Progress, Row

_KEPT = 1_000
_OPENING = ("start_map", "start_array")
_CLOSING = ("end_map", "end_array")

Event = tuple[str, Any]


class JsonLinesReader:
    """One JSON object per line."""

    columns: tuple[str, ...] | None = None

    def __init__(self, path: Path, options: FileOptions, progress: Progress) -> None:
        self._progress = progress
        self._stream, self._raw, self._encoding = open_as_utf8(path, options.encoding)

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()
        self._raw.close()

    def __iter__(self) -> Iterator[Piece]:
        for line in bounded_lines(self._stream, self._encoding):
            if isinstance(line, BrokenRow):
                yield line
                continue
            number, text = line
            if number % 512 == 0:
                self._progress(self._raw.tell())
            if text.strip():
                yield parsed_line(number, text)


def parsed_line(number: int, text: str) -> Row | BrokenRow:
    """The row that a line of JSON holds."""
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return BrokenRow(number, f"The line is not JSON: {error}.", text.strip()[:_KEPT])
    if not isinstance(data, dict):
        return BrokenRow(number, "The line is JSON, but no object.", text.strip()[:_KEPT])
    return Row(number, data)


class JsonReader:
    """The elements of an array, or of maps nested in maps, somewhere in one JSON document."""

    columns: tuple[str, ...] | None = None

    def __init__(self, path: Path, options: FileOptions, progress: Progress) -> None:
        self._path = path
        self._options = options
        self._progress = progress
        self._stream, self._raw, self._encoding = open_as_utf8(path, options.encoding)
        self._number = 0

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()
        self._raw.close()

    def __iter__(self) -> Iterator[Piece]:
        events: Iterator[Event] = ijson.basic_parse(self._stream, use_float=True)
        try:
            first = self._descend(events, next(events))
            yield from self._elements(events, first, self._options.levels, {})
        except (ijson.JSONError, UnicodeDecodeError) as error:
            yield CutOff(self._number, f"The JSON is damaged or cut off after row {self._number}: {error}")
        except StopIteration:
            yield CutOff(self._number, "The file is empty or ends too early.")

    def _descend(self, events: Iterator[Event], event: Event) -> Event:
        """Go to the mapping's `path`; returns the first event of what is there."""
        for step in self._options.path:
            if event[0] != "start_map":
                raise self._lost(f"there is no object to look up {step!r} in (path)")
            event = next(events)
            while event != ("map_key", step):
                if event[0] == "end_map":
                    raise self._lost(f"there is no key {step!r} (path)")
                _skip(events, next(events))
                event = next(events)
            event = next(events)
        return event

    def _lost(self, reason: str) -> ImportRefused:
        return ImportRefused(f"{self._path.name}: {reason}. Correct path or levels of the mapping's source.")

    def _elements(
        self, events: Iterator[Event], event: Event, levels: tuple[str, ...], keys: dict[str, str]
    ) -> Iterator[Piece]:
        if levels:
            yield from self._below(events, event, levels, keys)
        elif event[0] == "start_array":
            for inner in events:
                if inner[0] == "end_array":
                    return
                yield self._row(_built(events, inner), keys)
        else:
            yield self._row(_built(events, event), keys)

    def _below(
        self, events: Iterator[Event], event: Event, levels: tuple[str, ...], keys: dict[str, str]
    ) -> Iterator[Piece]:
        if event[0] != "start_map":
            self._number += 1
            place = "/".join(keys.values()) or "the top"
            _skip(events, event)
            yield BrokenRow(self._number, f"At {place} there is no object with a key per {levels[0]!r}.")
            return
        for kind, key in events:
            if kind == "end_map":
                return
            yield from self._elements(events, next(events), levels[1:], {**keys, levels[0]: str(key)})

    def _row(self, value: Any, keys: dict[str, str]) -> Row | BrokenRow:
        self._number += 1
        if self._number % 256 == 0:
            self._progress(self._raw.tell())
        if isinstance(value, dict):
            return Row(self._number, value, keys)
        if keys:
            return Row(self._number, {"value": value}, keys)
        return BrokenRow(self._number, "This element is no object.", repr(value)[:_KEPT])


def _built(events: Iterator[Event], event: Event) -> Any:
    """The value that begins with an event."""
    builder = ijson.ObjectBuilder()
    builder.event(*event)
    depth = 1 if event[0] in _OPENING else 0
    while depth:
        event = next(events)
        depth += (event[0] in _OPENING) - (event[0] in _CLOSING)
        builder.event(*event)
    return builder.value


def _skip(events: Iterator[Event], event: Event) -> None:
    depth = 1 if event[0] in _OPENING else 0
    while depth:
        event = next(events)
        depth += (event[0] in _OPENING) - (event[0] in _CLOSING)
