"""Writing in a browser: canned replies, macros, files, undo, two people, closing, joining, no network."""

from __future__ import annotations

import base64
import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from goldseam.conversations import actions
from goldseam.conversations.actions import outbox
from goldseam.conversations.models import Conversation, Message, Survey
from goldseam.people.models import Agent, Shop
from goldseam.replies.actions import Place, save_canned, save_macro
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints

pytestmark = pytest.mark.django_db(transaction=True)

PASTE = """async data => {
  const bytes = Uint8Array.from(atob(data), sign => sign.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "受损.png", { type: "image/png" }));
  document.getElementById("words").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""
DROP = """async data => {
  const bytes = Uint8Array.from(atob(data), sign => sign.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "外箱.png", { type: "image/png" }));
  const place = document.getElementById("thread");
  for (const kind of ["dragover", "drop"])
    place.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def picture(colour: str) -> str:
    target = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(target, "PNG")
    return base64.b64encode(target.getvalue()).decode()


def number_of(key: str) -> int:
    return Conversation.objects.get(external_id=key).pk


def agent() -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


def test_a_canned_reply_by_keyboard_and_input_method(desks: Desks, shop: Shop) -> None:
    place = Place(owner=agent())
    text = "您好{{customer.name}},您的包裹{{order.tracking_no}}在{{order.last_place}}。"
    save_canned(shop, agent(), place, shortcut="延误", title="快递延误", text=text, language="zh")
    save_canned(
        shop, agent(), place, shortcut="退款", title="退款进度", text="{{refund.amount}}", language="zh"
    )
    desk = desks(bypass_csp=True)
    desk.sign_in()
    page = desk.open(f"/conversations/{number_of('c-1001')}/")
    words = page.locator("#words")
    words.focus()
    page.keyboard.type("/")
    expect(page.locator("#suggestions [role=option]")).to_have_count(2)
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "yan wu", "selectionStart": 6, "selectionEnd": 6})
    page.dispatch_event("#words", "keydown", {"key": "Enter", "isComposing": True, "keyCode": 229})
    expect(page.locator("#suggestions")).to_be_visible()
    session.send("Input.insertText", {"text": "延误"})
    option = page.locator("#suggestions [role=option]")
    expect(option).to_have_count(1)
    expect(words).to_have_attribute("aria-activedescendant", str(option.get_attribute("id")))
    assert complaints(page, "writing 1") == []
    page.keyboard.press("Enter")
    expect(words).to_have_value("您好周雨桐,您的包裹SF1029384700在广州中转场。")
    expect(page.locator("#suggestions")).to_be_hidden()

    words.fill("")
    page.keyboard.type("/退")
    expect(option).to_have_text([re.compile("退款进度")])
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    page.keyboard.type("款")
    expect(option).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".missing")).to_contain_text("{{refund.amount}}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .held")).to_have_count(0)
    assert (
        page.evaluate(
            "getSelection().toString() || document.getElementById('words').value.slice("
            "document.getElementById('words').selectionStart,"
            "document.getElementById('words').selectionEnd)"
        )
        == "{{refund.amount}}"
    )
    page.keyboard.type("稍后")
    expect(page.locator(".missing")).to_be_hidden()


def test_a_macro_says_what_it_will_do_and_does_it(desks: Desks, shop: Shop) -> None:
    steps = {"note": "已安抚", "priority": "P1", "assign": "me", "close": {"outcome": "accepted"}}
    row = save_macro(
        shop,
        agent(),
        Place(owner=agent()),
        name="安抚并结束",
        text="您好{{customer.name}},正在核实。",
        language="zh",
        steps=steps,
    )
    desk = desks()
    desk.sign_in()
    number = number_of("c-1009")
    page = desk.open(f"/conversations/{number}/")
    page.focus("#words")
    page.keyboard.type("/安抚")
    expect(page.locator("#suggestions [role=option]")).to_contain_text(row.name)
    page.keyboard.press("Enter")
    expect(page.locator("#macro-dialog .macro-plan")).to_contain_text("您好刘洋,正在核实。")
    expect(page.locator("#macro-dialog .macro-plan li")).to_have_count(5)
    page.keyboard.press("Enter")
    expect(page.locator("#macro-dialog")).to_be_hidden()
    expect(page.locator("#head .head-state")).to_contain_text("已结束")
    expect(page.locator(".said-agent").last).to_contain_text("您好刘洋")
    expect(page.locator("#words")).to_have_value("")


