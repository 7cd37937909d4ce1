"""Until when somebody must answer, and who looks at the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from goldseam.approvals import actions, covering, jobs, lists, waits
from goldseam.approvals.models import ApprovalRequest, Notice
from goldseam.approvals.timing import answer_due
from goldseam.conversations.models import Conversation
from goldseam.people.models import Agent, Membership
from goldseam.site.wiring import WIRING
from goldseam.sla.actions import save_calendar, set_day
from goldseam.sla.events import TimesChanged
from goldseam.sla.models import Calendar
from tests.approvals.conftest import House

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai
HOURS = ["09:00-18:00"] * 5 + ["", ""]


def test_without_a_calendar_the_shop_is_always_at_work(house: House) -> None:
    assert answer_due(house.shop.pk, "praise", 60, FRIDAY) == FRIDAY + timedelta(hours=1)


def test_nights_and_holidays_do_not_count(house: House) -> None:
    calendar = save_calendar(
        house.shop, None, name="店", timezone="Asia/Shanghai", hours=HOURS, team_id=None, actor="test"
    )
    monday = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
    assert answer_due(house.shop.pk, "praise", 60, FRIDAY) == monday
    set_day(calendar, date(2026, 11, 23), "", "放假", actor="test")
    assert answer_due(house.shop.pk, "praise", 60, FRIDAY) == monday + timedelta(days=1)
    assert answer_due(house.shop.pk, "product.safety", 15, FRIDAY) == FRIDAY + timedelta(minutes=15)


def test_the_clock_passes_on_what_is_due_and_nothing_else(house: House) -> None:
    late, early = house.ask(house.conversation("a"), 400), house.ask(house.conversation("b"), 400)
    ApprovalRequest.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    jobs.escalate(0)
    jobs.escalate(0)
    called = dict(ApprovalRequest.objects.values_list("pk", "called"))
    assert called == {late.pk: "admin", early.pk: "lead"}
    late.refresh_from_db()
    assert late.escalations == 1


DAY_WITH_BREAK = ["09:00-12:00, 13:00-18:00"] * 5 + ["", ""]
GOLDEN_WEEK = [date(2026, 10, day) for day in range(1, 8)]
SATURDAY = date(2026, 10, 10)  # worked, because of the holidays


def calendar_of(house: House) -> Calendar:
    calendar = save_calendar(
        house.shop, None, name="店", timezone="Asia/Shanghai", hours=DAY_WITH_BREAK, team_id=None, actor="t"
    )
    for day in GOLDEN_WEEK:
        set_day(calendar, day, "", "国庆", actor="t")
    set_day(calendar, SATURDAY, DAY_WITH_BREAK[0], "调休", actor="t")
    return calendar


def local(words: str) -> datetime:
    """A moment of 2026 in Shanghai."""
    return datetime.strptime(f"2026-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], datetime]:
    """Make it a moment of 2026 in Shanghai."""

    def to(words: str) -> datetime:
        moment = local(words).astimezone(UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment

    return to


@pytest.mark.parametrize(
    ("asked", "issue", "amount", "due"),
    [
        ("09-29 11:30", "praise", 200, "09-29 13:30"),  # over the noon break
        ("09-30 16:00", "praise", 200, "09-30 17:00"),
        ("09-30 17:00", "praise", 200, "09-30 18:00"),  # used up at closing time
        ("09-30 17:30", "praise", 200, "10-08 09:30"),  # the eve of the holidays
        ("09-30 17:30", "praise", 2000, "10-08 10:30"),  # over 1,000 there is more time
        ("09-30 19:00", "praise", 200, "10-08 10:00"),
        ("10-03 12:00", "praise", 200, "10-08 10:00"),
        ("10-09 17:45", "praise", 200, "10-10 09:45"),  # a Saturday that is worked
        ("10-10 17:45", "praise", 200, "10-12 09:45"),
        ("09-30 17:55", "product.safety", 200, "09-30 18:10"),  # danger knows no holidays
    ],
)
def test_a_request_waits_in_working_time(
    house: House, travel: Callable[[str], datetime], asked: str, issue: str, amount: int, due: str
) -> None:
    talk = house.conversation()
    calendar_of(house)
    Membership.objects.filter(role="admin").update(limit=9999)
    travel(asked)
    Conversation.objects.filter(pk=talk.pk).update(issue=issue)
    request = house.ask(talk, amount)
    assert request.due_at == local(due)
    assert not waits.escalate(request.pk, local(due) - timedelta(minutes=1))
    assert waits.escalate(request.pk, local(due))


def cover(house: House, who: Agent, deputy: Agent | None, up_to: int | None = None) -> None:
    covering.name_deputy(
        house.shop,
        who,
        who.pk,
        deputy_id=deputy.pk if deputy else None,
        starts_at=local("09-30 12:00"),
        ends_at=local("10-08 12:00"),
        away=True,
        up_to=None if up_to is None else Decimal(up_to),
    )


@pytest.mark.parametrize(
    ("covers", "amount", "asked"),
    [
        ({}, 200, {"lead", "otherlead"}),
        ({}, 400, {"lead"}),  # more than the other lead may grant
        ({"lead": ("colleague", None)}, 200, {"colleague", "otherlead"}),
        ({"lead": ("colleague", 300)}, 400, {"admin"}),  # the deputy may not grant so much
        ({"lead": ("agent", None)}, 400, {"admin"}),  # the deputy is who asks
        ({"lead": (None, None), "other_lead": (None, None)}, 200, {"admin"}),
        ({"lead": ("other_lead", None), "other_lead": (None, None)}, 200, {"admin"}),  # the deputy is away
        ({"lead": ("colleague", None), "other_lead": ("colleague", 250)}, 200, {"colleague"}),
        (
            {"lead": (None, None), "other_lead": (None, None), "admin": (None, None)},
            200,
            {"lead", "otherlead"},
        ),
    ],
)
def test_who_is_asked_while_people_are_away(
    house: House,
    travel: Callable[[str], datetime],
    covers: dict[str, tuple[str | None, int | None]],
    amount: int,
    asked: set[str],
) -> None:
    Membership.objects.filter(role="admin").update(limit=9999)
    talk = house.conversation()
    travel("09-30 11:00")
    for who, (deputy, up_to) in covers.items():
        cover(house, getattr(house, who), getattr(house, deputy) if deputy else None, up_to)
    travel("09-30 17:30")
    request = house.ask(talk, amount)
    told = Notice.objects.filter(request=request, kind="asked").values_list("agent__name", flat=True)
    assert set(told) == asked
    assert set(lists.Desk(house.shop, house.agent).row(request).waits_for) == asked


def test_a_reminder_goes_to_those_who_are_asked_anew(house: House, travel: Callable[[str], datetime]) -> None:
    Membership.objects.filter(role="admin").update(limit=9999)
    talk = house.conversation()
    travel("09-29 10:00")
    request = house.ask(talk, 400)

    def reminded(now: str) -> list[str]:
        Notice.objects.all().delete()
        assert waits.escalate(request.pk, local(now))
        return list(Notice.objects.order_by("agent__name").values_list("agent__name", flat=True))

    assert reminded("09-29 11:00") == ["admin"]
    assert reminded("09-29 12:00") == ["admin", "lead"]


def test_nobody_is_waited_for_who_could_not_grant_it(house: House, travel: Callable[[str], datetime]) -> None:
    talk = house.conversation()
    travel("09-29 10:00")
    request = house.ask(talk, 400)
    Membership.objects.filter(agent=house.admin).update(role="lead", limit=10)
    Membership.objects.filter(agent=house.other_lead).update(role="admin", limit=10)
    waits.escalate(request.pk, local("09-29 11:00"))
    request.refresh_from_db()
    assert "lead" in lists.Desk(house.shop, house.agent).row(request).waits_for


def test_who_is_asked_for_somebody_that_went_away_is_told_once(
    house: House, travel: Callable[[str], datetime]
) -> None:
    Membership.objects.filter(role="admin").update(limit=9999)
    talk, other = house.conversation(), house.conversation("b")
    travel("09-30 11:00")
    cover(house, house.lead, house.colleague)
    request, done = house.ask(talk, 400), house.ask(other, 400)
    actions.approve(done.pk, house.lead)
    before = set(Notice.objects.values_list("pk", flat=True))
    jobs.escalate(0)
    assert set(Notice.objects.values_list("pk", flat=True)) == before
    travel("09-30 12:00")  # the lead's absence begins
    request.due_at = local("10-08 12:00")
    request.save()
    for _ in range(2):
        jobs.escalate(0)
    (told,) = Notice.objects.exclude(pk__in=before)
    assert (told.agent, told.request, told.kind) == (house.colleague, request, "asked")


def test_a_foreign_currency_is_waited_for_as_long_each_time(
    house: House, travel: Callable[[str], datetime]
) -> None:
    Membership.objects.filter(role="admin").update(limit=0)
    travel("09-29 10:00")
    request = house.ask(house.conversation(), 20, currency="EUR")
    assert request.due_at == local("09-29 12:00")
    waits.escalate(request.pk, local("09-29 12:00"))
    request.refresh_from_db()
    assert request.due_at == local("09-29 14:00")


def test_a_holiday_that_is_entered_later_moves_what_waits(
    house: House, travel: Callable[[str], datetime]
) -> None:
    talk, other = house.conversation(), house.conversation("b")
    travel("10-09 17:45")
    calendar = calendar_of(house)
    request, done = house.ask(talk, 200), house.ask(other, 100)
    actions.approve(done.pk, house.lead)
    assert request.due_at == local("10-10 09:45")
    set_day(calendar, SATURDAY, "", "不调休", actor="t")
    assert waits.reckon_later in WIRING[TimesChanged]
    jobs.reckon(house.shop.pk)
    request.refresh_from_db()
    done.refresh_from_db()
    assert (request.due_at, done.due_at) == (local("10-12 09:45"), None)


def test_the_eve_of_a_holiday_on_the_pages(
    house: House, travel: Callable[[str], datetime], client: Client
) -> None:
    """An agent asks at half past five; the lead is away, with a deputy; nobody answers."""
    talk = house.conversation()
    Agent.objects.update(timezone="Asia/Shanghai")
    Membership.objects.filter(role="admin").update(limit=9999)
    calendar_of(house)
    travel("09-30 11:00")
    cover(house, house.lead, house.colleague, 250)
    cover(house, house.other_lead, None)

    travel("09-30 17:30")
    client.force_login(house.agent)
    form = {"remedy": "coupon", "amount": "200", "currency": "CNY", "reason": "想挽回", "key": "k"}
    strip = client.post(f"/approvals/ask/{talk.pk}/", form, headers={"HX-Request": "true"}).content.decode()
    assert "等待 colleague" in strip
    assert "10-08 09:30 转上级" in strip
    request = ApprovalRequest.objects.get()

    def badge(who: Agent) -> str:
        client.force_login(who)
        return client.get("/approvals/badge/").content.decode()

    assert "nav-count" in badge(house.colleague)
    assert "nav-count" not in badge(house.admin)
    travel("10-08 09:29")
    jobs.escalate(0)
    assert "nav-count" not in badge(house.admin)
    travel("10-08 09:30")
    jobs.escalate(0)
    assert "nav-count" in badge(house.admin)
    client.force_login(house.agent)
    strip = client.get(f"/approvals/strip/{talk.pk}/").content.decode()
    assert "等待 colleague / admin" in strip
    assert "10-08 10:30 再次提醒" in strip
    client.force_login(house.colleague)  # whoever was asked before still is
    assert f"/approvals/{request.pk}/" in client.get("/approvals/").content.decode()
    client.post(f"/approvals/{request.pk}/decide/", {"verb": "approve", "key": "d"})
    request.refresh_from_db()
    assert (request.decided_by, request.grantor) == (house.colleague, house.lead)
