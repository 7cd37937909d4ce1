"""Reads of calendars, the table of times, clocks and notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext, gettext_noop

from goldseam.core.errors import NotFound
from goldseam.core.unit import held, once
from goldseam.engine.worktime import clocks as engine
from goldseam.engine.worktime.hours import Calendar as WorkCalendar
from goldseam.engine.worktime.hours import always
from goldseam.engine.worktime.rules import Case, Rule, match
from goldseam.engine.worktime.text import read_openings
from goldseam.sla.models import Calendar, Clock, ClockOutcome, Notice, TimesTable
from goldseam.sla.times import SHIPPED, rules_of

if TYPE_CHECKING:
    from goldseam.people.models import Agent

_LASTING = (engine.FIRST, engine.RESOLUTION)
_MOVING = Q(ended=False) | Q(kind__in=_LASTING)
_LOOKS_BACK = timedelta(days=400)


def calendars_of(shop_id: int) -> list[Calendar]:
    """A shop's calendars with their single days, the shop's own first."""
    rows = Calendar.objects.filter(shop_id=shop_id).select_related("team").prefetch_related("days")
    return sorted(rows, key=lambda row: (row.team_id is not None, row.name))


def calendar_of_shop(shop_id: int, calendar_id: int) -> Calendar:
    """A calendar of this shop, else "not found"."""
    rows = Calendar.objects.select_related("team", "shop").prefetch_related("days")
    found = rows.filter(shop_id=shop_id, pk=calendar_id).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such calendar."))
    return found


def work_calendar(row: Calendar | None) -> WorkCalendar:
    """A kept calendar for the engine; without one it is always open."""
    if row is None:
        return always()
    return WorkCalendar(
        zone=zone_of(row.timezone),
        week=tuple(read_openings(text) for text in row.hours),
        days={entry.day: read_openings(entry.hours) for entry in row.days.all()},
    )


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; UTC when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def current_table(shop_id: int) -> TimesTable | None:
    """The table in force, or None before the shop has saved one (then no clock has a time)."""
    return TimesTable.objects.filter(shop_id=shop_id).order_by("-number").first()


def tables_of(shop_id: int) -> list[TimesTable]:
    """The versions, newest first."""
    rows = TimesTable.objects.filter(shop_id=shop_id).select_related("author").order_by("-number")
    return list(rows[:30])


def table_of_shop(shop_id: int, number: int) -> TimesTable:
    """A version of this shop's table, else "not found"."""
    found = TimesTable.objects.filter(shop_id=shop_id, number=number).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such version."))
    return found


def shipped_rows() -> list[dict[str, Any]]:
    """What a shop without a table is offered."""
    blank = {"issues": [], "tiers": [], "priorities": [], "warn": 75, "calendar": None}
    return [blank | row | {"name": gettext(row["name"])} for row in SHIPPED]


@dataclass(frozen=True, slots=True)
class Times:
    """What decides about a shop's clocks: the table in force and the calendars, read once."""

    number: int
    rules: tuple[Rule, ...]
    calendars: dict[int, Calendar]
    by_team: dict[int, int]
    usual: int | None

    def rule_for(self, issue: str, tier: str, priority: str) -> Rule | None:
        """The row that a case gets."""
        place = match(self.rules, Case(issue, tier, priority))
        return None if place is None else self.rules[place]

    def calendar_for(self, rule: Rule | None, teams: Iterable[int]) -> int | None:
        """The row's calendar, else that of the owner's team, else the shop's."""
        if rule is not None and rule.calendar in self.calendars:
            return rule.calendar
        own = [self.by_team[team] for team in teams if team in self.by_team]
        return min(own) if own else self.usual

    def work_calendar(self, calendar_id: int | None) -> WorkCalendar:
        """The calendar for the engine."""
        return work_calendar(self.calendars.get(calendar_id or 0))


def times_of(shop_id: int) -> Times:
    """All that decides about the shop's clocks, in three statements; read once in a unit of work."""
    return once(("times", shop_id), lambda: _times_of(shop_id))


