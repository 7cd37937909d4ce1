"""Files by content: each lies once under its SHA-256, wherever it came from and whatever it was called.

A file is written before the row that names it, and removed when no row has named it for a while, so a row
never points to nothing. Names, types and rights are the rows' business."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import secrets
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

_DIGEST = re.compile(r"[0-9a-f]{64}")
THUMB = ".thumb"
THUMB_SIZE = 480
MOST_PIXELS = 60_000_000
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture's content says of itself; sizes in pixels, upright."""

    media_type: str
    width: int
    height: int


class FileStore:
    """A folder of files by digest, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str, tail: str = "") -> Path:
        """Where a content lies (or its thumbnail, with `tail`). Raises ValueError for no digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"no digest: {digest[:80]!r}")
        return self.folder / digest[:2] / digest[2:4] / (digest + tail)

    def put(self, content: bytes) -> str:
        """Keep a content, whole or not at all; returns its digest."""
        digest = hashlib.sha256(content).hexdigest()
        self._write(self.path(digest), content)
        return digest

    def put_thumbnail(self, digest: str, content: bytes) -> None:
        """Keep a small likeness (WebP) beside a picture's content."""
        path = self.path(digest, THUMB)
        if not path.exists():
            self._write(path, thumbnail(content))

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            os.utime(path)  # young again: whoever sweeps leaves it alone
            return
        fresh = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
        finally:
            fresh.unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """Every content there is."""
        for path in self.folder.glob("??/??/*"):
            if _DIGEST.fullmatch(path.name):
                yield path.name

    def sweep(self, wanted: Callable[[list[str]], set[str]], *, older: float) -> int:
        """Remove contents that `wanted` (asked for some digests at a time) does not name and that are older
        than so many seconds; returns how many."""
        limit, removed = time.time() - older, 0
        waiting: list[str] = []
        for digest in self.digests():
            with contextlib.suppress(FileNotFoundError):
                if self.path(digest).stat().st_mtime < limit:
                    waiting.append(digest)
            if len(waiting) == 500:
                removed += self._remove(waiting, wanted)
                waiting = []
        return removed + self._remove(waiting, wanted)

    def _remove(self, digests: list[str], wanted: Callable[[list[str]], set[str]]) -> int:
        lost = set(digests) - wanted(digests) if digests else set()
        for digest in lost:
            self.path(digest).unlink(missing_ok=True)
            self.path(digest, THUMB).unlink(missing_ok=True)
        return len(lost)


def read_picture(content: bytes) -> Picture | None:
    """What picture it is, if its whole content can be read as one of the kinds that browsers show; None for
    anything else. Raises ValueError for a picture that is broken or far too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is stricter
            with Image.open(io.BytesIO(content), formats=list(_FORMATS)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError("too large")
                media_type = _FORMATS[str(image.format)]
                image.load()
                upright = ImageOps.exif_transpose(image)
                return Picture(media_type, upright.width, upright.height)
    except UnidentifiedImageError:
        return None
    except Image.DecompressionBombError as error:
        raise ValueError("too large") from error
    except (OSError, SyntaxError, EOFError, ValueError, IndexError, TypeError) as error:
        raise ValueError(str(error) or "broken") from error


def thumbnail(content: bytes) -> bytes:
    """A small WebP of a picture that `read_picture` has read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=list(_FORMATS)) as image:
            small = ImageOps.exif_transpose(image)
            small.thumbnail((THUMB_SIZE, THUMB_SIZE))
            if small.mode not in ("RGB", "RGBA"):
                small = small.convert("RGBA")
            target = io.BytesIO()
            small.save(target, "WEBP", quality=80)
            return target.getvalue()
