"""The table of times as it is kept, edited and handed to the engine.

A kept row: {"name", "issues", "tiers", "priorities", "first", "next", "resolution", "warn", "calendar"};
times are minutes or null, `warn` is percent, `calendar` an id or null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from goldseam.conversations.filter_codes import ISSUE_GROUPS, ISSUES, PRIORITIES
from goldseam.core.errors import DomainError
from goldseam.engine.worktime.rules import Rule, unreachable

MOST_ROWS = 60
_MOST_MINUTES = 60 * 24 * 90
KINDS = ("first", "next", "resolution")

SHIPPED: list[dict[str, Any]] = [
    {
        "name": gettext_noop("Safety and crises"),
        "priorities": ["P0"],
        "first": 5,
        "next": 5,
        "resolution": 240,
    },
    {"name": gettext_noop("High risk"), "priorities": ["P1"], "first": 15, "next": 20, "resolution": 480},
    {"name": gettext_noop("VIP"), "tiers": ["vip"], "first": 15, "next": 30, "resolution": 960},
    {"name": gettext_noop("Praise"), "issues": ["praise"], "first": 480, "next": None, "resolution": None},
    {"name": gettext_noop("All others"), "first": 60, "next": 120, "resolution": 1440},
]
"""What a shop starts with."""


def rules_of(rows: Sequence[Mapping[str, Any]]) -> list[Rule]:
    """Kept rows for the engine: groups of issues become their codes."""
    return [
        Rule(
            name=row.get("name", ""),
            issues=tuple(
                code for issue in row.get("issues", ()) for code in ISSUE_GROUPS.get(issue, (issue,))
            ),
            tiers=tuple(row.get("tiers", ())),
            priorities=tuple(row.get("priorities", ())),
            first=row.get("first"),
            next=row.get("next"),
            resolution=row.get("resolution"),
            warn_share=row.get("warn", 75) / 100,
            calendar=row.get("calendar"),
        )
        for row in rows
    ]


def hidden_rows(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Places of the rows that can never win."""
    return unreachable(rules_of(rows), ISSUES)


def clean_rows(rows: Sequence[Mapping[str, Any]], calendars: set[int]) -> list[dict[str, Any]]:
    """The rows as they are kept; the first mistake as a domain error whose field names row and column."""
    if not rows:
        raise DomainError(gettext_noop("The table needs at least one row."), field="rows")
    if len(rows) > MOST_ROWS:
        raise DomainError(gettext_noop("The table holds 60 rows at most."), field="rows")
    return [_row(row, place, calendars) for place, row in enumerate(rows)]


def _row(row: Mapping[str, Any], place: int, calendars: set[int]) -> dict[str, Any]:
    name = str(row.get("name") or "").strip()[:80]
    if not name:
        raise DomainError(gettext_noop("Every row needs a name."), field=f"rows[{place}].name")
    calendar = row.get("calendar") or None
    if calendar is not None and calendar not in calendars:
        raise DomainError(gettext_noop("There is no such calendar."), field=f"rows[{place}].calendar")
    warn = row.get("warn") or 75
    if not isinstance(warn, int) or not 10 <= warn <= 99:
        raise DomainError(gettext_noop("Warn after 10 to 99 percent."), field=f"rows[{place}].warn")
    cleaned: dict[str, Any] = {
        "name": name,
        "issues": _codes(row, place, "issues", {*ISSUES, *ISSUE_GROUPS}),
        "tiers": [str(tier).strip()[:40] for tier in row.get("tiers") or () if str(tier).strip()],
        "priorities": _codes(row, place, "priorities", set(PRIORITIES)),
        "warn": warn,
        "calendar": calendar,
    }
    cleaned |= {kind: _minutes(row, place, kind) for kind in KINDS}
    if all(cleaned[kind] is None for kind in KINDS):
        raise DomainError(gettext_noop("A row needs at least one time."), field=f"rows[{place}].first")
    return cleaned


def _codes(row: Mapping[str, Any], place: int, name: str, known: set[str]) -> list[str]:
    codes = [str(code) for code in row.get(name) or ()]
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise DomainError(f"Unknown: {', '.join(unknown)[:80]}.", field=f"rows[{place}].{name}")
    return codes


def _minutes(row: Mapping[str, Any], place: int, kind: str) -> int | None:
    value = row.get(kind)
    if value is None:
        return None
    if not isinstance(value, int) or not 1 <= value <= _MOST_MINUTES:
        raise DomainError(
            gettext_noop("A time is from one minute to ninety days."), field=f"rows[{place}].{kind}"
        )
    return value
