"""Times, assignment, escalation and the board in a browser, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Shop
from goldseam.routing.escalating import escalate_due
from goldseam.routing.jobs import make_rounds_at
from goldseam.routing.models import RoutingSettings
from goldseam.sla.actions import USUAL_HOURS, publish_times, save_calendar
from goldseam.sla.models import CalendarDay, TimesTable
from goldseam.sla.moves import reckon, remind_due
from goldseam.sla.queries import shipped_rows
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints

pytestmark = pytest.mark.django_db(transaction=True)


SLOW = 15_000
"""Milliseconds that a live update may take on a busy machine."""


def person(mailbox: str) -> Agent:
    return Agent.objects.get(email=f"{mailbox}@porcelain.test")


@pytest.fixture
def times(shop: Shop) -> None:
    """Open day and night, so that a test at any hour sees clocks run."""
    day = ["00:00-24:00"] * 7
    save_calendar(shop, None, name="全天", timezone="Asia/Shanghai", hours=day, team_id=None, actor="test")
    publish_times(shop, shipped_rows(), author=None, actor="test")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_calendar_is_edited_with_its_meaning_in_view(desks: Desks, shop: Shop, language: str) -> None:
    set_language(person("admin"), language)
    save_calendar(
        shop, None, name="白班", timezone="Asia/Shanghai", hours=USUAL_HOURS, team_id=None, actor="test"
    )
    desk = desks(language="zh-CN" if language == "zh-hans" else "en-US")
    page = desk.sign_in("admin")
    desk.open("/sla/calendars/")
    page.click(".card-link")
    friday = "2026-11-27" if timezone.now().date().isoformat() <= "2026-11-27" else ""
    expect(page.locator("#preview")).to_contain_text("17:50")
    expect(page.locator("#preview")).to_contain_text(friday)
    page.fill("[name=hours-4]", "09:00-17:30")
    words = "星期一 09:30" if language == "zh-hans" else "Monday 09:30"
    expect(page.locator("#preview")).to_contain_text(words)
    with page.expect_navigation():
        page.click("#calendar-form .btn-primary")
    expect(page.locator("[name=hours-4]")).to_have_value("09:00-17:30")
    page.locator("form[action$='holidays/'] button").click()
    expect(page.locator("table.list tbody tr").first).to_be_visible()
    assert CalendarDay.objects.exists()
    page.fill("[name=hours-0]", "nine to five")
    with page.expect_response(lambda answer: "preview" in answer.url) as answer:
        page.locator("[name=hours-0]").press("Tab")
    assert answer.value.status == 400
    desk.troubles[:] = [trouble for trouble in desk.troubles if "400" not in trouble]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_table_of_times_is_edited_and_published(
    desks: Desks, shop: Shop, times: None, language: str
) -> None:
    set_language(person("admin"), language)
    desk = desks(language="zh-CN" if language == "zh-hans" else "en-US")
    page = desk.sign_in("admin")
    desk.open("/sla/")
    page.click("[data-times-add]")
    row = page.locator("#times-rows tr").last
    row.locator("[name^=name]").fill("物流 P2")
    row.locator("[name^=first]").fill("40 min")
    page.click("#times-form .btn-primary")
    expect(page.get_by_role("alert").filter(has_text="6")).to_be_visible()  # row 6 can never win
    row = page.locator("#times-rows tr").last
    row.locator("[data-times-up]").click()
    row = page.locator("#times-rows tr").nth(4)
    row.locator("[name^=priorities][value=P2]").check()
    page.click("#times-form .btn-primary")
    page.wait_for_url("**/sla/")
    expect(page.locator("#times-rows tr")).to_have_count(6)
    assert TimesTable.objects.latest("number").rows[4]["name"] == "物流 P2"
    desk.troubles[:] = [trouble for trouble in desk.troubles if "400" not in trouble]


@pytest.mark.parametrize(
    ("language", "left", "over"), [("zh-hans", "剩", "已超时"), ("en", "left", "Overdue")]
)
def test_a_clock_counts_down_and_its_end_is_told(
    desks: Desks, shop: Shop, times: None, language: str, left: str, over: str
) -> None:
    set_language(person("agent"), language)
    set_language(person("lead"), language)
    desk = desks(language="zh-CN" if language == "zh-hans" else "en-US")
    page = desk.sign_in()
    conversation = inbox.open_conversation(shop, "timed", actor="test")
    inbox.receive_message(conversation, "请问什么时候发货")
    inbox.assign(conversation, person("agent"), actor="test")
    desk.open(f"/conversations/{conversation.pk}/")
    expect(page.locator("#head .sla")).to_contain_text(left)
    page.locator("#routing-why .clocks summary").click()
    expect(page.locator("#routing-why .clocks-list tbody tr")).to_have_count(2)
    remind_due(timezone.now() + timedelta(days=2))
    notice = page.locator("#notices .notice-breach", has_text="timed")
    expect(notice.first).to_contain_text(over)
    expect(page.locator("#toasts")).to_contain_text("timed")
    page.locator("#notices .btn").click()
    expect(page.locator("#notices .notice-line")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_message_finds_its_person_with_reasons(desks: Desks, shop: Shop, language: str) -> None:
    set_language(person("agent"), language)
    RoutingSettings.objects.create(shop=shop, mode="suggest")
    desk = desks(language="zh-CN" if language == "zh-hans" else "en-US")
    page = desk.sign_in()
    conversation = inbox.open_conversation(shop, "fresh", actor="test")
    inbox.receive_message(conversation, "在吗")
    desk.open(f"/conversations/{conversation.pk}/")
    expect(page.locator("#routing-why .why-suggested")).to_contain_text("林小满")
    page.locator("#routing-why .btn-gold").click()
    expect(page.locator("#head .head-owner")).to_have_text("林小满", timeout=SLOW)
    RoutingSettings.objects.update(mode="assign")
    second = inbox.open_conversation(shop, "second", actor="test")
    inbox.receive_message(second, "在吗")
    expect(page.locator("#notices .notice-assigned", has_text="second")).to_be_visible(timeout=SLOW)
    page.locator("#notices a", has_text="second").click()
    expect(page.locator("#head .head-owner")).to_have_text("林小满", timeout=SLOW)
    page.locator("#routing-why .why-how summary").click()
    expect(page.locator("#routing-why .why-how li")).to_contain_text("林小满")
    assert make_rounds_at(timezone.now()) >= 1  # what waited before is served, too


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_unseen_alert_goes_to_the_lead_and_stands_on_the_board(
    desks: Desks, shop: Shop, times: None, language: str
) -> None:
    set_language(person("lead"), language)
    desk = desks(width=375, height=800, language="zh-CN" if language == "zh-hans" else "en-US")
    page = desk.sign_in("lead")
    desk.open("/copilot/board/")
    number = Conversation.objects.get(external_id="c-1002").pk
    row = page.locator(f".board-row[data-row='{number}']")
    expect(row.locator(".board-factors b").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    escalate_due(timezone.now() + timedelta(minutes=6))
    told = "无人确认" if language == "zh-hans" else "Nobody has taken notice"
    expect(page.locator("#toasts")).to_contain_text(told, timeout=SLOW)
    expect(page.locator("#notices .notice-escalation").first).to_be_attached()
    expect(row).to_contain_text("已报主管" if language == "zh-hans" else "with the lead", timeout=SLOW)
    row.locator("select").select_option(label="林小满")
    with page.expect_response(lambda answer: "/assign/" in answer.url):
        row.locator("form[action$='/assign/'] .btn").click()
    expect(row.locator("select")).to_have_value(str(person("agent").pk))
    row.locator("form[action$='/seen/'] .btn").click()
    expect(row.locator("form[action$='/seen/']")).to_have_count(0, timeout=SLOW)
    assert Conversation.objects.get(pk=number).acknowledged_by == person("lead")


def test_sound_and_desktop_only_when_wanted(desks: Desks, shop: Shop) -> None:
    agent = person("agent")
    agent.sounds = True
    agent.save(update_fields=["sounds"])
    desk = desks()
    page = desk.sign_in()
    page.evaluate(
        "document.addEventListener('goldseam:chimed', () => { document.body.dataset.chimed = 'yes' })"
    )
    page.locator("body").click()
    conversation = inbox.open_conversation(shop, "alarm", actor="test")
    inbox.receive_message(conversation, "充电宝冒烟了,手被烫伤了!!")
    expect(page.locator("#alerts [data-alert]").first).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-chimed", "yes", timeout=SLOW)
    expect(page.locator("#toasts")).not_to_be_empty()


@pytest.mark.parametrize(("language", "dark"), [("zh-hans", False), ("en", True)])
def test_the_pages_are_accessible(desks: Desks, shop: Shop, times: None, language: str, dark: bool) -> None:
    set_language(person("admin"), language)
    RoutingSettings.objects.create(shop=shop, mode="suggest")
    conversation = inbox.open_conversation(shop, "fresh", actor="test")
    inbox.receive_message(conversation, "在吗")
    reckon(conversation.pk)
    remind_due(timezone.now() + timedelta(hours=1))
    desk = desks(dark=dark, language="en-US" if language == "en" else "zh-CN", bypass_csp=True)
    page = desk.sign_in("admin")
    found: list[str] = []
    calendar = "/sla/calendars/" + str(shop.calendars.get().pk) + "/"
    member = shop.memberships.get(agent=person("agent")).pk
    for path in (
        "/sla/",
        "/sla/calendars/",
        calendar,
        "/routing/",
        "/routing/people/",
        f"/routing/people/{member}/",
        "/routing/load/",
        "/copilot/board/",
        f"/conversations/{conversation.pk}/",
    ):
        desk.open(path)
        if "conversations" in path:
            page.wait_for_selector("#routing-why .placed")
        found += complaints(page, path)
    assert found == []
