"""Reading the audit trail."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.core.models import AuditEntry
from goldseam.core.paging import decode_cursor, encode_cursor

PAGE = 50


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries, newest first, and the cursor of the next page (None on the last)."""

    entries: list[AuditEntry]
    following: str | None


def trail_page(shop_id: int, *, subject: str = "", actor: str = "", after: str | None = None) -> TrailPage:
    """A shop's entries, of one subject ("conversation-42") or one actor ("agent-7") when given."""
    rows = AuditEntry.objects.filter(shop_id=shop_id).order_by("-id")
    if subject:
        rows = rows.filter(subject=subject)
    if actor:
        rows = rows.filter(actor=actor)
    if after:
        rows = rows.filter(pk__lt=decode_cursor(after, int)[0])
    entries = list(rows[: PAGE + 1])
    following = encode_cursor([entries[PAGE - 1].pk]) if len(entries) > PAGE else None
    return TrailPage(entries[:PAGE], following)