def test_pictures_are_pasted_dropped_sent_and_viewed(desks: Desks, shop: Shop) -> None:
    desk = desks()
    desk.sign_in()
    page = desk.open(f"/conversations/{number_of('c-1004')}/")
    page.evaluate(PASTE, picture("teal"))
    expect(page.locator("#tray .tray-file[data-state=done] img")).to_have_count(1)
    page.evaluate(DROP, picture("tan"))
    expect(page.locator("#tray .tray-file[data-state=done]")).to_have_count(2)
    page.set_input_files("#file-choice", {"name": "x.exe", "mimeType": "text/plain", "buffer": b"MZ\x00\x01"})
    expect(page.locator("#tray .tray-error").last).to_contain_text("x.exe")
    page.locator("#tray .tray-file[data-state=failed] [data-drop-file]").click()
    page.press("#words", "Control+Enter")
    expect(page.locator("#tray li")).to_have_count(0)
    expect(page.locator("#thread .said-agent:not(.held) .file-picture")).to_have_count(2, timeout=15_000)
    page.locator("#thread .file-picture").first.click()
    shown = page.locator(".viewer-picture")
    expect(shown).to_be_visible()
    first = shown.get_attribute("alt")
    assert "受损.png" in str(first)
    page.keyboard.press("ArrowRight")
    expect(shown).not_to_have_attribute("alt", str(first))
    expect(page.locator(".viewer-place")).to_have_text("2 / 2")
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    desk.troubles[:] = [text for text in desk.troubles if "400" not in text]


def test_a_reply_is_taken_back_after_a_reload(
    desks: Desks, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "UNDO", timedelta(minutes=1))  # a busy machine loads pages slowly
    desk = desks()
    desk.sign_in()
    number = number_of("c-1004")
    page = desk.open(f"/conversations/{number}/")
    page.fill("#words", "这句要撤回")
    page.press("#words", "Control+Enter")
    expect(page.locator(".held")).to_contain_text("这句要撤回")
    page = desk.open(f"/conversations/{number}/")
    page.locator(".held-undo").click()
    expect(page.locator("#words")).to_have_value("这句要撤回")
    expect(page.locator(".held")).to_have_count(0)
    assert not Message.objects.filter(text="这句要撤回").exists()
    monkeypatch.undo()
    page.fill("#words", "这句会发出")
    page.press("#words", "Control+Enter")
    expect(page.locator(".said-agent:not(.held)").last).to_contain_text("这句会发出", timeout=15_000)
    assert Message.objects.filter(text="这句会发出").count() == 1


