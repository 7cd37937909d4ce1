"""The pages of the frame are clean under axe-core in both languages, light and dark, and fit a phone."""

from __future__ import annotations

import pytest

from goldseam.channels.webhook.models import Attempt, Delivery, Endpoint
from goldseam.conversations.models import Conversation
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Shop
from goldseam.people.teams import create_team
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = (
    "/start/",
    "/admin/",
    "/people/",
    "/teams/",
    "/roles/",
    "/shop/settings/",
    "/tokens/",
    "/webhooks/",
    "/audit/",
    "/me/",
    "/me/keys/",
    "/style/",
)


def furnish(shop: Shop) -> list[str]:
    """Something on every page; the addresses of single things."""
    lead = Agent.objects.get(email="lead@porcelain.test")
    team = create_team(shop, "售后一组", lead=lead, members=[lead], actor="test")
    endpoint = Endpoint.objects.create(
        shop=shop, url="https://hooks.porcelain.test/", secret="s", events=["reply.sent"]
    )
    delivery = Delivery.objects.create(endpoint=endpoint, event="test", payload={"event": "test"})
    at = delivery.created_at
    Attempt.objects.create(
        delivery=delivery, at=at, status_code=500, response="<h1>oops</h1>", milliseconds=3
    )
    Conversation.objects.filter(status="open").update(
        assignee=Agent.objects.get(email="admin@porcelain.test")
    )
    return [
        f"/teams/{team.pk}/",
        f"/webhooks/{endpoint.pk}/",
        f"/webhooks/deliveries/{delivery.pk}/",
        f"/colleagues/{lead.pk}/",
    ]


@pytest.mark.parametrize(("language", "dark"), [("zh-hans", False), ("en", True)])
def test_every_page_of_the_frame(desks: Desks, shop: Shop, language: str, dark: bool) -> None:
    set_language(Agent.objects.get(email="admin@porcelain.test"), language)
    single = furnish(shop)
    desk = desks(dark=dark, language="en-US" if language == "en" else "zh-CN", bypass_csp=True)
    page = desk.sign_in("admin")
    found = []
    for path in (*PAGES, *single):
        desk.open(path)
        if path == "/start/":
            page.wait_for_selector("#today .section")
            page.wait_for_selector("#learn .loading", state="detached")
        found += complaints(page, path)
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette [role=option]")
    found += complaints(page, "palette")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("#keys-dialog[open] kbd")
    found += complaints(page, "keys")
    page.goto(f"{desk.site}/print/{Conversation.objects.get(external_id='c-1001').pk}/")
    found += complaints(page, "paper")
    assert found == []


def test_a_phone_holds_every_page_of_the_frame(desks: Desks, shop: Shop) -> None:
    single = furnish(shop)
    desk = desks(width=375, height=740)
    page = desk.sign_in("admin")
    wide = []
    for path in (*PAGES, *single):
        desk.open(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 375:
            wide.append((path, width))
    assert wide == []
