"""The admins' pages of the bot, the chat and the help centre: readable for everybody, whole on a phone."""

from __future__ import annotations

import pytest

from goldseam.bot.board import set_switches
from goldseam.channels.helpcentre.actions import set_up
from goldseam.conversations import actions as inbox
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Shop
from tests.bot.world import build_world
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints
from tests.journeys.test_knowledge import picture

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = {"switch": "/bot/", "figures": "/bot/figures/", "chat": "/webchat/", "help": "/helpcentre/"}


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """A shop whose bot answers, and has answered, given over and had a change carried out."""
    shop = build_world()
    set_switches(shop, {("", ""): "answer", ("invoice", "webchat"): "suggest"}, actor="test")
    for who, words in (("way", "我的快递到哪了"), ("refund", "退款到哪了"), ("paid", "取消订单")):
        customer = shop.customer_set.get(external_id=who)
        conversation = inbox.open_conversation(shop, f"c-{who}", customer=customer, actor="test")
        inbox.receive_message(conversation, words)
        if who == "paid":
            inbox.receive_message(conversation, "确认取消")
        if who == "refund":
            inbox.receive_message(conversation, "转人工")
    set_up(shop, actor="test", is_on=True, kinds=["policy", "how_to"], contact="care@s.example")
    return shop


@pytest.mark.parametrize(("language", "dark"), [("zh-hans", False), ("en", True)])
def test_the_admins_pages_of_the_doors(desks: Desks, shop: Shop, language: str, dark: bool) -> None:
    set_language(Agent.objects.get(email="admin@porcelain.test"), language)
    browser = "en-US" if language == "en" else "zh-CN"
    desk = desks(dark=dark, language=browser, bypass_csp=True)
    page = desk.sign_in("admin")
    found: list[str] = []
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for name, path in PAGES.items():
            desk.open(path)
            found += complaints(page, f"{path} at {width}")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{path} is wider than {width}")
            picture(page, f"{name}-{language}-{width}")
    assert found == []
