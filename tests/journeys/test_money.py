"""A lead's way through the money: debts beside the thread, the ledger, budgets, the simulator, a draft."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect

from goldseam.approvals.history import Decided, write_decided
from goldseam.conversations.models import Conversation
from goldseam.ledger.actions import post
from goldseam.ledger.budgets import set_budget
from goldseam.ledger.models import Entry
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Shop
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints

pytestmark = pytest.mark.django_db(transaction=True)


def _promise(shop: Shop, key: str, amount: str) -> Entry:
    conversation = Conversation.objects.get(shop=shop, external_id="c-1001")
    return post(
        shop.pk,
        key=key,
        state="promised",
        amount=Decimal(amount),
        currency="CNY",
        remedy="coupon",
        conversation_id=conversation.pk,
        agent_id=Agent.objects.get(email="agent@porcelain.test").pk,
        issue="logistics.delay",
        liable_party="carrier",
    )


def _past(shop: Shop) -> None:
    conversation = Conversation.objects.get(shop=shop, external_id="c-1010")
    people = {name: Agent.objects.get(email=f"{name}@porcelain.test").pk for name in ("agent", "lead")}
    now = timezone.now()
    rows = [
        Decided(
            key=f"k{number}",
            conversation_id=conversation.pk,
            order_id=None,
            issue="logistics.delay",
            remedy="coupon",
            amount=Decimal(60 + number % 3 * 10 if number < 60 else 260),
            currency="CNY",
            reason="等太久",
            requester_id=people["agent"],
            decider_id=people["lead"],
            asked_at=now - timedelta(hours=number + 2),
            decided_at=now - timedelta(hours=number),
            granted=Decimal(60 + number % 3 * 10) if number < 60 else None,
        )
        for number in range(80)
    ]
    write_decided(shop.pk, rows, actor="test")


def test_a_debt_is_paid_beside_the_thread_and_stands_in_the_ledger(desks: Desks, shop: Shop) -> None:
    lead = Agent.objects.get(email="lead@porcelain.test")
    set_budget(shop, lead, team_id=None, since=timezone.localdate(), currency="CNY", amount=Decimal(50))
    entry = _promise(shop, "k", "20")
    desk = desks()
    page = desk.sign_in("lead")
    desk.open(f"/conversations/{entry.conversation_id}/")
    page.get_by_role("button", name="标记 ¥20.00 已支付").click()
    page.wait_for_selector("#money .entry-paid")
    assert "没有待付的金额" in page.inner_text("#money")
    _promise(shop, "k2", "30")
    page.wait_for_selector("#budget-warnings .alert-bar", state="attached")
    assert "100 %" in page.inner_text("#budget-warnings")
    page.click("#budget-warnings form button")
    page.wait_for_selector("#budget-warnings .alert-bar", state="detached")
    desk.open("/ledger/")
    held: list[Route] = []
    page.route("**/ledger/?*", lambda route: held.append(route), times=1)
    with page.expect_request("**/ledger/?*"):
        page.evaluate("htmx.trigger('#ledger-body', 'live')")
    page.select_option("[name=state]", "paid")
    expect(page.locator("#ledger-body .entry-state")).to_have_count(1)
    held[0].continue_()  # the whole list, asked for before the filter, comes after it
    expect(page.locator("#ledger-body:not(.htmx-request)")).to_be_visible()
    expect(page.locator("#ledger-body .entry-state")).to_have_count(1)
    expect(page.locator(".ledger-figures dd").nth(3)).to_have_text("¥20.00")
    desk.open("/ledger/budgets/")
    assert page.inner_text(".bar-row").count("100 %") == 1


def test_the_past_becomes_a_draft(desks: Desks, shop: Shop) -> None:
    _past(shop)
    desk = desks(dark=True)
    page = desk.sign_in("lead")
    desk.open("/approvals/simulator/?issue=logistics.delay")
    page.wait_for_selector("#sim-charts[data-drawn]")
    assert page.locator("#chart-curve canvas").count() == 1
    assert "¥80.00" in page.inner_text(".sim-verdict")
    page.click(".sim-apply button")
    page.wait_for_url("**/difference/")
    assert "logistics-delay" in page.content()


@pytest.mark.parametrize(("language", "dark", "width"), [("zh-hans", False, 375), ("en", True, 1440)])
def test_the_pages_are_accessible(desks: Desks, shop: Shop, language: str, dark: bool, width: int) -> None:
    _past(shop)
    entry = _promise(shop, "k", "20")
    lead = Agent.objects.get(email="lead@porcelain.test")
    set_budget(shop, lead, team_id=None, since=timezone.localdate(), currency="CNY", amount=Decimal(24))
    set_language(lead, language)
    desk = desks(dark=dark, width=width, bypass_csp=True, language="en-US" if language == "en" else "zh-CN")
    page = desk.sign_in("lead")
    found: list[str] = []
    for path in ("/ledger/", "/ledger/budgets/", "/approvals/simulator/?issue=logistics.delay"):
        desk.open(path)
        if "simulator" in path:
            page.wait_for_selector("#sim-charts[data-drawn]")
            page.click("details.fold summary")
        page.wait_for_selector("#budget-warnings .alert-bar", state="attached")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found += complaints(page, path)
    desk.open(f"/conversations/{entry.conversation_id}/")
    if width > 1000:
        page.wait_for_selector("#money .money-row")
        found += complaints(page, "workbench")
    assert found == []
