"""Policy packs in a browser: a rule is changed, tried out on the past, handed in, approved by another."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from goldseam.conversations.models import Conversation
from goldseam.copilot.actions import assess
from goldseam.copilot.tryout import run_tryout
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Shop
from goldseam.policies.models import PackVersion, TryOut
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_draft_to_decision(desks: Desks, shop: Shop) -> None:
    for mailbox in ("lead", "admin"):
        set_language(Agent.objects.get(email=f"{mailbox}@porcelain.test"), "en")
    desk = desks(language="en-US")
    page = desk.sign_in("lead")
    page.get_by_role("link", name="Policies").click()
    page.locator("#pack-default").locator("xpath=ancestor::section").get_by_role(
        "button", name="Start a draft"
    ).click()
    page.wait_for_url("**/policies/*/")
    page.get_by_role("searchbox").fill("attitude-voucher")
    expect(page.locator("#rules tbody tr")).to_have_count(1)
    page.locator("#rules a").first.press("Enter")
    page.fill("[name='amount.value']", "18")
    page.get_by_label("Done within hours").press("Enter")
    expect(page.locator("tr.touched .rule-name")).to_contain_text("attitude-voucher")
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator("progress")).to_be_visible()
    run_tryout(TryOut.objects.get().pk)
    expect(page.get_by_role("heading", name="By issue")).to_be_visible()
    page.get_by_role("link", name="porcelain.default@1").click()
    page.locator("summary", has_text="Hand in").press("Enter")
    page.get_by_label("What is it for?").fill("more for bad service")
    page.get_by_role("button", name="Hand in for approval").press("Enter")
    expect(page.get_by_text("Somebody who did not work on this version has to approve it.")).to_be_visible()
    address = page.url
    other = desks(language="en-US")
    page = other.sign_in("admin")
    page.goto(address)
    page.get_by_role("link", name="What changes").click()
    expect(page.locator(".diff ins")).to_have_text("18")
    page.go_back()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Approve and put in force").click()
    expect(page.get_by_text("porcelain.default@1 is in force now.")).to_be_visible()
    assert PackVersion.objects.get().state == "published"
    decision = assess(Conversation.objects.get(external_id="c-1001"))
    assert decision.assessment["model"]["policy_pack"] == "porcelain.default@1"


@pytest.mark.parametrize(("language", "dark", "width"), [("zh-hans", False, 1440), ("en", True, 360)])
def test_every_page_is_for_everybody(desks: Desks, shop: Shop, language: str, dark: bool, width: int) -> None:
    set_language(Agent.objects.get(email="lead@porcelain.test"), language)
    desk = desks(dark=dark, width=width, bypass_csp=True)
    page = desk.sign_in("lead")
    desk.open("/policies/")
    found = complaints(page, "packs")
    page.locator("form[action='/policies/start/'] button").first.click()
    page.wait_for_url("**/policies/*/")
    here = page.url.removeprefix(desk.site)
    found += complaints(page, "version")
    for path in ("rules/edit/price-protection/", "rules/new/", "head/", "difference/"):
        desk.open(here + path)
        found += complaints(page, path)
    desk.open("/policies/shipped/?base=default-en")
    found += complaints(page, "shipped")
    desk.open(here)
    page.locator(".tries button").click()
    page.wait_for_url("**/try-outs/**")
    found += complaints(page, "running")
    run_tryout(TryOut.objects.get().pk)
    desk.open(page.url.removeprefix(desk.site))
    found += complaints(page, "tried")
    assert found == []
