"""A policy pack as an Excel file, and back without a loss.

Every value is a text cell, so nothing in a pack can become a formula in somebody's Excel. Row 1 of the rules
names the columns and is what is read; row 2 says it in words. Cells that cannot be read are named ("C14")."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext_noop
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from goldseam.core.errors import DomainError
from goldseam.core.workbook import cells_without_value, what_to_do
from goldseam.engine.decide.pack_form import MAX_RULES
from goldseam.engine.decide.pack_terms import ERROR, LADDER, PERIODS, PRIORITIES, Finding
from goldseam.policies.cells import (
    CONDITIONS,
    BadCell,
    columns,
    languages_of,
    limit_of,
    limit_text,
    number_of,
    number_text,
    row_of,
    rule_of,
)
from goldseam.policies.wording import column_name

MAX_BYTES = 5 * 1024 * 1024
_MAX_UNPACKED = 60 * 1024 * 1024
_MAX_COLUMNS = 200
_MAX_ROWS = 10 * MAX_RULES  # room for empty rows between the rules
# What openpyxl raises on parts that are missing, cut off or filled with something else.
_DAMAGED = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
)
_WIDE = {"words": 44, "source": 36, "id": 28, "remedy": 22}
_RULES, _PACK = "rules", "pack"
_Table = Mapping[int, list[str]]
"""The rows of a sheet that are not empty, by their number."""
_FIRST_RULE = 3


class BadFile(DomainError):
    """The file is no Excel file, or not one of a pack."""

    code = "bad_file"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file told: the pack, what cannot be read, and where each rule stands (id → row)."""

    body: dict[str, Any]
    findings: list[Finding]
    rows: Mapping[str, int]
    columns: Mapping[str, str]

    def place(self, finding: Finding) -> str:
        """The cell of a finding, such as "rules!C14"; empty when it has none."""
        row = self.rows.get(finding.rules[0]) if finding.rules else None
        letter = self.columns.get(finding.cell) or self.columns.get(finding.cell.partition(".")[0])
        return f"{_RULES}!{letter or 'A'}{row}" if row else ""