def test_two_people_see_each_other_and_the_second_is_asked(desks: Desks, shop: Shop) -> None:
    one, two = desks(), desks()
    one.sign_in()
    two.sign_in("lead")
    number = number_of("c-1004")
    mine, theirs = one.open(f"/conversations/{number}/"), two.open(f"/conversations/{number}/")
    expect(mine.locator("#present")).to_contain_text("顾远山")
    mine.focus("#words")
    mine.keyboard.type("您好,我来")
    expect(theirs.locator("#present .writing-now")).to_contain_text("林小满")
    expect(theirs.locator("#thread .said").first).to_be_visible()
    theirs.fill("#words", "主管先回")
    theirs.press("#words", "Control+Enter")
    expect(mine.locator(".said-agent").last).to_contain_text("主管先回")
    mine.press("#words", "Control+Enter")
    expect(mine.locator("#answered-dialog")).to_contain_text("顾远山")
    mine.click("[data-show-answer]")
    expect(mine.locator("#answered-dialog")).to_be_hidden()
    expect(mine.locator("#words")).to_have_value("您好,我来")
    expect(theirs.locator(".said-agent:not(.held)").last).to_contain_text("主管先回", timeout=15_000)
    mine.press("#words", "Control+Enter")
    expect(mine.locator("#answered-dialog")).to_be_visible()
    mine.click("[data-send-anyway]")
    expect(mine.locator(".held, .said-agent").last).to_contain_text("您好,我来")
    one.troubles[:] = [text for text in one.troubles if "409" not in text and "htmx" not in text]


def test_send_and_close_asks_what_the_shop_needs(desks: Desks, shop: Shop) -> None:
    admin = Agent.objects.get(email="admin@porcelain.test")
    needs = {"need_outcome": True, "need_cause": True, "need_note": False, "ask_customer": True}
    actions.set_close_rules(shop, admin, **needs, ask_days=7, causes=[("carrier", "物流延误")])
    desk = desks(bypass_csp=True)
    desk.sign_in()
    number = number_of("c-1009")
    page = desk.open(f"/conversations/{number}/")
    page.fill("#words", "不客气,祝您生活愉快")
    page.press("#words", "Control+Shift+Enter")
    sheet = page.locator("#close-dialog")
    expect(sheet).to_contain_text("发送并结束")
    assert complaints(page, "writing 2") == []
    sheet.locator("[value=satisfied]").click()
    expect(sheet).to_be_visible()
    sheet.locator("[name=cause]").select_option("carrier")
    sheet.locator("[value=satisfied]").click()
    expect(page.locator(".held")).to_contain_text("不客气")
    expect(page.locator("#head .head-state")).to_contain_text("满意", timeout=15_000)
    done = Conversation.objects.get(pk=number)
    assert (done.status, done.cause) == ("closed", "carrier")

    link = actions.link_of(Survey.objects.get(conversation=number))
    phone = desks(width=360, height=740, bypass_csp=True)
    ask = phone.page
    ask.goto(phone.site + link[link.index("/csat/") :])
    assert ask.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints(ask, "writing 3") == []
    ask.locator(".score").nth(1).click()
    ask.fill("[name=comment]", "等太久了")
    ask.click(".ask button")
    expect(ask.locator("h1")).to_have_text("谢谢您！")
    expect(page.locator(".rated")).to_contain_text("等太久了")
    expect(page.locator("#head .head-state")).to_contain_text("进行中")


def test_merge_undo_and_split(desks: Desks, shop: Shop) -> None:
    target = Conversation.objects.get(external_id="c-1004")
    other = actions.open_conversation(shop, "c-2004", customer=target.customer, actor="test")
    actions.receive_message(other, "另外发票开一下", key="m")
    desk = desks(bypass_csp=True)
    desk.sign_in()
    page = desk.open(f"/conversations/{other.pk}/")
    page.click(".head-more summary")
    page.click("[data-opens=join-dialog]")
    row = page.locator("#join-rows .join-row")
    expect(row).to_have_count(1)
    assert complaints(page, "writing 4") == []
    row.get_by_text("并入该会话").click()
    page.wait_for_url(f"**/conversations/{target.pk}/")
    expect(page.locator("#thread")).to_contain_text("另外发票开一下")
    page.locator(".happened .linkish").click()
    expect(page.locator("#thread .said", has_text="另外发票开一下")).to_have_count(0)
    actions.receive_message(target, "顺便问下保修", key="w")
    said = page.locator(".said", has_text="顺便问下保修")
    expect(said).to_have_count(1)
    page.on("dialog", lambda dialog: dialog.accept())
    said.hover()
    said.locator(".said-more summary").click()
    said.locator(".menu-item").click()
    page.wait_for_url(lambda url: str(target.pk) not in url.rsplit("/", 2)[-2])
    expect(page.locator("#thread .said")).to_have_count(1)
    expect(page.locator("#related")).to_contain_text("王静怡")


