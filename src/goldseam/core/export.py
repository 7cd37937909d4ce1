"""Tables as CSV, streamed, that spreadsheets open without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins with one of these is a formula to a spreadsheet."""
_BOM = "\ufeff"
"""Tells spreadsheets that the file is UTF-8; without it they show Chinese as question marks."""


def safe_cell(value: object) -> str:
    """The value as text; one that a spreadsheet would take for a formula is marked as text. Null bytes go."""
    text = "" if value is None else str(value).replace("\x00", "")
    return f"'{text}" if text.startswith(_RISKY) else text


def csv_answer(
    request: HttpRequest, name: str, header: Iterable[object], pieces: Iterable[Iterable[Iterable[object]]]
) -> StreamingHttpResponse:
    """A download named `name` of rows that come in pieces; memory holds one piece at a time."""
    chunks = _chunks(header, pieces)
    # the server's own kind of iterator, or Django would gather everything first
    content = _without_blocking(chunks) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _chunks(header: Iterable[object], pieces: Iterable[Iterable[Iterable[object]]]) -> Iterator[bytes]:
    yield (_BOM + _lines([header])).encode()
    for piece in pieces:
        yield _lines(piece).encode()


def _lines(rows: Iterable[Iterable[object]]) -> str:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return target.getvalue()


async def _without_blocking(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (chunk := await sync_to_async(lambda: next(chunks, None))()) is not None:
        yield chunk
