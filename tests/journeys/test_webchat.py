"""The customer's chat on a page of another origin with a strict policy, and the workbench beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import APIResponse, Locator, Route, expect

from goldseam.commerce.actions import rotate_proof_secret, sign_customer
from goldseam.conversations import actions
from goldseam.conversations.models import Conversation, Message
from goldseam.people.models import Agent, Shop
from tests.journeys.conftest import Desk, Desks
from tests.journeys.test_accessible import complaints
from tests.journeys.webchat import shop_page

pytestmark = pytest.mark.django_db(transaction=True)
expect.set_options(timeout=20_000)


@pytest.fixture
def front(site: str, desks: Desks, shop: Shop) -> Iterator[str]:
    with shop_page(site, shop) as address:
        yield address


class Customer:
    """A customer's browser with the chat."""

    def __init__(self, desk: Desk, front: str, more: str = "", language: str = "zh-CN") -> None:
        self.desk, self.page = desk, desk.page
        self.page.goto(f"{front}/?lang={language}&more={quote(more)}")
        self.launch = self.page.locator("goldseam-chat .launch")
        self.log = self.page.locator("goldseam-chat [role=log]")
        self.box = self.page.locator("goldseam-chat .write textarea")
        expect(self.launch).to_be_visible()

    def open(self) -> Customer:
        self.launch.click()
        expect(self.box).to_be_focused()
        return self

    def say(self, text: str, sign: str = "已发送|已读|Sent|Read") -> None:
        self.box.fill(text)
        self.box.press("Enter")
        expect(self.said(text)).to_contain_text(re.compile(sign))

    def said(self, text: str) -> Locator:
        return self.log.locator("article", has_text=text).last


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (900, 600), "seagreen").save(target, "PNG")
    return target.getvalue()


def offline(desk: Desk) -> None:
    """The browser complains about calls that fail without a connection; that is no trouble of ours."""
    desk.troubles[:] = [text for text in desk.troubles if "ERR_INTERNET_DISCONNECTED" not in text]


def test_a_customer_and_an_agent_talk(desks: Desks, front: str) -> None:
    customer = Customer(desks(width=1000, height=800), front).open()
    customer.say("你好,请问茶具可以用洗碗机吗")
    conversation = Conversation.objects.get(channel="webchat")
    assert conversation.customer is None
    desk = desks()
    page = desk.sign_in()
    desk.open(f"/conversations/{conversation.pk}/")
    expect(page.locator("#thread")).to_contain_text("洗碗机")
    expect(page.locator("#chat-standing")).to_contain_text("未验证身份")
    expect(customer.said("洗碗机")).to_contain_text("已读")
    customer.box.type("还有")
    expect(page.locator("#chat-standing")).to_contain_text("正在输入")
    page.locator("#reply-text, #composer textarea").first.type("可以")
    expect(customer.page.locator("goldseam-chat [role=status]").first).to_contain_text("正在输入")
    actions.send_reply(conversation, Agent.objects.get(email="agent@porcelain.test"), "可以的,放上层就好。")
    expect(customer.said("放上层")).to_contain_text("林小满")
    expect(page.locator("#thread .delivery-read")).to_have_count(1)
    customer.page.keyboard.press("Escape")
    expect(customer.launch).to_be_focused()
    agent = Agent.objects.get(email="agent@porcelain.test")
    actions.send_reply(conversation, agent, "还需要别的吗?", details={"choices": ["不用了", "还要问"]})
    expect(customer.page.locator("goldseam-chat .badge")).to_have_text("1")
    customer.open()
    customer.log.get_by_role("button", name="不用了").click()
    expect(customer.said("不用了")).to_be_visible()
    expect(page.locator("#thread")).to_contain_text("不用了")
    customer.page.locator("goldseam-chat").get_by_role("button", name="转人工").click()
    expect(page.locator("#thread")).to_contain_text("转人工")
    assert "@" not in customer.log.inner_text()


def test_what_is_written_offline_waits_and_is_sent_once(desks: Desks, front: str) -> None:
    customer = Customer(desks(width=1000, height=800), front).open()
    customer.say("第一句")
    context = customer.desk.context
    context.set_offline(True)
    customer.say("断网时写的", "等待发送")
    customer.say("再一句", "等待发送")
    expect(customer.said("再一句")).to_contain_text("等待发送")
    expect(customer.page.locator("goldseam-chat .state")).to_contain_text("网络已断开")
    assert Message.objects.filter(text="断网时写的").count() == 0
    context.set_offline(False)
    expect(customer.said("再一句")).to_contain_text("已发送")
    texts = (
        Message.objects.filter(conversation__channel="webchat").order_by("pk").values_list("text", flat=True)
    )
    assert list(texts) == ["第一句", "断网时写的", "再一句"]
    offline(customer.desk)


