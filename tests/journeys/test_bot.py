"""From the customer's question to the rating: the bot, a guide, a person, in two browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from goldseam.conversations import actions
from goldseam.conversations.models import Conversation, Survey
from goldseam.people.models import Agent, Shop
from tests.bot.world import build_world
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints
from tests.journeys.test_webchat import Customer
from tests.journeys.webchat import shop_page

pytestmark = pytest.mark.django_db(transaction=True)
expect.set_options(timeout=20_000)


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    return build_world()


@pytest.fixture
def front(site: str, desks: Desks, shop: Shop) -> Iterator[str]:
    with shop_page(site, shop) as address:
        yield address


def test_from_the_question_to_the_rating(desks: Desks, front: str, shop: Shop) -> None:
    admin = Agent.objects.get(email="admin@porcelain.test")
    needs = {"need_outcome": False, "need_cause": False, "need_note": False, "ask_customer": True}
    actions.set_close_rules(shop, admin, **needs, ask_days=7, causes=[])
    customer = Customer(desks(width=1000, height=900, bypass_csp=True), front).open()

    customer.say("七天无理由退货怎么操作")
    expect(customer.log).to_contain_text("签收后七天内")
    expect(customer.log).to_contain_text("七天无理由退货")

    customer.say("我的快递到哪了")
    proof = customer.log.locator("form")
    expect(proof).to_be_visible()
    assert "广州中转场" not in customer.log.inner_text()
    proof.locator("input").nth(0).fill("880000010005")
    proof.locator("input").nth(1).fill("8000")
    proof.get_by_role("button").click()
    expect(customer.log).to_contain_text("签收")

    customer.say("咖啡机不出水了")
    start = customer.log.get_by_role("button", name="开始排查")
    expect(start).to_be_visible()
    assert complaints(customer.page, "guide") == []
    start.click()
    customer.log.get_by_role("button", name="推到底了").click()
    expect(customer.log).to_contain_text("水垢")
    customer.say("还是不行,转人工")
    expect(customer.log).to_contain_text("同事")

    conversation = Conversation.objects.get()
    assert (conversation.bot, conversation.handover) == ("wanted", "customer_request")
    desk = desks(bypass_csp=True)
    page = desk.sign_in()
    desk.open(f"/conversations/{conversation.pk}/")
    expect(page.locator("#thread")).to_contain_text("还是不行")
    expect(page.locator("#chat-standing")).to_contain_text("已核对订单")
    page.fill("#words", "您好,我是小满,水泵这边给您安排检测。")
    page.press("#words", "Control+Enter")
    expect(customer.said("我是小满")).to_contain_text("林小满", timeout=30_000)
    customer.say("好的谢谢")
    expect(page.locator("#thread")).to_contain_text("好的谢谢")
    bot_said = customer.log.inner_text().count("自动")
    actions.close(Conversation.objects.get(), outcome="satisfied", actor=f"agent-{admin.pk}")
    stars = customer.log.locator("fieldset.stars")
    expect(stars).to_be_visible()
    assert customer.log.inner_text().count("自动") <= bot_said + 1, "the bot is silent beside a person"
    stars.locator("label").nth(4).click()
    customer.log.locator("form").get_by_role("button").click()
    expect(customer.log).to_contain_text("5")
    expect(customer.log.locator("fieldset.stars")).to_have_count(0)
    assert Survey.objects.get().score == 5
