"""The main job in a browser: a message comes in live, is read by the copilot, answered, and closed."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from goldseam.conversations.models import Conversation, Message
from goldseam.people.models import Shop
from tests.journeys.conftest import Desks

pytestmark = pytest.mark.django_db(transaction=True)

COMPLAINT = "你们的快递停在广州四天没动了!孩子明天生日要用,再不处理我就打12315投诉"


def push(site: str, token: str, key: str, text: str, *, message: str = "m-1") -> float:
    """A message through the API; returns the moment at which it was accepted."""
    answer = httpx.post(
        f"{site}/api/v1/conversations/{key}/messages",
        json={"text": text, "customer": {"id": "u-0", "name": "周雨桐"}},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": message},
        timeout=10,
    )
    assert answer.status_code in (200, 201), answer.text
    return time.monotonic()


def row(page: Page, key: str) -> str:
    number = Conversation.objects.get(external_id=key).pk
    return f".convo[data-row='{number}']"


def test_from_message_to_solution(desks: Desks, shop: Shop, token: str) -> None:
    desk = desks()
    page = desk.sign_in()
    before = page.locator(".convo").count()

    sent = push(desk.site, token, "live-1", COMPLAINT)
    mine = row(page, "live-1")
    page.wait_for_selector(mine, timeout=2000)
    alert = page.locator("#alerts [data-alert]", has_text="12315")
    expect(alert).to_have_count(1, timeout=2000)
    assert time.monotonic() - sent < 2.0
    assert page.locator(".convo").count() == before + 1
    assert re.match(r"^\(\d+\) ", page.title())
    for text in ("物流延迟/停滞", "P1", "已发货"):
        expect(page.locator(mine)).to_contain_text(text)

    page.click(f"{mine} .row-link")
    expect(page.locator("#copilot .what strong")).to_have_text("物流延迟/停滞")
    expect(page.locator("#copilot .signals")).to_contain_text("12315")
    expect(page.locator("#thread mark.flagged", has_text="12315")).to_have_count(1)
    points = [int(text) for text in page.locator("#copilot .bar .bar-points").all_text_contents()]
    assert sum(points) == int(page.locator(".bar-sum .bar-points").inner_text())
    expect(page.locator("#context .order.meant")).to_contain_text("313021098900")

    page.locator("[data-use-remedy=expedite]").click()
    expect(page.locator(".chosen-name")).to_have_text("加急催办")
    words = page.locator("#words")
    expect(words).not_to_have_value("")
    words.press("Control+Enter")
    expect(page.locator("#thread .said-agent .mended")).to_have_text("加急催办")
    expect(words).to_have_value("")
    # the reply can be taken back for a moment before it goes out
    expect(page.locator("#head")).not_to_contain_text("已等待", timeout=15_000)

    page.click("#head [aria-keyshortcuts=e]")
    page.click("#close-dialog [value=satisfied]")
    expect(page.locator("#head .head-state")).to_contain_text("满意")
    expect(page.locator(mine)).to_have_count(0)

    done = Conversation.objects.get(external_id="live-1")
    assert (done.status, done.outcome, done.remedy) == ("closed", "satisfied", "expedite")


def test_keyboard_alone(desks: Desks, shop: Shop) -> None:
    page = desks().sign_in()
    keys = page.keyboard
    keys.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    keys.press("Escape")
    keys.press("j")
    expect(page.locator(".row-link").first).to_be_focused()
    keys.press("j")
    keys.press("k")
    keys.press("Enter")
    expect(page.locator(".desk")).to_be_visible()
    expect(page.locator("#copilot .what")).to_be_visible()
    keys.press("n")
    expect(page.locator("#words")).to_be_focused()
    keys.type("brb j k e s")
    keys.press("Control+Enter")
    expect(page.locator(".said-note")).to_contain_text("brb j k e s")
    keys.press("Escape")
    keys.press("r")
    expect(page.locator("#composer")).to_have_attribute("data-kind", "reply")
    keys.press("Escape")
    keys.press("a")
    expect(page.locator("#assign-dialog")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("#assign-dialog")).to_be_hidden()
    expect(page.locator("#head .head-owner")).to_have_text("林小满")
    keys.press("s")
    expect(page.locator("#snooze-dialog")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("#head .head-state")).to_contain_text("稍后处理")
    keys.press("e")
    expect(page.locator("#close-dialog")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("#head .head-state")).to_contain_text("已结束")
    keys.press("e")
    expect(page.locator("#head .head-state")).to_contain_text("进行中")
    keys.press("/")
    expect(page.locator("#search-words")).to_be_focused()
    keys.type("小红书曝光")
    expect(page.locator(".convo")).to_have_count(1)
    expect(page.locator(".convo")).to_contain_text("孙晓雯")
    keys.press("Escape")
    keys.press("g")
    keys.press("c")
    page.wait_for_url("**view=closed")


def test_on_a_phone(desks: Desks, shop: Shop) -> None:
    desk = desks(width=360, height=740)
    page = desk.sign_in()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator("#desk")).to_be_hidden()
    page.locator(".row-link", has_text="陈思远").click()
    expect(page.locator("#thread")).to_be_visible()
    expect(page.locator("#rows")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click("[data-tab-to=copilot]")
    expect(page.locator("#copilot .what strong")).to_be_visible()
    expect(page.locator("#composer")).to_be_hidden()
    page.click("#copilot [data-use-draft]")
    expect(page.locator("#words")).to_be_focused()
    page.click(".send")
    expect(page.locator(".said-agent")).to_have_count(2)
    page.click("[data-tab-to=context]")
    expect(page.locator("#context .order")).to_be_visible()
    page.click(".back")
    page.wait_for_url("**/inbox/?view=needs")
    expect(page.locator("#rows")).to_be_visible()


def test_a_draft_outlives_the_page_and_a_double_send_is_one_message(desks: Desks, shop: Shop) -> None:
    desk = desks()
    desk.sign_in()
    number = Conversation.objects.get(external_id="c-1004").pk
    page = desk.open(f"/conversations/{number}/")
    page.fill("#words", "正在为您核实发货时间")
    page = desk.open(f"/conversations/{number}/")
    expect(page.locator("#words")).to_have_value("正在为您核实发货时间")
    data = page.evaluate("Object.fromEntries(new FormData(document.getElementById('composer')))")
    address = f"{desk.site}/conversations/{number}/write/"
    for _ in range(2):
        assert page.request.post(address, form=data, headers={"Referer": address}).ok
    page.press("#words", "Control+Enter")
    expect(page.locator("#words")).to_have_value("")
    expect(page.locator(".said-agent")).to_have_count(1)
    assert Message.objects.filter(conversation=number, role="agent").count() == 1


def test_an_input_method_keeps_its_keys(desks: Desks, shop: Shop) -> None:
    desk = desks()
    desk.sign_in()
    number = Conversation.objects.get(external_id="c-1004").pk
    page = desk.open(f"/conversations/{number}/")
    page.focus("#words")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
    page.dispatch_event("#words", "keydown", {"key": "Enter", "ctrlKey": True, "isComposing": True})
    page.evaluate(
        "document.querySelector('.row-link').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'e', keyCode: 229, bubbles: true}))"
    )
    expect(page.locator("#close-dialog")).to_be_hidden()
    expect(page.locator(".said-agent")).to_have_count(0)
    session.send("Input.insertText", {"text": "你好"})
    expect(page.locator("#words")).to_have_value("你好")
    page.press("#words", "Control+Enter")
    expect(page.locator(".said-agent")).to_contain_text("你好")


def test_what_others_do_appears_without_disturbing(desks: Desks, shop: Shop, token: str) -> None:
    first, second = desks(), desks(language="en-US")
    first.sign_in()
    second.sign_in("lead")
    number = Conversation.objects.get(external_id="c-1001").pk
    mine = first.open(f"/conversations/{number}/")
    theirs = second.open(f"/conversations/{number}/")
    mine.fill("#words", "我正在写")
    mine.evaluate("document.getElementById('words').setSelectionRange(1, 3)")
    mine.locator("#copilot .small-bars summary").click()
    mine.focus("#words")

    theirs.fill("#words", "主管来处理")
    theirs.press("#words", "Control+Enter")
    expect(mine.locator(".said-agent").last).to_contain_text("主管来处理")
    push(first.site, token, "c-1001", "那你们快点", message="m-77")
    expect(mine.locator(".said-customer").last).to_contain_text("那你们快点")
    expect(mine.locator("#words")).to_be_focused()
    expect(mine.locator("#words")).to_have_value("我正在写")
    assert mine.evaluate("document.getElementById('words').selectionEnd") == 3
    expect(mine.locator("#copilot .small-bars")).to_have_attribute("open", "")
    expect(mine.locator("#heard")).to_contain_text("那你们快点")
    gap = mine.evaluate(
        "(t => t.scrollHeight - t.scrollTop - t.clientHeight)(document.getElementById('thread'))"
    )
    assert gap < 4


def test_an_acknowledged_alert_leaves_every_browser(desks: Desks, shop: Shop) -> None:
    one, two = desks(), desks()
    one.sign_in()
    two.sign_in("lead")
    number = Conversation.objects.get(external_id="c-1002").pk
    card = f"#alerts [data-alert='{number}']"
    expect(two.page.locator(card)).to_have_count(1)
    one.page.click(f"{card} button")
    expect(two.page.locator(card)).to_have_count(0)
    assert Conversation.objects.get(pk=number).acknowledged_by is not None


def test_a_lost_connection_is_shown_and_caught_up(desks: Desks, shop: Shop, token: str) -> None:
    desk = desks()
    page = desk.sign_in()
    desk.context.set_offline(True)
    page.wait_for_selector("#connection[data-state=lost]")
    push(desk.site, token, "live-2", "请问我的订单到哪了")
    desk.context.set_offline(False)
    page.wait_for_selector("#connection[data-state=open]", timeout=20_000)
    page.wait_for_selector(row(page, "live-2"))
    provoked = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    desk.troubles[:] = [text for text in desk.troubles if not any(part in text for part in provoked)]


def test_the_issue_is_corrected_and_kept(desks: Desks, shop: Shop) -> None:
    desk = desks()
    desk.sign_in()
    conversation = Conversation.objects.get(external_id="c-1005")
    page = desk.open(f"/conversations/{conversation.pk}/")
    page.click("#copilot .fix summary")
    page.select_option("#right-issue", "refund.freight")
    page.click("#copilot .fix-row .btn")
    expect(page.locator("#copilot .what strong")).to_have_text("运费争议")
    expect(page.locator("#copilot .corrected")).to_be_visible()
    correction = conversation.corrections.get()
    assert (correction.part, correction.after) == ("issue", "refund.freight")


def test_a_part_that_is_folded_stays_folded_everywhere(desks: Desks, shop: Shop) -> None:
    desk = desks()
    desk.sign_in()
    first, second = (Conversation.objects.get(external_id=key).pk for key in ("c-1001", "c-1003"))
    page = desk.open(f"/conversations/{first}/")
    liable = page.locator("#copilot [data-fold=part-liable]")
    risk = page.locator("#copilot [data-fold=part-risk]")
    liable.locator("> summary").press("Enter")
    expect(liable.locator(".liable")).to_be_hidden()
    page.click(f"{row(page, 'c-1003')} .row-link")
    page.wait_for_url(f"**/conversations/{second}/**")
    for again in (False, True):
        if again:
            page.reload()
        expect(risk.locator(".score")).to_be_visible()
        expect(liable).to_have_count(1)
        expect(liable.locator(".liable")).to_be_hidden()
    liable.locator("> summary").press("Enter")
    expect(liable.locator(".liable")).to_be_visible()


def test_tabs_share_one_stream_and_the_next_one_takes_over(desks: Desks, shop: Shop, token: str) -> None:
    desk = desks()
    first = desk.sign_in()
    second = desk.context.new_page()
    second.goto(f"{desk.site}/inbox/?view=open")
    second.wait_for_selector("#connection[data-state=open]")
    assert httpx.get(f"{desk.site}/healthz").json()["streams"] == 1
    push(desk.site, token, "live-3", "在吗")
    for page in (first, second):
        page.wait_for_selector(row(page, "live-3"), timeout=3000)
    first.close()
    push(desk.site, token, "live-4", "有人吗")
    second.wait_for_selector(row(second, "live-4"), timeout=5000)
    push(desk.site, token, "live-5", "还在吗")
    second.wait_for_selector(row(second, "live-5"), timeout=3000)


def test_a_long_thread_is_read_upwards_without_a_jump(desks: Desks, shop: Shop, token: str) -> None:
    target = Conversation.objects.get(external_id="c-1004")
    start = timezone.now() - timedelta(days=2)
    Message.objects.bulk_create(
        Message(conversation=target, role="customer", text=f"第{i}句", at=start + timedelta(seconds=i))
        for i in range(240)
    )
    desk = desks()
    desk.sign_in()
    page = desk.open(f"/conversations/{target.pk}/")
    page.wait_for_function("() => !document.querySelector('#desk [hx-trigger^=load]:not([data-came])')")
    page.locator("#thread").evaluate("t => { t.scrollTop = 0; }")
    mark = page.locator(".said", has_text="第190句")
    depth = "m => m.getBoundingClientRect().top - m.closest('#thread').getBoundingClientRect().top"
    before = mark.evaluate(depth)
    held = (
        "top => { const m = [...document.querySelectorAll('.said')]"
        f".find(s => s.textContent.includes('第190句')); return Math.abs(({depth})(m) - top) < 2; }}"
    )
    page.click(".earlier button")
    expect(page.locator(".said")).to_have_count(241)
    page.wait_for_function(held, arg=before)
    push(desk.site, token, "c-1004", "还在等", message="m-9")
    expect(page.locator(".said")).to_have_count(242)
    page.wait_for_function(held, arg=before)


def test_an_offer_that_no_longer_stands_is_renewed(desks: Desks, shop: Shop) -> None:
    target = Conversation.objects.get(external_id="c-1009")
    decision = target.decisions.latest("id")
    decision.assessment["remedies"][0]["code"] = "refund_only"
    decision.save()
    desk = desks()
    desk.sign_in()
    page = desk.open(f"/conversations/{target.pk}/")
    page.click("[data-use-remedy=refund_only]")
    expect(page.locator(".toast-text")).to_contain_text("不再适用")
    expect(page.locator("[data-use-remedy=refund_only]")).to_have_count(0)
    expect(page.locator("[data-use-remedy]").first).to_be_visible()
    expect(page.locator("#words")).to_have_value("")
    desk.troubles[:] = [text for text in desk.troubles if "404" not in text]