def test_a_colleague_is_called_and_told(desks: Desks, shop: Shop) -> None:
    one, two = desks(), desks(bypass_csp=True)
    one.sign_in()
    other = two.sign_in("lead")
    page = one.open(f"/conversations/{number_of('c-1004')}/")
    page.keyboard.press("n")
    page.keyboard.type("@顾")
    expect(page.locator("#suggestions [role=option]")).to_contain_text("顾远山")
    page.keyboard.press("Enter")
    page.keyboard.type("请看一下")
    page.keyboard.press("Control+Enter")
    expect(other.locator(".toast-text")).to_contain_text("请看一下")
    expect(other.locator(".bell-count")).to_have_text("1")
    other.click(".bell")
    expect(other.locator(".mentions .unseen")).to_contain_text("请看一下")
    assert complaints(other, "writing 5") == []
    other.click(".mentions a")
    expect(other.locator(".said-note")).to_contain_text("请看一下")
    expect(other.locator(".bell-count")).to_have_count(0)


def test_a_sign_is_found_by_name(desks: Desks, shop: Shop) -> None:
    desk = desks(bypass_csp=True)
    desk.sign_in()
    page = desk.open(f"/conversations/{number_of('c-1004')}/")
    page.fill("#words", "谢谢")
    page.click("[data-emoji]")
    page.fill("#emoji-search", "感谢")
    expect(page.locator("#emoji .emoji-sign:visible")).to_have_count(1)
    expect(page.locator("#thread .said")).to_have_count(1)
    assert complaints(page, "writing 6") == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_have_value("谢谢🙏")
    expect(page.locator("#emoji")).to_be_hidden()


def test_who_sent_and_went_elsewhere_is_not_called_back(desks: Desks, shop: Shop) -> None:
    desk = desks()
    desk.sign_in()
    page = desk.open(f"/conversations/{number_of('c-1004')}/")
    held: list[Route] = []
    page.route("**/write/", lambda route: held.append(route), times=1)
    page.fill("#words", "马上去查")
    with page.expect_request("**/write/"):
        page.press("#words", "Control+Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    held[0].continue_()
    expect(page.locator("#words")).to_have_value("")
    expect(page.locator(".row-link:focus")).to_have_count(1)
    page.fill("#words", "查到了")
    page.press("#words", "Control+Enter")
    expect(page.locator("#words")).to_have_value("")
    expect(page.locator("#words")).to_be_focused()


def test_without_a_connection_a_reply_waits_and_goes_once(desks: Desks, shop: Shop) -> None:
    desk = desks()
    desk.sign_in()
    number = number_of("c-1004")
    page = desk.open(f"/conversations/{number}/")
    held: list[Route] = []
    page.route("**/present/", lambda route: held.append(route), times=1)
    with page.expect_request("**/present/"):
        page.fill("#words", "断")
    page.fill("#words", "")  # the next sign of presence waits for the first; both fail in silence
    desk.context.set_offline(True)
    held[0].abort("internetdisconnected")
    page.fill("#words", "断网时写的")
    page.press("#words", "Control+Enter")
    expect(page.locator(".unsent-reply")).to_contain_text("断网时写的")
    expect(page.locator("#words")).to_have_value("")
    desk.context.set_offline(False)
    expect(page.locator(".said-agent").last).to_contain_text("断网时写的", timeout=25_000)
    expect(page.locator(".unsent-reply")).to_have_count(0)
    assert Message.objects.filter(text="断网时写的").count() == 1
    provoked = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    desk.troubles[:] = [text for text in desk.troubles if not any(part in text for part in provoked)]
