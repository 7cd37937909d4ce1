"""Lines of a file, never longer than a bound, whatever the file holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from goldseam.commerce.importing.errors import BrokenRow

MAX_LINE = 8_000_000
"""Bytes; a longer line is skipped without being held in memory."""
_KEPT = 1_000


def bounded_lines(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, str] | BrokenRow]:
    """The lines with their numbers (from 1); what is too long or not decodable is a `BrokenRow`."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            length = len(line) + _skip_line(stream)
            reason = f"The line has {length} bytes; {MAX_LINE} are allowed."
            yield BrokenRow(number, reason, line[:_KEPT].decode("utf-8", "replace"))
            continue
        try:
            yield number, line.decode("utf-8")
        except UnicodeDecodeError as error:
            reason = f"The line is not valid {encoding} at its byte {error.start + 1}."
            yield BrokenRow(number, reason, line.decode("utf-8", "replace").rstrip("\r\n"))


def _skip_line(stream: BinaryIO) -> int:
    length = 0
    while chunk := stream.readline(1 << 16):
        length += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return length
