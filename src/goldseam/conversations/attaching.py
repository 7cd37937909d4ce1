"""Files that come in: what they are (by their content alone), how large they may be, where they lie."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.utils.translation import gettext as _

from goldseam.core.errors import DomainError
from goldseam.core.files import FileStore, Picture, read_picture

MOST_FILES = 10
"""So many files in one message."""
MOST_NAME = 120
_BAD_IN_NAME = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "video/mp4": ".mp4",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/ogg": ".ogg",
    "audio/amr": ".amr",
    **dict(zip(_OFFICE.values(), (".docx", ".xlsx", ".pptx"), strict=True)),
}
ALSO = {
    "image/jpeg": (".jpeg",),
    "text/plain": (".csv", ".md", ".log"),
    "video/mp4": (".mov", ".m4a", ".m4v"),
}
"""Endings that a name may keep beside the usual one."""


class FileRefused(DomainError):
    """A file that is too large, broken or of a kind that is not taken; the message names it."""

    code = "file_refused"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken in and lies in the store."""

    digest: str
    name: str
    media_type: str
    size: int
    picture: Picture | None


def store() -> FileStore:
    """The site's file store."""
    return FileStore(settings.ENVIRONMENT.files_folder)


def largest() -> int:
    """Bytes that one file may have."""
    return int(settings.ENVIRONMENT.file_limit) * 1024 * 1024


def keep(name: str, content: bytes) -> Kept:
    """Look at a file and put it into the store. Raises FileRefused."""
    shown = name_of(name)
    if len(content) > largest():
        limit = settings.ENVIRONMENT.file_limit
        raise FileRefused(
            _("%(name)s is larger than %(limit)s MB.") % {"name": shown, "limit": limit}, field="file"
        )
    if not content:
        raise FileRefused(_("%(name)s is empty.") % {"name": shown}, field="file")
    try:
        picture = read_picture(content)
    except ValueError as error:
        raise FileRefused(
            _("%(name)s is a broken or far too large picture; save it anew and try again.") % {"name": shown},
            field="file",
        ) from error
    media_type = picture.media_type if picture else media_type_of(content)
    if media_type is None:
        raise FileRefused(
            _("%(name)s is of a kind that is not taken. Pictures, PDF, text, Office, video and sound are.")
            % {"name": shown},
            field="file",
        )
    digest = store().put(content)
    if picture:
        store().put_thumbnail(digest, content)
    return Kept(digest, _fitting(shown, media_type), media_type, len(content), picture)


def name_of(name: str) -> str:
    """A file's name without a path or signs that could mislead, of bounded length."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    clean = " ".join(_BAD_IN_NAME.sub(" ", last).split()).strip(". ")
    stem, ending = PurePath(clean).stem, PurePath(clean).suffix
    if len(ending) > 8:
        stem, ending = clean, ""
    return (stem[: MOST_NAME - len(ending)] + ending) or "file"


def _fitting(name: str, media_type: str) -> str:
    """The name with an ending that says what the content is."""
    right = _ENDINGS[media_type]
    if PurePath(name).suffix.lower() in (right, *ALSO.get(media_type, ())):
        return name
    return f"{name}{right}"


def media_type_of(content: bytes) -> str | None:
    """What a file that is no picture is, told by its content; None for kinds that are not taken."""
    for fits, media_type in _KINDS:
        if fits(content):
            return media_type
    return _office(content) or ("text/plain" if _is_text(content) else None)


def _is_mp3(content: bytes) -> bool:
    return content[:3] == b"ID3" or (content[0] == 0xFF and len(content) > 1 and content[1] & 0xE6 == 0xE2)


_KINDS: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda content: content[:5] == b"%PDF-", "application/pdf"),
    (lambda content: content[4:8] == b"ftyp", "video/mp4"),
    (lambda content: content[:4] == b"RIFF" and content[8:12] == b"WAVE", "audio/wav"),
    (lambda content: content[:4] == b"OggS", "audio/ogg"),
    (lambda content: content[:5] == b"#!AMR", "audio/amr"),
    (_is_mp3, "audio/mpeg"),
)


def _office(content: bytes) -> str | None:
    if content[:4] != b"PK\x03\x04":
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist()[:5000])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _is_text(content: bytes) -> bool:
    if _CONTROL.search(content) or content.lstrip()[:1] == b"<":  # no HTML, no SVG
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