def write_pack(body: Mapping[str, Any]) -> bytes:
    """The file of a pack in canonical form."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101  a new workbook has one sheet
    sheet.title = _RULES
    _write_rules(sheet, body["rules"])
    _write_head(book.create_sheet(_PACK), body)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_rules(sheet: Worksheet, rules: Sequence[Mapping[str, Any]]) -> None:
    names = columns(languages_of(rules))
    used = {key for rule in rules for key in row_of(rule)}
    for number, name in enumerate(names, 1):
        _text(sheet, 1, number, name, bold=True)
        _text(sheet, 2, number, str(column_name(name)))
        letter = get_column_letter(number)
        table = name.partition(".")[0]
        sheet.column_dimensions[letter].width = _WIDE.get(table, 16)
        optional = name.removeprefix("when.") in CONDITIONS and name.startswith("when.")
        sheet.column_dimensions[letter].hidden = optional and name not in used
    for row, rule in enumerate(rules, _FIRST_RULE):
        texts = row_of(rule)
        for number, name in enumerate(names, 1):
            if name in texts:
                _text(sheet, row, number, texts[name])
    sheet.freeze_panes = "B3"


def _write_head(sheet: Worksheet, body: Mapping[str, Any]) -> None:
    rows = [
        ("locales", ", ".join(body["locales"])),
        ("currencies", ", ".join(body["currencies"])),
        ("default_role", body["default_role"]),
    ]
    for role in LADDER:
        rows += [(f"authority.{role}.{p}", limit_text(body["authority"][role][p])) for p in PERIODS]
    rows += [(f"follow_up_hours.{p}", number_text(body["follow_up_hours"][p])) for p in PRIORITIES]
    rows += [(f"product_classes.{name}", ", ".join(w)) for name, w in body["product_classes"].items()]
    for number, (key, value) in enumerate(rows, 1):
        _text(sheet, number, 1, key, bold=True)
        _text(sheet, number, 2, value)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 80


def _text(sheet: Worksheet, row: int, column: int, text: str, *, bold: bool = False) -> None:
    cell = sheet.cell(row, column)
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if bold:
        cell.font = Font(bold=True)


def read_pack(content: bytes, name: str, version: int) -> Sheet:
    """The pack in a file. Raises BadFile when it is none; what is wrong inside are findings."""
    tables = _tables(content)
    if _RULES not in tables or _PACK not in tables:
        raise BadFile(gettext_noop("This file has no sheets “rules” and “pack”. Export the pack to get one."))
    head, bad = _read_head(tables[_PACK])
    table = tables[_RULES]
    names = [cell.strip() for cell in table.get(1, ())]
    if "id" not in names:
        raise BadFile(
            gettext_noop("The first row of the sheet “rules” must name the columns, one of them “id”.")
        )
    letters = {column: get_column_letter(n) for n, column in enumerate(names, 1) if column}
    known = set(columns([c.partition(".")[2] for c in names if c.startswith(("words.", "source."))]))
    bad += [
        Finding("unknown_key", ERROR, (), c, {"value": c, "allowed": "…"}) for c in letters if c not in known
    ]
    bad += [_twice(c) for c, count in Counter(names).items() if c and count > 1]
    rules, rows = [], {}
    for number, line in table.items():
        cells = {column: text for column, text in zip(names, line, strict=False) if column in known}
        if number < _FIRST_RULE or not any(text.strip() for text in cells.values()):
            continue
        rule, wrong = rule_of(cells)
        rule["id"] = rule["id"] or f"row-{number}"
        bad += [replace(f, rules=(rule["id"],)) for f in wrong]
        rules.append(rule)
        rows[rule["id"]] = number
    return Sheet({"name": name, "version": version, **head, "rules": rules}, bad, rows, letters)


def _twice(key: str) -> Finding:
    return Finding("twice", ERROR, (), key, {"value": key})


def _read_head(table: _Table) -> tuple[dict[str, Any], list[Finding]]:
    head: dict[str, Any] = {"authority": {}, "follow_up_hours": {}, "product_classes": {}}
    bad: list[Finding] = []
    seen: set[str] = set()
    for line in table.values():
        key, text = (cell.strip() for cell in (*line, "", "")[:2])
        if key in seen:
            bad.append(_twice(key))
            continue
        seen.add(key)
        try:
            if not _head_cell(head, key.split("."), text):
                bad.append(Finding("unknown_key", ERROR, (), key[:200], {"value": key[:200], "allowed": "…"}))
        except BadCell:
            bad.append(Finding("bad_number", ERROR, (), key, {"value": text[:200], "low": "0", "high": "…"}))
    return head, bad


def _head_cell(head: dict[str, Any], path: list[str], text: str) -> bool:
    """Put one value in its place; False when there is no such place."""
    words = [part.strip() for part in text.replace("\uff0c", ",").split(",") if part.strip()]
    if path[0] in ("locales", "currencies"):
        head[path[0]] = words
    elif path[0] == "default_role":
        head[path[0]] = text
    elif path[0] == "authority" and len(path) == 3:
        head["authority"].setdefault(path[1], {})[path[2]] = limit_of(text)
    elif path[0] == "follow_up_hours" and len(path) == 2:
        head["follow_up_hours"][path[1]] = number_of(text)
    elif path[0] == "product_classes" and len(path) == 2:
        head["product_classes"][path[1]] = words
    else:
        return False
    return True


def _tables(content: bytes) -> dict[str, _Table]:
    """The sheets as texts. A zip bomb, a broken file or another format is the sender's error."""
    if len(content) > MAX_BYTES:
        raise BadFile(gettext_noop("The file is larger than 5 MB."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
                raise BadFile(gettext_noop("The file unpacks to more than 60 MB."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if sheet.title in (_RULES, _PACK)]
        for sheet in sheets:
            bare = cells_without_value(io.BytesIO(content), book.sheetnames.index(sheet.title))
            if bare:
                raise BadFile(what_to_do(sheet.title, bare))
        return {sheet.title: dict(_lines(sheet)) for sheet in sheets}
    except (*_DAMAGED, InvalidFileException) as error:
        raise BadFile(gettext_noop("This is not an Excel file (.xlsx).")) from error


def _lines(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    lines = sheet.iter_rows(max_row=_MAX_ROWS, max_col=_MAX_COLUMNS, values_only=True)
    for number, line in enumerate(lines, 1):
        if any(value is not None for value in line):
            yield number, [_plain(value) for value in line]


def _plain(value: Any) -> str:
    """What a person sees in a cell that Excel has made a number, a date or a truth value of."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return number_text(value) if isinstance(value, int | float) else str(value)
