"""The ledger as a file for bookkeeping. No cell can become a formula in somebody's spreadsheet: see
`core.export` for CSV; in Excel every text is stored as a text."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

if TYPE_CHECKING:
    from goldseam.ledger.models import Entry

COLUMNS = (
    "id",
    "at",
    "state",
    "amount",
    "currency",
    "remedy",
    "conversation",
    "order",
    "issue",
    "liable_party",
    "agent",
    "approver",
    "team",
    "key",
    "source",
    "reverses",
    "given",
)
"""Stable names, the same in every language: programs read them too."""

_NUMBERS = frozenset({"id", "amount", "reverses", "given"})


def cells(entry: Entry) -> tuple[str, ...]:
    """A row as texts; the moment in the shop's time zone."""
    at = entry.at.astimezone(ZoneInfo(entry.shop.timezone))
    return (
        str(entry.pk),
        at.isoformat(timespec="seconds"),
        entry.state,
        str(entry.amount),
        entry.currency,
        entry.remedy,
        entry.conversation.external_id,
        entry.order.external_id if entry.order else "",
        entry.issue,
        entry.liable_party,
        entry.agent.name if entry.agent else "",
        entry.approver.name if entry.approver else "",
        entry.team.name if entry.team else "",
        entry.key,
        entry.source,
        str(entry.reverses_id or ""),
        str(entry.granted),
    )


def as_excel(entries: Iterable[Entry]) -> bytes:
    """The file; amounts are numbers, everything else is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("ledger")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKLMNOPQ", (8, 26, 11, 12, 9, 16, 18, 18, 22, 13), strict=False):
        sheet.column_dimensions[letter].width = width
    head = [WriteOnlyCell(sheet, value=name) for name in COLUMNS]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for entry in entries:
        row = []
        for name, text in zip(COLUMNS, cells(entry), strict=True):
            row.append(_number(sheet, text) if name in _NUMBERS and text else _text(sheet, text))
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _number(sheet: Any, text: str) -> Any:
    value = float(text) if "." in text else int(text)
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = "0.00" if "." in text else "0"
    return cell


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value="".join(c for c in text if c >= " " or c in "\t\n"))
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell
