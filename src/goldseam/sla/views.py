"""The pages of calendars and times, the clocks beside a conversation, the notices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.conversations.filter_codes import ISSUE_GROUPS, PRIORITIES
from goldseam.conversations.queries import access_conversation
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, require_role, teams_of
from goldseam.sla import actions, queries
from goldseam.sla.forms import RowView, examples, read_day, read_rows
from goldseam.sla.models import Calendar
from goldseam.sla.notices import mark_seen
from goldseam.sla.times import SHIPPED, hidden_rows

_COMMON_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "UTC")
_NOTICES = 20
_COUNTRIES = ("CN", "HK", "TW", "JP", "KR", "SG", "GB", "DE", "US")


@require_http_methods(["GET", "POST"])
def times(request: PageRequest) -> HttpResponse:
    """The table of times; an admin publishes another one."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    table = queries.current_table(place.shop_id)
    rows = table.rows if table else queries.shipped_rows()
    problem: DomainError | None = None
    if request.method == "POST":
        require_role(request.user, place.shop_id, Role.ADMIN)
        try:
            rows = read_rows(request.POST)
            actions.publish_times(
                place.shop,
                rows,
                author=request.user,
                actor=f"agent-{request.user.pk}",
                note=request.POST.get("note", ""),
                since=_number(request.POST.get("since", "")),
            )
            return redirect("sla:times")
        except DomainError as error:
            problem = error
    context = _table(request, rows) | {
        "table": table,
        "problem": problem,
        "tables": queries.tables_of(place.shop_id),
        "kept": queries.kept_since(place.shop_id, timezone.now() - timedelta(days=30)),
        "may_edit": place.role == Role.ADMIN,
    }
    return render(request, "sla/times.html", context, status=problem.status if problem else 200)


@require_GET
def version(request: PageRequest, number: int) -> HttpResponse:
    """An earlier table, to read and to take up again."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    table = queries.table_of_shop(place.shop_id, number)
    current = queries.current_table(place.shop_id)
    context = _table(request, table.rows) | {
        "table": current,
        "old": table,
        "tables": queries.tables_of(place.shop_id),
        "may_edit": place.role == Role.ADMIN,
    }
    return render(request, "sla/times.html", context)


def _table(request: PageRequest, rows: list[dict[str, Any]]) -> dict[str, Any]:
    hidden = set(hidden_rows(rows))
    views = [RowView(f"r{place}", row, place in hidden) for place, row in enumerate(rows)]
    blank = {"issues": [], "tiers": [], "priorities": [], "warn": 75, "calendar": None, "name": ""}
    return {
        "rows": views,
        "blank": RowView("blank", blank),
        "groups": ISSUE_GROUPS.items(),
        "priorities": PRIORITIES,
        "calendars": queries.calendars_of(request.shop.pk),
    }


@require_http_methods(["GET", "POST"])
def calendars(request: PageRequest) -> HttpResponse:
    """All calendars; an admin makes a new one."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    if request.method == "POST":
        require_role(request.user, place.shop_id, Role.ADMIN)
        calendar = actions.save_calendar(place.shop, None, **_calendar(request), actor=_actor(request))
        return redirect("sla:calendar", calendar.pk)
    rows = queries.calendars_of(place.shop_id)
    context = {"calendars": rows, "may_edit": place.role == Role.ADMIN} | _choices(place.shop_id)
    fresh = Calendar(shop=place.shop, timezone=place.shop.timezone, hours=list(actions.USUAL_HOURS))
    return render(request, "sla/calendars.html", context | _week(fresh, now=timezone.now()))


@require_http_methods(["GET", "POST"])
def calendar(request: PageRequest, calendar_id: int) -> HttpResponse:
    """One calendar: its week, its single days, and what they mean."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    row = queries.calendar_of_shop(place.shop_id, calendar_id)
    if request.method == "POST":
        require_role(request.user, place.shop_id, Role.ADMIN)
        actions.save_calendar(place.shop, row, **_calendar(request), actor=_actor(request))
        return redirect("sla:calendar", row.pk)
    now = timezone.now()
    local = now.astimezone(queries.zone_of(row.timezone)).date()
    days = [entry for entry in row.days.all() if entry.day.year >= local.year]
    context = {
        "days": days,
        "may_edit": place.role == Role.ADMIN,
        "countries": _COUNTRIES,
        "years": (local.year, local.year + 1),
    }
    return render(request, "sla/calendar.html", context | _choices(place.shop_id) | _week(row, now=now))


@require_POST
def remove(request: PageRequest, calendar_id: int) -> HttpResponse:
    """Take a team's calendar away."""
    place = require_role(request.user, request.shop.pk, Role.ADMIN)
    actions.remove_calendar(queries.calendar_of_shop(place.shop_id, calendar_id), actor=_actor(request))
    return redirect("sla:calendars")