def _times_of(shop_id: int) -> Times:
    table = current_table(shop_id)
    calendars = {row.pk: row for row in calendars_of(shop_id)}
    return Times(
        number=table.number if table else 0,
        rules=tuple(rules_of(table.rows)) if table else (),
        calendars=calendars,
        by_team={row.team_id: row.pk for row in calendars.values() if row.team_id is not None},
        usual=next((row.pk for row in calendars.values() if row.team_id is None), None),
    )


def clocks_of(conversation_id: int) -> list[Clock]:
    """A conversation's clocks, in the order in which they started."""
    return list(Clock.objects.filter(conversation_id=conversation_id).select_related("calendar"))


def moving_clocks(conversation_id: int) -> list[Clock]:
    """The clocks that happenings can still move, in order; the caller holds the conversation. In a unit of
    work everybody gets the same list."""
    rows = Clock.objects.filter(_MOVING, conversation_id=conversation_id).order_by("id")
    return held(("clocks", conversation_id), lambda: list(rows))


def may_move(row: Clock) -> bool:
    """Whether a clock still belongs to them."""
    return not row.ended or row.kind in _LASTING


def engine_clock(row: Clock) -> engine.Clock:
    """A kept clock for the engine."""
    runs = tuple((datetime.fromisoformat(a), datetime.fromisoformat(b) if b else None) for a, b in row.runs)
    return engine.Clock(row.kind, runs, row.ended)


def kept_runs(clock: engine.Clock) -> list[list[str | None]]:
    """An engine's clock's runs as they are kept."""
    return [
        [a.astimezone(UTC).isoformat(), b.astimezone(UTC).isoformat() if b else None] for a, b in clock.runs
    ]


def to_warn(now: datetime, limit: int = 500) -> list[int]:
    """Ids of conversations with a clock whose warning is due and was not given."""
    rows = Clock.objects.filter(ended=False, warned_at=None, warn_at__lte=now)
    return list(rows.order_by("warn_at").values_list("conversation_id", flat=True)[:limit])


def to_miss(now: datetime, limit: int = 500) -> list[int]:
    """Ids of conversations with a clock that ran out and nobody was told."""
    rows = Clock.objects.filter(ended=False, told_at=None, due_at__lte=now)
    return list(rows.order_by("due_at").values_list("conversation_id", flat=True)[:limit])


def live_conversations(shop_id: int) -> list[int]:
    """Ids of the conversations with a clock that has not ended."""
    rows = Clock.objects.filter(shop_id=shop_id, ended=False).order_by("conversation_id")
    return list(rows.values_list("conversation_id", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Kept:
    """How many clocks of a kind ended in a time, and how many of them in time."""

    kind: str
    met: int
    breached: int

    @property
    def share(self) -> float | None:
        """The share that was kept, 0…1; None when nothing ended."""
        total = self.met + self.breached
        return self.met / total if total else None


def kept_since(shop_id: int, since: datetime) -> list[Kept]:
    """How the clocks that ended since then fared, by kind."""
    rows = Clock.objects.filter(shop_id=shop_id, ended=True, ended_at__gte=since, target__isnull=False)
    found = {
        row["kind"]: Kept(row["kind"], row["met"], row["breached"])
        for row in rows.values("kind")
        .annotate(
            met=Count("id", filter=Q(outcome=ClockOutcome.MET)),
            breached=Count("id", filter=Q(outcome=ClockOutcome.BREACHED)),
        )
        .order_by("kind")
    }
    return [found.get(kind, Kept(kind, 0, 0)) for kind in engine.KINDS]


def unseen_notices(agent: Agent, shop_id: int, now: datetime) -> QuerySet[Notice]:
    """What a person has not seen yet, newest first; older than half a day is told no more."""
    rows = Notice.objects.select_related("conversation__customer").filter(
        agent=agent, shop_id=shop_id, seen_at=None, at__gte=now - timedelta(hours=12)
    )
    return rows.order_by("-id")


def fresh_calendar(row: Calendar, kept: Calendar | None) -> WorkCalendar:
    """A calendar that is being written, with the single days of the kept one it will replace."""
    days = {entry.day: read_openings(entry.hours) for entry in kept.days.all()} if kept else {}
    return WorkCalendar(zone_of(row.timezone), tuple(read_openings(text) for text in row.hours), days)
