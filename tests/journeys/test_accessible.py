"""Every page is clean under axe-core (WCAG A and AA), in both languages, light and dark, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from goldseam.conversations.models import Conversation
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Shop
from tests.journeys.conftest import Desks

pytestmark = pytest.mark.django_db(transaction=True)

RULES = {
    "preload": False,
    "resultTypes": ["violations"],  # what passes need not be gathered: a third of the time
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
PAGES = ("/inbox/", "/inbox/?q=nothing-like-this", "/people/", "/tokens/", "/audit/", "/me/")


def complaints(page: Page, where: str) -> list[str]:
    result = Axe().run(page, options=RULES).response
    return [
        f"{where}: {violation['id']}: {node['html'][:160]}: {node.get('failureSummary', '')[:200]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("language", "dark"), [("zh-hans", False), ("en", True)])
def test_every_page(desks: Desks, shop: Shop, language: str, dark: bool) -> None:
    set_language(Agent.objects.get(email="admin@porcelain.test"), language)
    desk = desks(dark=dark, language="en-US" if language == "en" else "zh-CN", bypass_csp=True)
    desk.page.goto(desk.site + "/sign-in/")
    found = complaints(desk.page, "/sign-in/")
    page = desk.sign_in("admin")
    for path in PAGES:
        desk.open(path)
        found += complaints(page, path)
    for key in ("c-1001", "c-1002"):
        desk.open(f"/conversations/{Conversation.objects.get(external_id=key).pk}/")
        page.wait_for_selector("#copilot .what")
        page.wait_for_selector("#context .order")
        found += complaints(page, key)
    for dialog in ("assign", "snooze", "close"):
        page.click(f"#head [data-opens={dialog}-dialog]")
        found += complaints(page, dialog)
        page.keyboard.press("Escape")
    page.goto(desk.site + "/nothing/")
    found += complaints(page, "404")
    page.goto(desk.site + "/sign-in/")
    desk.troubles[:] = [text for text in desk.troubles if "404" not in text]
    assert found == []


def test_a_phone(desks: Desks, shop: Shop) -> None:
    desk = desks(width=360, height=740, bypass_csp=True)
    page = desk.sign_in()
    found = complaints(page, "/inbox/")
    desk.open(f"/conversations/{Conversation.objects.get(external_id='c-1001').pk}/")
    for tab in ("thread", "copilot", "context"):
        page.click(f"[data-tab-to={tab}]")
        found += complaints(page, tab)
    assert found == []
