"""The pages of times and calendars: what they take in, refuse, show in both languages, and cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.conversations.models import Conversation
from goldseam.people.actions import issue_token, set_language
from goldseam.people.models import Agent, Shop
from goldseam.sla.actions import publish_times, save_calendar
from goldseam.sla.durations import read_minutes
from goldseam.sla.models import Calendar, Notice, TimesTable
from goldseam.sla.moves import remind
from goldseam.sla.queries import shipped_rows

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12
WEEK = ["09:00-12:00, 13:00-18:00"] * 5 + ["", ""]


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


@pytest.fixture
def calendar(shop: Shop) -> Calendar:
    return save_calendar(
        shop, None, name="白班", timezone="Asia/Shanghai", hours=WEEK, team_id=None, actor="test"
    )


@pytest.fixture
def admin(client: Client, shop: Shop) -> Client:
    client.force_login(Agent.objects.get(email="admin@porcelain.test"))
    return client


def form(name: str = "白班", **hours: str) -> dict[str, str]:
    return {"name": name, "timezone": "Asia/Shanghai"} | {
        f"hours-{n}": hours.get(f"d{n}", text) for n, text in enumerate(WEEK)
    }


def row(key: str, **values: Any) -> dict[str, Any]:
    usual = {"name": key, "first": "15 min", "next": "", "resolution": "8 h", "warn": "75"}
    return {"row": [key]} | {f"{name}-{key}": value for name, value in (usual | values).items()}


def table(*rows: dict[str, Any], since: int = 0) -> dict[str, Any]:
    given: dict[str, Any] = {"since": since, "row": []}
    for entry in rows:
        given |= entry | {"row": [*given["row"], *entry["row"]]}
    return given


@pytest.mark.parametrize("name", ["sla:times", "sla:calendars", "sla:notices"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_within_the_queries(
    admin: Client, calendar: Calendar, name: str, language: str, django_assert_max_num_queries: Any
) -> None:
    set_language(Agent.objects.get(email="admin@porcelain.test"), language)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert admin.get(reverse(name)).status_code == 200


def test_a_calendar_page_within_the_queries(
    admin: Client, calendar: Calendar, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        assert admin.get(reverse("sla:calendar", args=[calendar.pk])).status_code == 200
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = admin.get(reverse("sla:clocks", args=[Conversation.objects.get(external_id="c-1001").pk]))
    assert answer.status_code == 200


def test_a_calendar_is_made_changed_and_read_again(admin: Client, shop: Shop) -> None:
    assert admin.post(reverse("sla:calendars"), form()).status_code == 302
    row = Calendar.objects.get()
    changed = form(d5="10:00~16:00")
    assert admin.post(reverse("sla:calendar", args=[row.pk]), changed).status_code == 302
    row.refresh_from_db()
    assert row.hours[5] == "10:00-16:00"


@pytest.mark.parametrize(
    "given", [form(d0="9-18"), form(name=" "), form() | {"timezone": "Asia/Nowhere"}, {"name": "leer"}]
)
def test_a_calendar_that_cannot_be(admin: Client, calendar: Calendar, given: dict[str, str]) -> None:
    answer = admin.post(reverse("sla:calendar", args=[calendar.pk]), given)
    assert answer.status_code == 400
    calendar.refresh_from_db()
    assert calendar.hours == WEEK


def test_the_preview_says_when_a_message_is_due(admin: Client, calendar: Calendar) -> None:
    set_language(Agent.objects.get(email="admin@porcelain.test"), "en")
    given = form() | {"calendar": str(calendar.pk), "minutes": "30"}
    answer = admin.get(reverse("sla:preview"), given).content.decode()
    assert "Friday 17:50" in answer
    assert "Monday 09:20" in answer
    assert admin.get(reverse("sla:preview"), given | {"hours-0": "x"}).status_code == 400


def test_public_holidays_and_make_up_days_are_entered_once(admin: Client, calendar: Calendar) -> None:
    address = reverse("sla:fill", args=[calendar.pk])
    calendar.days.create(day=date(2026, 10, 1), hours="09:00-12:00", name="特别")
    assert admin.post(address, {"country": "CN", "year": "2026"}).status_code == 302
    days = {entry.day: entry for entry in calendar.days.all()}
    assert days[date(2026, 10, 2)].hours == ""
    assert days[date(2026, 10, 10)].hours == WEEK[0]  # a make-up Saturday
    assert days[date(2026, 10, 1)].name == "特别"
    count = len(days)
    admin.post(address, {"country": "CN", "year": "2026"})
    assert calendar.days.count() == count
    assert admin.post(address, {"country": "XX", "year": "2026"}).status_code == 400
    day = {"day": "2026-10-10", "drop": "1"}
    admin.post(reverse("sla:day", args=[calendar.pk]), day)
    assert calendar.days.count() == count - 1


def test_a_table_is_published_as_a_new_version(admin: Client, calendar: Calendar) -> None:
    rows = [row("a", priorities=["P0"]), row("b", issues=["logistics"], tiers="vip,金卡"), row("c")]
    assert admin.post(reverse("sla:times"), table(*rows)).status_code == 302
    kept = TimesTable.objects.get()
    assert [entry["name"] for entry in kept.rows] == ["a", "b", "c"]
    assert kept.rows[1]["tiers"] == ["vip", "金卡"]
    assert (kept.rows[0]["first"], kept.rows[0]["next"], kept.rows[0]["resolution"]) == (15, None, 480)
    assert admin.get(reverse("sla:version", args=[1])).status_code == 200


@pytest.mark.parametrize(
    ("rows", "status", "says"),
    [
        ([row("a", first="soon")], 400, "15 min"),
        ([row("a", name="")], 400, "needs a name"),
        ([row("a", issues=["nonsense"])], 400, "nonsense"),
        ([row("a", warn="5")], 400, "10 to 99"),
        ([row("a", first="", resolution="")], 400, "at least one time"),
        ([row("a"), row("b", priorities=["P0"])], 400, "never win"),
        ([], 400, "at least one row"),
    ],
)
def test_a_table_that_cannot_be(
    admin: Client, calendar: Calendar, rows: list[dict[str, Any]], status: int, says: str
) -> None:
    set_language(Agent.objects.get(email="admin@porcelain.test"), "en")
    answer = admin.post(reverse("sla:times"), table(*rows))
    assert answer.status_code == status
    assert says in answer.content.decode()
    assert not TimesTable.objects.exists()


def test_nobody_overwrites_what_another_published(admin: Client, shop: Shop) -> None:
    publish_times(shop, shipped_rows(), author=None, actor="test")
    assert admin.post(reverse("sla:times"), table(row("a"), since=0)).status_code == 409
    assert admin.post(reverse("sla:times"), table(row("a"), since=1)).status_code == 302


def test_a_lead_reads_and_an_agent_does_not(client: Client, shop: Shop, calendar: Calendar) -> None:
    client.force_login(Agent.objects.get(email="lead@porcelain.test"))
    assert client.get(reverse("sla:times")).status_code == 200
    assert client.post(reverse("sla:times"), table(row("a"))).status_code == 403
    assert client.post(reverse("sla:calendar", args=[calendar.pk]), form()).status_code == 403
    client.force_login(Agent.objects.get(email="agent@porcelain.test"))
    assert client.get(reverse("sla:times")).status_code == 403


def test_notices_are_seen_once(client: Client, shop: Shop, calendar: Calendar) -> None:
    publish_times(shop, shipped_rows(), author=None, actor="test")
    conversation = Conversation.objects.get(external_id="c-1004")
    from goldseam.sla.moves import reckon

    reckon(conversation.pk)
    remind(conversation.pk, timezone.now() + timedelta(days=9))
    client.force_login(Agent.objects.get(email="lead@porcelain.test"))
    shown = client.get(reverse("sla:notices")).content.decode()
    assert "王静怡" in shown
    latest = Notice.objects.latest("id").pk
    assert "王静怡" not in client.post(reverse("sla:seen"), {"latest": latest}).content.decode()
    assert "王静怡" not in client.get(reverse("sla:notices")).content.decode()


def test_programs_read_clocks_and_figures(client: Client, shop: Shop) -> None:
    publish_times(shop, shipped_rows(), author=None, actor="test")
    _, secret = issue_token(shop, "key", ["conversations:read"], actor="test")
    headers = {"Authorization": f"Bearer {secret}"}
    answer = client.get("/api/v1/sla/conversations/c-1004", headers=headers).json()
    assert {clock["kind"] for clock in answer["clocks"]} == {"first", "resolution"}
    figures = client.get("/api/v1/sla/figures?days=7", headers=headers).json()
    assert [figure["kind"] for figure in figures] == ["first", "next", "resolution"]
    assert client.get("/api/v1/sla/figures?days=0", headers=headers).status_code == 422
    assert client.get("/api/v1/sla/conversations/none", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("15", 15), ("15 min", 15), ("8 h", 480), ("1.5小时", 90), ("30 分钟", 30), ("", None)],
)
def test_times_as_people_write_them(text: str, minutes: int | None) -> None:
    assert read_minutes(text, "first") == minutes