def test_a_chat_that_cannot_be_reached_at_first_is_there_later(desks: Desks, front: str) -> None:
    desk = desks(width=1000, height=800)
    calls: list[str] = []

    def fail_once(route: Route) -> None:
        calls.append(route.request.url)
        if len(calls) == 1:
            route.abort()
        else:
            route.continue_()

    desk.page.route("**/chat/journey/door*", fail_once)
    customer = Customer(desk, front).open()
    customer.say("还是连上了")
    assert len(calls) == 2
    provoked = ("ERR_FAILED", "cannot be reached from this page yet")
    desk.troubles[:] = [text for text in desk.troubles if not any(part in text for part in provoked)]


def test_what_waits_outlives_the_page_and_is_never_said_twice(desks: Desks, front: str) -> None:
    customer = Customer(desks(width=1000, height=800), front).open()
    customer.say("先到的")
    lost: list[APIResponse] = []

    def lose(route: Route) -> None:  # the call arrives, its answer does not
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    customer.page.route("**/chat/journey/messages", lose)
    customer.box.fill("回执丢了")
    customer.box.press("Enter")
    customer.page.wait_for_function(
        "() => JSON.parse(localStorage['goldseam-chat:journey']).queue.length === 1"
    )
    customer.page.reload()
    customer.page.locator("goldseam-chat .launch").click()
    expect(customer.said("回执丢了")).to_contain_text("已发送")
    customer.page.wait_for_function(
        "() => JSON.parse(localStorage['goldseam-chat:journey']).queue.length === 0"
    )
    assert Message.objects.filter(text="回执丢了").count() == 1
    customer.desk.troubles[:] = [text for text in customer.desk.troubles if "ERR_FAILED" not in text]


def test_enter_of_an_input_method_sends_nothing(desks: Desks, front: str) -> None:
    customer = Customer(desks(width=1000, height=800), front).open()
    cdp = customer.desk.context.new_cdp_session(customer.page)
    cdp.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    cdp.send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229},
    )
    customer.box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    cdp.send("Input.insertText", {"text": "你好"})
    expect(customer.box).to_have_value("你好")
    expect(customer.log.locator("article")).to_have_count(0)
    customer.box.press("Shift+Enter")
    customer.box.type("在吗")
    customer.box.press("Enter")
    expect(customer.said("在吗")).to_contain_text("已发送")
    assert Message.objects.get(conversation__channel="webchat").text == "你好\n在吗"


