"""The clocks of real conversations: what moves them, what they show, whom they tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation
from goldseam.people.actions import create_shop
from goldseam.people.models import Agent, Shop
from goldseam.sla import moves, queries
from goldseam.sla.actions import publish_times, save_calendar, set_day
from goldseam.sla.jobs import reckon
from goldseam.sla.models import Calendar, Clock, Notice
from goldseam.sla.moves import remind_due
from tests.journeys.shop import add_people

pytestmark = pytest.mark.django_db

ROWS = [
    {"name": "safety", "priorities": ["P0"], "first": 5, "next": 5, "resolution": 60},
    {"name": "parcels", "issues": ["logistics"], "first": 30, "next": 45, "resolution": 600},
    {"name": "all", "first": 60, "next": 120, "resolution": 1440},
]
TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


@pytest.fixture
def shop() -> Shop:
    shop = create_shop("porcelain", "青瓷生活馆", actor="test")
    add_people(shop)
    return shop


@pytest.fixture
def office(shop: Shop) -> Calendar:
    hours = ["09:00-12:00, 13:00-18:00"] * 5 + ["", ""]
    calendar = save_calendar(
        shop, None, name="白班", timezone="Asia/Shanghai", hours=hours, team_id=None, actor="test"
    )
    publish_times(shop, ROWS, author=None, actor="test")
    return calendar


@pytest.fixture
def agent(shop: Shop) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


def asks(shop: Shop, text: str = "你好,在吗", key: str = "c", at: datetime = TUESDAY) -> Conversation:
    conversation = inbox.open_conversation(shop, key, at=at, actor="test")
    inbox.receive_message(conversation, text, at=at)
    return Conversation.objects.get(pk=conversation.pk)


def clock(conversation: Conversation, kind: str) -> Clock:
    return Clock.objects.filter(conversation=conversation, kind=kind).latest("id")


def test_first_words_start_two_clocks_on_the_calendar(shop: Shop, office: Calendar) -> None:
    conversation = asks(shop, at=datetime(2026, 11, 27, 9, 50, tzinfo=UTC))  # Friday, 17:50
    assert clock(conversation, "first").due_at == datetime(2026, 11, 30, 1, 50, tzinfo=UTC)  # Monday, 9:50
    assert clock(conversation, "first").rule == "all"
    assert clock(conversation, "resolution").target == 1440


def test_an_answer_in_time_is_kept(shop: Shop, office: Calendar, agent: Agent) -> None:
    conversation = asks(shop)
    inbox.send_reply(conversation, agent, "在的", at=TUESDAY + timedelta(minutes=20))
    first = clock(conversation, "first")
    assert (first.outcome, first.used_minutes, first.ended) == ("met", 20, True)
    conversation.refresh_from_db()
    assert (conversation.sla_state, conversation.sla_kind) == ("paused", "resolution")
    assert conversation.sla_due_at is None


def test_a_late_answer_is_missed(shop: Shop, office: Calendar, agent: Agent) -> None:
    conversation = asks(shop)
    inbox.send_reply(conversation, agent, "在的", at=TUESDAY + timedelta(minutes=61))
    assert clock(conversation, "first").outcome == "breached"
    assert clock(conversation, "first").breached_at == TUESDAY + timedelta(minutes=60)


def test_the_next_word_starts_the_next_clock_and_the_solution_goes_on(
    shop: Shop, office: Calendar, agent: Agent
) -> None:
    conversation = asks(shop)
    inbox.send_reply(conversation, agent, "在的", at=TUESDAY + timedelta(minutes=20))
    inbox.receive_message(conversation, "好的,那什么时候", at=TUESDAY + timedelta(minutes=50))
    assert clock(conversation, "next").due_at == datetime(
        2026, 11, 24, 5, 50, tzinfo=UTC
    )  # 70 before the break
    solution = clock(conversation, "resolution")
    assert [run[1] is None for run in solution.runs] == [False, True]


def test_sleep_stops_all_clocks_and_waking_starts_them(shop: Shop, office: Calendar) -> None:
    now = timezone.now()
    conversation = asks(shop, at=now)
    inbox.snooze(conversation, now + timedelta(hours=1), actor="test")
    assert clock(conversation, "first").due_at is None
    conversation.refresh_from_db()
    assert conversation.sla_state == "paused"
    inbox.wake(conversation.pk, now + timedelta(hours=2))
    assert clock(conversation, "first").due_at is not None
    conversation.refresh_from_db()
    assert conversation.sla_state in ("running", "warning")


def test_closing_ends_and_reopening_goes_on(shop: Shop, office: Calendar, agent: Agent) -> None:
    conversation = asks(shop)
    inbox.close(conversation, actor="test", at=TUESDAY + timedelta(minutes=30))
    assert (clock(conversation, "first").outcome, clock(conversation, "resolution").outcome) == (
        "void",
        "met",
    )
    conversation.refresh_from_db()
    assert (conversation.sla_state, conversation.sla_kind, conversation.sla_due_at) == ("", "", None)
    inbox.reopen(conversation, actor="test")
    solution = clock(conversation, "resolution")
    assert not solution.ended
    assert len(solution.runs) == 2
    assert Clock.objects.filter(conversation=conversation, kind="resolution").count() == 1


def test_another_issue_means_other_times(shop: Shop, office: Calendar) -> None:
    conversation = asks(shop)
    assert clock(conversation, "first").target == 60
    Conversation.objects.filter(pk=conversation.pk).update(issue_corrected=True, issue="logistics.lost")
    inbox.receive_message(conversation, "还没到", at=TUESDAY + timedelta(minutes=2))
    first = clock(conversation, "first")
    assert (first.target, first.rule, first.due_at) == (30, "parcels", TUESDAY + timedelta(minutes=30))


def test_another_table_or_calendar_is_reckoned_by_the_job(shop: Shop, office: Calendar) -> None:
    conversation = asks(shop)
    publish_times(shop, [ROWS[2] | {"first": 600}], author=None, actor="test")
    set_day(office, TUESDAY.date(), "", "盘点", actor="test")
    assert clock(conversation, "first").target == 60
    reckon(shop.pk)
    first = clock(conversation, "first")
    assert first.target == 600
    assert first.due_at == datetime(2026, 11, 26, 3, 0, tzinfo=UTC)  # Wednesday's eight hours, Thursday's two


def test_without_a_table_no_clock_has_a_time(shop: Shop) -> None:
    conversation = asks(shop)
    assert clock(conversation, "first").target is None
    assert conversation.sla_state == ""
    assert remind_due(TUESDAY + timedelta(days=30)) == 0


def test_warning_and_breach_come_exactly_once(shop: Shop, office: Calendar, agent: Agent) -> None:
    conversation = asks(shop)
    inbox.assign(conversation, agent, actor="test")
    first = clock(conversation, "first")
    assert remind_due(TUESDAY + timedelta(minutes=44)) == 0
    assert remind_due(TUESDAY + timedelta(minutes=45)) == 1
    assert remind_due(TUESDAY + timedelta(minutes=46)) == 0
    conversation.refresh_from_db()
    assert (conversation.sla_state, conversation.sla_kind) == ("warning", "first")
    assert list(Notice.objects.values_list("agent__email", "kind")) == [("agent@porcelain.test", "warning")]
    assert remind_due(TUESDAY + timedelta(minutes=60)) == 1
    assert remind_due(TUESDAY + timedelta(minutes=61)) == 0
    conversation.refresh_from_db()
    assert conversation.sla_state == "breached"
    assert conversation.sla_due_at == first.due_at
    breaches = Notice.objects.filter(kind="breach").order_by("agent__email")
    assert [notice.agent.email for notice in breaches] == ["agent@porcelain.test", "lead@porcelain.test"]


def test_a_teams_calendar_counts_for_what_its_people_own(shop: Shop, office: Calendar, agent: Agent) -> None:
    from goldseam.people.models import Membership, Team

    team = Team.objects.create(shop=shop, name="夜班")
    team.members.add(Membership.objects.get(shop=shop, agent=agent))
    night = ["20:00-24:00"] * 7
    save_calendar(
        shop, None, name="夜班", timezone="Asia/Shanghai", hours=night, team_id=team.pk, actor="test"
    )
    conversation = asks(shop)
    assert clock(conversation, "first").due_at == TUESDAY + timedelta(hours=1)
    inbox.assign(conversation, agent, actor="test")
    assert clock(conversation, "first").due_at == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_another_desks_answer_stops_the_clock(shop: Shop, office: Calendar) -> None:
    conversation = asks(shop)
    inbox.take_in(
        shop,
        "c",
        "agent",
        "在的",
        customer=None,
        channel="api",
        key="x",
        at=TUESDAY + timedelta(minutes=3),
        actor="t",
    )
    assert clock(conversation, "first").outcome == "met"


def test_figures_count_what_ended(shop: Shop, office: Calendar, agent: Agent) -> None:
    for number, minutes in enumerate((10, 20, 90)):
        conversation = asks(shop, key=f"c{number}")
        inbox.send_reply(conversation, agent, "在的", at=TUESDAY + timedelta(minutes=minutes))
    first = queries.kept_since(shop.pk, TUESDAY)[0]
    assert (first.kind, first.met, first.breached) == ("first", 2, 1)


def test_a_move_takes_few_statements(
    shop: Shop, office: Calendar, django_assert_max_num_queries: Any
) -> None:
    conversation = asks(shop)
    with django_assert_max_num_queries(14):
        moves.reckon(conversation.pk)