@require_POST
def day(request: PageRequest, calendar_id: int) -> HttpResponse:
    """Give a date hours of its own, or (with `drop`) take them away."""
    place = require_role(request.user, request.shop.pk, Role.ADMIN)
    row = queries.calendar_of_shop(place.shop_id, calendar_id)
    when = read_day(request.POST.get("day", ""))
    if "drop" in request.POST:
        actions.drop_day(row, when, actor=_actor(request))
    else:
        name, hours = request.POST.get("name", ""), request.POST.get("hours", "")
        actions.set_day(row, when, hours, name, actor=_actor(request))
    return redirect("sla:calendar", row.pk)


@require_POST
def fill(request: PageRequest, calendar_id: int) -> HttpResponse:
    """Enter a year's public holidays and make-up working days."""
    place = require_role(request.user, request.shop.pk, Role.ADMIN)
    row = queries.calendar_of_shop(place.shop_id, calendar_id)
    language = "zh_CN" if (translation.get_language() or "").startswith("zh") else "en_US"
    country, year = request.POST.get("country", ""), _number(request.POST.get("year", "")) or 0
    actions.fill_holidays(row, country, year, language=language, actor=_actor(request))
    return redirect("sla:calendar", row.pk)


@require_GET
def preview(request: PageRequest) -> HttpResponse:
    """What hours and a time mean, while they are typed: "a message on Friday at 17:50 is due …"."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    hours = [actions.read_hours(request.GET.get(f"hours-{n}", ""), f"hours[{n}]") for n in range(7)]
    row = Calendar(shop=place.shop, timezone=request.GET.get("timezone", ""), hours=hours)
    number = _number(request.GET.get("calendar", ""))
    kept = queries.calendar_of_shop(place.shop_id, number) if number else None
    minutes = min(max(_number(request.GET.get("minutes", "")) or 30, 1), 100_000)
    return render(request, "sla/preview.html", _week(row, now=timezone.now(), kept=kept, minutes=minutes))


@require_GET
def clocks(request: PageRequest, conversation_id: int) -> HttpResponse:
    """A conversation's clocks: what runs, what was kept, by which row."""
    conversation = access_conversation(request.user, conversation_id)
    rows = queries.clocks_of(conversation.pk)
    return render(request, "sla/clocks.html", {"clocks": rows, "conversation": conversation})


@require_GET
def notices(request: PageRequest) -> HttpResponse:
    """What this person has not been told yet."""
    return _strip(request)


def _strip(request: PageRequest) -> HttpResponse:
    rows = list(queries.unseen_notices(request.user, request.shop.pk, timezone.now())[:_NOTICES])
    context = {
        "notices": rows[:3],
        "others": max(0, len(rows) - 3),
        "rest": len(rows) - 1,
        "latest": rows[0].pk if rows else 0,
    }
    return render(request, "sla/notices.html", context)


@require_POST
def seen(request: PageRequest) -> HttpResponse:
    """The person has seen these."""
    up_to = _number(request.POST.get("latest", "")) or 0
    mark_seen(request.user, request.shop.pk, up_to, timezone.now())
    return _strip(request)


def _calendar(request: PageRequest) -> dict[str, Any]:
    given = request.POST
    return {
        "name": given.get("name", ""),
        "timezone": given.get("timezone", ""),
        "hours": [given.get(f"hours-{n}", "") for n in range(7)],
        "team_id": _number(given.get("team", "")),
    }


def _choices(shop_id: int) -> dict[str, Any]:
    return {"teams": list(teams_of(shop_id)), "zones": _COMMON_ZONES, "shipped": SHIPPED}


def _week(row: Calendar, *, now: Any, kept: Calendar | None = None, minutes: int = 30) -> dict[str, Any]:
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    work = queries.work_calendar(row) if row.pk else queries.fresh_calendar(row, kept)
    return {
        "calendar": row,
        "week": list(zip(range(7), names, row.hours, strict=True)),
        "examples": examples(work, minutes, now),
        "minutes": minutes,
    }


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _actor(request: PageRequest) -> str:
    return f"agent-{request.user.pk}"
