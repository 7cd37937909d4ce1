"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from goldseam.core.models import AuditEntry
from goldseam.core.paging import decode_cursor, encode_cursor

PAGE = 50
_PIECE = 2000


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries: of one subject ("conversation-42"), one actor ("agent-7"), one verb ("reply.sent"), in a
    time, or holding `words` in subject or values; what is empty does not limit."""

    subject: str = ""
    actor: str = ""
    verb: str = ""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries, newest first, and the cursor of the next page (None on the last)."""

    entries: list[AuditEntry]
    following: str | None


def trail_page(shop_id: int, wanted: TrailFilter | None = None, *, after: str | None = None) -> TrailPage:
    """A shop's entries that fit, fifty at a time."""
    rows = _rows(shop_id, wanted or TrailFilter())
    if after:
        rows = rows.filter(pk__lt=decode_cursor(after, int)[0])
    entries = list(rows[: PAGE + 1])
    following = encode_cursor([entries[PAGE - 1].pk]) if len(entries) > PAGE else None
    return TrailPage(entries[:PAGE], following)


def whole_trail(shop_id: int, wanted: TrailFilter) -> Iterator[list[AuditEntry]]:
    """All entries that fit, newest first, in pieces: however many there are, few are held at once."""
    rows, before = _rows(shop_id, wanted), None
    while piece := list((rows.filter(pk__lt=before) if before else rows)[:_PIECE]):
        yield piece
        before = piece[-1].pk


def verbs_of(shop_id: int) -> list[str]:
    """The verbs that occur in a shop's latest entries, in alphabetical order."""
    latest = AuditEntry.objects.filter(shop_id=shop_id).order_by("-id").values("verb")[:20_000]
    return sorted(set(AuditEntry.objects.filter(pk__in=latest.values("pk")).values_list("verb", flat=True)))


def _rows(shop_id: int, wanted: TrailFilter) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(shop_id=shop_id).order_by("-id")
    exact = {name: getattr(wanted, name) for name in ("subject", "actor", "verb") if getattr(wanted, name)}
    rows = rows.filter(**exact)
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    if wanted.words:
        rows = rows.alias(was=Cast("before", TextField()), now=Cast("after", TextField())).filter(
            Q(subject__icontains=wanted.words)
            | Q(was__icontains=wanted.words)
            | Q(now__icontains=wanted.words)
        )
    return rows
