"""Until when somebody must answer, and who looks at the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from goldseam.approvals import jobs
from goldseam.approvals.models import ApprovalRequest
from goldseam.approvals.timing import answer_due
from goldseam.sla.actions import save_calendar, set_day
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
