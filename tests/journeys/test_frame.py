"""The frame around the pages in a real browser: palette, keys, input methods, taste, offline, paper."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from goldseam.conversations import actions
from goldseam.conversations.models import Conversation
from goldseam.core.live import announce
from goldseam.knowledge.actions import import_articles
from goldseam.knowledge.records import build_record
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Shop
from tests.journeys.conftest import Desk, Desks

pytestmark = pytest.mark.django_db(transaction=True)

COMPOSE = """([selector, key]) => {
  const field = document.querySelector(selector);
  field.focus();
  field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
  const pressed = { key, isComposing: true, bubbles: true, cancelable: true };
  field.dispatchEvent(new KeyboardEvent("keydown", pressed));
  field.dispatchEvent(new KeyboardEvent("keydown", { ...pressed, key: "Process", keyCode: 229 }));
}"""
COMMIT = """([selector, text]) => {
  const field = document.querySelector(selector);
  field.value = text;
  field.dispatchEvent(new CompositionEvent("compositionend", { data: text, bubbles: true }));
  field.dispatchEvent(new InputEvent("input", { data: text, inputType: "insertText", bubbles: true }));
}"""


def agent(mailbox: str = "agent") -> Agent:
    return Agent.objects.get(email=f"{mailbox}@porcelain.test")


def number(key: str) -> int:
    return Conversation.objects.get(external_id=key).pk


def palette(page: Page, words: str = "") -> Any:
    page.keyboard.press("Control+k")
    field = page.locator("#palette-words")
    expect(field).to_be_focused()
    if words:
        field.fill(words)
    return field


@pytest.mark.parametrize(
    ("language", "go", "act"), [("zh-hans", "已结束", "note"), ("en", "clsd", "Private note")]
)
def test_everything_is_in_the_palette(desks: Desks, shop: Shop, language: str, go: str, act: str) -> None:
    set_language(agent(), language)
    import_articles(
        shop, [build_record({"title": "青瓷退换规则", "body": "青瓷七天内可退换。"})], actor="test"
    )
    desk = desks()
    page = desk.sign_in()
    palette(page, go)
    first = page.locator("#palette [role=option]").first
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**view=closed")

    desk.open(f"/conversations/{number('c-1001')}/")
    palette(page, act)
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#composer")).to_have_attribute("data-kind", "note")

    for words, found in (
        ("313021098900", "周雨桐"),
        ("李伟", "李伟"),
        ("顾远山", "顾远山"),
        ("青瓷退换规则", "青瓷退换规则"),
    ):
        field = palette(page, words)
        hit = page.locator("#palette [role=option][data-href]", has_text=found).first
        expect(hit).to_be_visible()
        page.keyboard.press("Escape")
        expect(field).to_be_hidden()

    palette(page, "顾远山")
    expect(page.locator("#palette [role=option]", has_text="顾远山")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/colleagues/**")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [role=option]").first).to_contain_text("顾远山")


def test_the_palette_speaks_as_a_combobox(desks: Desks, shop: Shop) -> None:
    page = desks().sign_in()
    field = palette(page)
    count = page.locator("#palette [role=option]").count()
    assert count > 8
    for key, at in (
        ("ArrowDown", 1),
        ("ArrowDown", 2),
        ("ArrowUp", 1),
        ("ArrowUp", 0),
        ("ArrowUp", count - 1),
    ):
        page.keyboard.press(key)
        expect(field).to_have_attribute("aria-activedescendant", f"hit-{at}")
        expect(page.locator("#palette [aria-selected=true]")).to_have_attribute("id", f"hit-{at}")
    field.fill("qqqq zzzz 没有这样的东西")
    expect(page.locator("#palette-nothing")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()
    palette(page)
    field.evaluate("""(field) => {
        field.closest("dialog").close();
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true }));
    }""")  # the next key, before the page is drawn again
    expect(page.locator("#keys-dialog kbd").first).to_be_visible()


def test_an_input_method_keeps_its_keys(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    desk.open(f"/conversations/{number('c-1001')}/")
    page.wait_for_selector("#copilot .what")
    page.keyboard.press("r")
    expect(page.locator("#words")).to_be_focused()
    for key in ("e", "a", "s", "j", "k", "g", "?", "Enter", "Escape"):
        page.evaluate(COMPOSE, ["#words", key])
        expect(page.locator("#words")).to_be_focused()
        assert page.locator("dialog[open]").count() == 0
    page.evaluate(COMMIT, ["#words", "您好,马上为您处理"])
    expect(page.locator("#words")).to_have_value("您好,马上为您处理")
    page.evaluate("document.activeElement.blur()")
    before = page.locator("#palette [role=option]").count()
    palette(page)
    page.evaluate(COMPOSE, ["#palette-words", "Enter"])
    page.evaluate(COMPOSE, ["#palette-words", "ArrowDown"])
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#palette-words")).to_have_attribute("aria-activedescendant", "hit-0")
    page.evaluate(COMMIT, ["#palette-words", "李伟"])
    expect(page.locator("#palette [role=option]", has_text="李伟").first).to_be_visible()
    assert before == 0
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


@pytest.mark.parametrize(
    ("path", "selector"),
    [
        ("/inbox/", "#search-words"),
        ("conversation", "#look-up-words"),
        ("/views/new/", "main .builder-name input"),
    ],
)
def test_fields_wait_for_the_characters_of_an_input_method(
    desks: Desks, shop: Shop, path: str, selector: str
) -> None:
    desk = desks()
    desk.sign_in()
    page = desk.open(path if path.startswith("/") else f"/conversations/{number('c-1001')}/")
    field = page.locator(selector).first
    field.fill("")
    field.evaluate(
        "e => { e.heard = []; e.addEventListener('input', () => e.heard.push(e.value)); e.focus(); }"
    )
    session = page.context.new_cdp_session(page)
    for letters in ("kuai", "kuai di"):
        at = len(letters)
        session.send("Input.imeSetComposition", {"text": letters, "selectionStart": at, "selectionEnd": at})
    expect(field).to_have_value("kuai di")
    assert field.evaluate("e => e.heard") == []
    session.send("Input.insertText", {"text": "快递"})
    expect(field).to_have_value("快递")
    assert set(field.evaluate("e => e.heard")) == {"快递"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_keys_are_ones_own(desks: Desks, shop: Shop, language: str) -> None:
    set_language(agent(), language)
    desk = desks()
    page = desk.sign_in()
    desk.open("/me/keys/")
    page.click("[data-key-row=assign] [data-record]")
    page.keyboard.press("e")
    expect(page.locator("#record-keys kbd")).to_have_text("e")
    page.click("#record [data-take]")
    expect(page.locator("[data-key-row=assign] .key-error")).to_be_visible()
    desk.troubles[:] = [text for text in desk.troubles if "409" not in text]
    page.click("[data-key-row=assign] [data-record]")
    page.keyboard.press("q")
    page.keyboard.press("q")
    page.click("#record [data-take]")
    expect(page.locator("[data-key-row=assign].own kbd")).to_have_count(2)
    assert agent().keys == {"assign": "q q"}

    desk.open(f"/conversations/{number('c-1001')}/")
    expect(page.locator("#head [data-action=assign]")).to_have_attribute("aria-keyshortcuts", "q q")
    page.keyboard.press("a")
    assert page.locator("#assign-dialog[open]").count() == 0
    page.keyboard.press("q")
    page.keyboard.press("q")
    expect(page.locator("#assign-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    row = page.locator("#keys-dialog .keys > div", has=page.locator("kbd", has_text="q"))
    expect(row).to_have_count(1)
    page.keyboard.press("Escape")
    desk.open("/me/keys/")
    page.click("[data-key-row=assign] [name=reset]")
    expect(page.locator("[data-key-row=assign].own")).to_have_count(0)
    assert agent().keys == {}


def test_letters_lead_to_places(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    for letter, address in (
        ("m", "**view=mine"),
        ("h", "**/start/"),
        ("k", "**/knowledge/"),
        ("i", "**view=needs"),
    ):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(address)
        page.wait_for_selector("#connection[data-state=open]")
    page.keyboard.press("/")
    page.keyboard.type("g m")
    expect(page.locator("#search-words")).to_have_value("g m")


def test_taste_is_there_before_the_first_paint(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    desk.open("/me/")
    page.check("[name=theme][value=dark]")
    page.check("[name=density][value=compact]")
    page.check("[name=sounds]")
    page.fill("[name=signature]", "青瓷生活馆 小满")
    page.click("#me-form .btn-primary")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    shift = desk.context.new_page()
    shift.add_init_script(
        "window.shifts = 0; new PerformanceObserver((list) => { for (const e of list.getEntries())"
        " window.shifts += e.value; }).observe({ type: 'layout-shift', buffered: true });"
        "window.first = null; new MutationObserver(() => { if (document.body && window.first === null)"
        " window.first = document.documentElement.dataset.bsTheme; })"
        ".observe(document, { childList: true, subtree: true });"
    )
    shift.goto(desk.site + "/inbox/")
    shift.wait_for_selector("#connection[data-state=open]")
    assert shift.evaluate("window.first") == "dark"
    expect(shift.locator("html")).to_have_attribute("data-density", "compact")
    assert shift.evaluate("window.shifts") < 0.1
    shift.click("[data-theme-switch]")
    expect(shift.locator("html")).to_have_attribute("data-bs-theme", "light")
    shift.wait_for_function(
        "performance.getEntriesByType('resource').some((e) => e.name.endsWith('/me/theme/'))"
    )
    shift.reload()
    expect(shift.locator("html")).to_have_attribute("data-bs-theme", "light")
    assert agent().theme == "light"


@pytest.mark.parametrize(
    ("language", "away", "here"), [("zh-hans", "离开", "在岗"), ("en", "Away", "Available")]
)
def test_away_and_back(desks: Desks, shop: Shop, language: str, away: str, here: str) -> None:
    set_language(agent(), language)
    page = desks().sign_in()
    page.click("#presence summary")
    page.click("#presence [value='60']")
    expect(page.locator("#presence")).to_have_attribute("data-state", "away")
    expect(page.locator("#presence .presence-word")).to_have_text(away)
    assert agent().away_until is not None
    palette(page, "presence" if language == "en" else "离开")
    page.keyboard.press("Escape")
    page.click("#presence summary")
    page.click("#presence [name=back]")
    expect(page.locator("#presence .presence-word")).to_have_text(here)
    assert agent().away_until is None


def test_a_lost_connection_is_said_calmly(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    expect(page.locator("#offline")).to_be_hidden()
    desk.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
    desk.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#offline")).to_be_hidden()
    desk.troubles.clear()  # the browser itself notes the lost stream


def test_paper(desks: Desks, shop: Shop) -> None:
    desk = desks()
    desk.sign_in()
    page = desk.page
    page.goto(f"{desk.site}/print/{number('c-1001')}/")
    expect(page.locator(".sheet-of-paper")).to_contain_text("313021098900")
    expect(page.locator(".paper-table")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".paper-do")).to_be_hidden()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert len(page.pdf(format="A4")) > 10_000
    page.emulate_media(media="screen")
    page.goto(f"{desk.site}/print/{number('c-1001')}/?notes=0")
    expect(page.locator(".paper-table")).to_have_count(0)


def test_two_tabs_share_one_stream(desks: Desks, shop: Shop) -> None:
    desk: Desk = desks()
    desk.sign_in()
    other = desk.context.new_page()
    streams: list[str] = []
    other.on("request", lambda request: streams.append(request.url) if "/live/" in request.url else None)
    other.goto(desk.site + "/inbox/")
    other.wait_for_selector("#connection[data-state=open]")
    assert streams == []


def test_a_page_asks_for_each_part_once(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url) if it.headers.get("hx-request") else None)
    desk.open(f"/conversations/{number('c-1001')}/")
    page.wait_for_selector("#copilot .what")
    with page.expect_request("**/promises/reminders/"):
        announce(
            shop.pk, "promise-0"
        )  # whatever the opened stream made the page ask for, it asked before this
    once = Counter(url for url in asked if not url.endswith("/present/"))
    assert len(once) > 15
    assert {url for url, times in once.items() if times > 1} == {f"{desk.site}/promises/reminders/"}


def test_what_changes_before_the_stream_is_open_is_caught_up(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    held: list[Route] = []
    page.route("**/live/**", lambda route: held.append(route), times=1)
    with page.expect_request("**/live/**"):
        page.goto(desk.site + "/inbox/?view=open")
    shown = page.locator(".convo").count()
    actions.close(Conversation.objects.get(external_id="c-1010"), actor="test")
    held[0].continue_()
    expect(page.locator(".convo")).to_have_count(shown - 1)
