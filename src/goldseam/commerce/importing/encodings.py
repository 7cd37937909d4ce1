"""Text files of any encoding as UTF-8: by their byte order mark, by what they are, or as the mapping says."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path
from typing import BinaryIO

from goldseam.commerce.importing.errors import ImportRefused

_CHUNK = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 20
_COMMON_HAN = re.compile(rb"(?:[\xb0-\xf7][\xa1-\xfe]|[\xa1-\xa9][\xa1-\xfe])+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MOSTLY = 0.7
_RUN = 4
"""Bytes. Two accented letters beside each other look like one Chinese character; two characters, hardly."""


class _Transcoder(io.RawIOBase):
    """Reads another encoding as UTF-8. What is not valid in it stays invalid in UTF-8, so that the
    line that holds it can be refused and the others read."""

    def __init__(self, raw: BinaryIO, encoding: str) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self._ready = b""
        self._done = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._ready and not self._done:
            chunk = self._raw.read(_CHUNK)
            self._done = not chunk
            text = self._decoder.decode(chunk, final=self._done)
            self._ready = text.encode("utf-8", "surrogateescape")
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


def open_as_utf8(path: Path, encoding: str | None) -> tuple[BinaryIO, BinaryIO, str]:
    """The file's bytes as UTF-8 without a byte order mark, the raw file below (for its position), and
    the encoding's name."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}.") from None
    try:
        name = _find(path, raw, encoding)
    except ImportRefused:
        raw.close()
        raise
    if name == "utf-8":
        return raw, raw, name
    return io.BufferedReader(_Transcoder(raw, name), _CHUNK), raw, name


def _find(path: Path, raw: BinaryIO, named: str | None) -> str:
    """The encoding; leaves the file behind its byte order mark."""
    head = raw.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            raw.seek(len(mark))
            return name
    raw.seek(0)
    if named is not None:
        return codecs.lookup(named).name
    name = "utf-8" if _is_valid(raw, "utf-8") else _guess(path, raw)
    raw.seek(0)
    return name


def _is_valid(raw: BinaryIO, encoding: str) -> bool:
    raw.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := raw.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guess(path: Path, raw: BinaryIO) -> str:
    """Not valid UTF-8 as a whole: UTF-16 without a mark, GB18030, or UTF-8 with broken places."""
    raw.seek(0)
    sample = raw.read(_SAMPLE)
    if sample.count(0) > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    foreign = len(_NOT_ASCII.findall(sample))
    lost = sample.decode("utf-8", "replace").count("\ufffd")
    if lost * 10 < foreign:
        return "utf-8"
    runs = (len(run) for run in _COMMON_HAN.findall(sample))
    han = sum(length for length in runs if length >= _RUN)
    if foreign and han >= _MOSTLY * foreign:
        return "gb18030"
    raise ImportRefused(
        f"{path.name}: the encoding cannot be told from the text (it is not UTF-8 and does not look like"
        f' GB18030). Name it in the mapping\'s source, for example: encoding = "cp1252".'
    )