def test_a_picture_is_previewed_sent_and_seen(desks: Desks, front: str) -> None:
    customer = Customer(desks(width=1000, height=800), front).open()
    chooser = customer.page.locator("goldseam-chat input[type=file]")
    chooser.set_input_files({"name": "note.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    expect(customer.page.locator("goldseam-chat .state")).to_contain_text("不是可以显示的图片")
    chooser.set_input_files({"name": "碗.png", "mimeType": "image/png", "buffer": picture()})
    expect(customer.page.locator("goldseam-chat .tray > div:not(.up) canvas")).to_be_visible()
    customer.box.fill("收到就碎了")
    customer.box.press("Enter")
    shot = customer.log.locator(".shot canvas")
    expect(shot).to_be_visible()
    expect(customer.said("收到就碎了")).to_contain_text("已发送")
    customer.log.locator(".shot").click()
    expect(customer.page.locator("goldseam-chat .large canvas")).to_be_visible()
    customer.page.keyboard.press("Escape")
    expect(customer.log.locator(".shot")).to_be_focused()
    desk = desks()
    page = desk.sign_in()
    desk.open(f"/conversations/{Conversation.objects.get(channel='webchat').pk}/")
    expect(page.locator("#thread .file-picture img")).to_be_visible()


def test_an_order_is_proven_in_the_chat(desks: Desks, front: str) -> None:
    customer = Customer(desks(width=1000, height=800), front).open()
    customer.say("我的快递到哪了")
    conversation = Conversation.objects.get(channel="webchat")
    actions.send_reply(conversation, None, "请先核对订单。", details={"ask": "verify"})
    form = customer.log.locator("form")
    form.get_by_label("订单号").fill("313021098900")
    form.get_by_label("手机号后四位").fill("9999")
    form.get_by_role("button").click()
    expect(form.get_by_role("alert")).to_contain_text("没有找到")
    customer.desk.troubles[:] = [text for text in customer.desk.troubles if "404" not in text]
    form.get_by_label("手机号后四位").fill("0000")
    form.get_by_role("button").click()
    expect(customer.page.locator("goldseam-chat .tools")).to_contain_text("周雨桐")
    expect(customer.said("请先核对订单")).to_contain_text("已验证")
    expect(customer.said("请先核对订单")).to_contain_text("自动助手")
    conversation.refresh_from_db()
    assert conversation.customer is not None


def test_a_signed_in_customer_is_known_and_leaves_nothing_behind(
    desks: Desks, front: str, shop: Shop
) -> None:
    secret = rotate_proof_secret(shop, actor="test")
    token = sign_customer(secret, "u-0", timezone.now() + timedelta(hours=1))
    customer = Customer(desks(width=1000, height=800), front, f'token="{token}"').open()
    expect(customer.page.locator("goldseam-chat .tools")).to_contain_text("周雨桐")
    customer.say("在吗")
    conversation = Conversation.objects.get(channel="webchat")
    assert conversation.customer is not None
    agent = Agent.objects.get(email="agent@porcelain.test")
    actions.set_close_rules(
        shop,
        Agent.objects.get(email="admin@porcelain.test"),
        need_outcome=False,
        need_cause=False,
        need_note=False,
        ask_customer=True,
        ask_days=7,
        causes=[],
    )
    actions.send_reply(conversation, agent, "在的")
    actions.close(conversation, outcome="accepted", actor=f"agent-{agent.pk}")
    form = customer.log.locator("form")
    form.get_by_role("radio", name=re.compile("^5")).check()
    form.get_by_role("button", name="提交评价").click()
    expect(customer.log).to_contain_text("您给了 5 分")
    customer.page.evaluate("document.querySelector('goldseam-chat').forget()")
    expect(customer.launch).to_be_visible()
    assert customer.page.evaluate("localStorage.length") == 0
    expect(customer.log.locator("article")).to_have_count(0)


def test_keyboard_alone_and_focus_stays_inside(desks: Desks, front: str) -> None:
    customer = Customer(desks(width=1000, height=800), front)
    customer.launch.focus()
    customer.page.keyboard.press("Enter")
    expect(customer.box).to_be_focused()
    for _ in range(14):
        customer.page.keyboard.press("Tab")
        assert customer.page.evaluate("document.activeElement.localName") == "goldseam-chat"
    customer.page.keyboard.press("Escape")
    expect(customer.launch).to_be_focused()


@pytest.mark.parametrize(
    ("language", "theme"), [("zh-CN", "light"), ("en", "dark"), ("zh-CN", "dark"), ("en", "light")]
)
def test_accessible(desks: Desks, front: str, language: str, theme: str) -> None:
    more = f'theme="{theme}"'
    desk = desks(width=1000, height=800, language=language, bypass_csp=True)
    customer = Customer(desk, front, more, language)
    found = complaints(customer.page, "closed")
    customer.open().say("hello https://example.com")
    conversation = Conversation.objects.get(channel="webchat")
    links = [{"title": "Guide", "url": "https://example.com/guide"}]
    actions.send_reply(
        conversation, None, "?", details={"choices": ["A", "B"], "links": links, "ask": "verify"}
    )
    expect(customer.log.locator("form")).to_be_visible()
    found += complaints(customer.page, "asked")
    customer.page.locator("goldseam-chat .tools [data-tool=verify]").click()
    found += complaints(customer.page, "sheet")
    actions.send_reply(conversation, None, "How was it?", details={"ask": "rate"})
    expect(customer.log.locator("fieldset")).to_be_visible()
    found += complaints(customer.page, "rating")
    assert found == []


def test_a_phone_shows_it_whole(desks: Desks, front: str) -> None:
    customer = Customer(desks(width=360, height=640, bypass_csp=True), front).open()
    customer.say("很长的一句话" * 20)
    panel = customer.page.locator("goldseam-chat .panel").bounding_box()
    assert panel == {"x": 0, "y": 0, "width": 360, "height": 640}
    assert (
        customer.page.evaluate(
            "document.querySelector('goldseam-chat').shadowRoot.querySelector('.log').scrollWidth"
        )
        <= 360
    )
    assert complaints(customer.page, "phone") == []


def test_a_page_that_is_not_allowed_shows_nothing(desks: Desks, front: str) -> None:
    from goldseam.channels.webchat.models import Door

    Door.objects.update(origins=["https://elsewhere.example"])
    desk = desks()
    desk.page.goto(front)
    desk.page.wait_for_function("() => customElements.get('goldseam-chat')")
    with desk.page.expect_console_message(lambda message: "goldseam-chat" in message.text):
        desk.page.reload()
    expect(desk.page.locator("goldseam-chat .launch")).to_have_count(0)
    desk.page.goto("about:blank")
    desk.troubles.clear()
