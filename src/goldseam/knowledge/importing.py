"""Articles from files: Markdown with front matter, CSV and Excel tables with a header row."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

from goldseam.core.errors import DomainError
from goldseam.core.workbook import cells_without_value, what_to_do
from goldseam.knowledge.records import ArticleRecord, build_record

MAX_FILE = 5 * 1024 * 1024
MAX_ROWS = 20_000
_LISTS = ("questions", "skus")
_KEYS = (
    "id",
    "kind",
    "title",
    "body",
    "language",
    *_LISTS,
    "valid_from",
    "valid_until",
    "review_on",
    "public",
)
_OTHER_NAMES = {"text": "body", "content": "body", "type": "kind", "sku": "skus", "question": "questions"}


def read_articles(name: str, content: bytes) -> list[ArticleRecord]:
    """The articles of a file, told by the end of its name. Raises DomainError that names the file, the row
    and what to do; then nothing of the file is used."""
    if len(content) > MAX_FILE:
        raise DomainError(_("%(name)s is larger than 5 MB; split it.") % {"name": name}, field="files")
    ending = PurePath(name).suffix.lower()
    if ending in (".md", ".markdown"):
        return [_named(name, 0, _markdown(name, _decoded(name, content)))]
    if ending == ".csv":
        return _table(name, csv.reader(io.StringIO(_decoded(name, content), newline="")))
    if ending in (".xlsx", ".xls", ".ods"):
        return _table(name, _sheet(name, content))
    raise DomainError(
        _("%(name)s: files end in .md, .csv, .xlsx, .xls or .ods.") % {"name": name}, field="files"
    )


def _decoded(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError(
        _("%(name)s is no text in UTF-8 or GB 18030; save it as UTF-8.") % {"name": name}, field="files"
    )


def _markdown(name: str, text: str) -> dict[str, Any]:
    """`---`, lines of `key: value` (lists as `- entry` lines below), `---`, then the body; without a title
    there, the first heading is it."""
    values: dict[str, Any] = {"id": PurePath(name).stem}
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and lines[0].strip() == "---":
        end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
        if end is None:
            raise DomainError(
                _("%(name)s: the front matter has no closing line of three dashes.") % {"name": name},
                field="files",
            )
        values |= _front_matter(name, lines[1:end])
        lines = lines[end + 1 :]
    body = "\n".join(lines).strip()
    if not values.get("title") and body.startswith("#"):
        heading, _newline, body = body.partition("\n")
        values["title"] = heading.lstrip("#").strip()
    return values | {"body": body.strip()}


def _front_matter(name: str, lines: Iterable[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    key = ""
    for number, line in enumerate(lines, 2):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("- ") and key:
            values.setdefault(key, [])
            if not isinstance(values[key], list):
                raise DomainError(
                    _("%(place)s: %(key)s is a value and a list.")
                    % {"place": f"{name}:{number}", "key": key},
                    field="files",
                )
            values[key].append(_unquoted(stripped[2:]))
            continue
        key, colon, value = stripped.partition(":")
        key = _OTHER_NAMES.get(key.strip().lower(), key.strip().lower())
        if not colon or key not in _KEYS:
            raise DomainError(
                _("%(place)s: unknown line; the keys are %(keys)s.")
                % {"place": f"{name}:{number}", "keys": ", ".join(_KEYS)},
                field="files",
            )
        if value.strip():
            values[key] = _unquoted(value)
    return values


def _unquoted(value: str) -> str:
    text = value.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _sheet(name: str, content: bytes) -> Iterable[list[Any]]:
    bare = cells_without_value(io.BytesIO(content), 0)
    if bare:
        raise DomainError(what_to_do(name, bare), field="files")
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=True)
    except (python_calamine.CalamineError, zipfile.BadZipFile, IndexError, ValueError) as error:
        raise DomainError(
            _("%(name)s cannot be read as a table: %(error)s") % {"name": name, "error": error}, field="files"
        ) from error


def _table(name: str, rows: Iterable[list[Any]]) -> list[ArticleRecord]:
    found: list[ArticleRecord] = []
    header: list[str] = []
    try:
        for number, row in enumerate(rows, 1):
            cells = [str(cell).strip() if cell is not None else "" for cell in row]
            if not any(cells):
                continue
            if not header:
                header = _header(name, cells)
                continue
            values = {key: cell for key, cell in zip(header, cells, strict=False) if key in _KEYS}
            found.append(_named(name, number, values))
            if len(found) > MAX_ROWS:
                raise DomainError(
                    _("%(name)s has more than %(most)s rows; split it.") % {"name": name, "most": MAX_ROWS},
                    field="files",
                )
    except csv.Error as error:
        raise DomainError(
            _("%(name)s cannot be read as a table: %(error)s") % {"name": name, "error": error}, field="files"
        ) from error
    if not found:
        raise DomainError(
            _("%(name)s holds no article below its header row.") % {"name": name}, field="files"
        )
    return found


def _header(name: str, cells: list[str]) -> list[str]:
    keys = [_OTHER_NAMES.get(cell.lower(), cell.lower()) for cell in cells]
    missing = [key for key in ("title", "body") if key not in keys]
    if missing:
        raise DomainError(
            _("%(name)s: the header row lacks %(missing)s; columns are %(keys)s.")
            % {"name": name, "missing": ", ".join(missing), "keys": ", ".join(_KEYS)},
            field="files",
        )
    return keys


def _named(name: str, row: int, values: dict[str, Any]) -> ArticleRecord:
    try:
        return build_record(values)
    except DomainError as error:
        place = _("%(name)s, row %(row)s") % {"name": name, "row": row} if row else name
        raise DomainError(f"{place}: {error.message}", field="files") from error
