"""The list in a browser: saved views, labels, many at once with undo, panes, live changes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from goldseam.conversations import actions
from goldseam.conversations.models import Conversation, SavedView
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Shop
from tests.conversations.lists import list_shop, person, row
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """Twelve open conversations, without the copilot."""
    return list_shop()


def rows_shown(page: Page) -> list[str]:
    return page.locator(".convo .row-name").all_inner_texts()


def pick(page: Page, number: int) -> None:
    page.locator(f"#pick-{row(number).pk}").check()


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "条会话符合"), ("en", "conversations match now")]
)
def test_a_view_is_built_by_keyboard_alone(desks: Desks, shop: Shop, language: str, words: str) -> None:
    set_language(person("agent"), language)
    desk = desks(language="en-US" if language == "en" else "zh-CN")
    page = desk.sign_in()
    desk.open("/views/new/")
    expect(page.locator("#filter-count")).to_contain_text(words)
    expect(page.locator("#filter-count strong")).to_have_text("12")
    keys = page.keyboard
    page.locator("[name=name]").focus()
    keys.type("Late parcels")
    page.locator("[name=do][value='add:n']").focus()
    keys.press("Enter")
    expect(page.locator("#field-n-1")).to_be_focused()
    page.locator("[name='value:n-1'][value='logistics.delay']").focus()
    keys.press("Space")
    expect(page.locator("#filter-count strong")).to_have_text("6")
    page.locator("[name=do][value='group:n']").focus()
    keys.press("Enter")
    page.locator("#kind-n-2").select_option("none")
    page.locator("#field-n-2-0").select_option("waiting")
    expect(page.locator("#op-n-2-0")).to_have_value("over")
    page.locator("[name='value:n-2-0']").focus()
    keys.type("1")
    expect(page.locator("#filter-count strong")).to_have_text("2")
    keys.press("Enter")
    page.wait_for_url("**/inbox/?view=v*")
    assert rows_shown(page) == ["Buyer 3", "Buyer 1"]
    view = SavedView.objects.get()
    assert view.name == "Late parcels"
    expect(page.locator(f"#rail [data-view=v{view.pk}]")).to_contain_text("2")


def test_what_is_done_while_the_filter_is_on_its_way_is_kept(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    desk.open("/views/new/")
    expect(page.locator("#filter-count strong")).to_have_text("12")
    held: list[Route] = []
    page.route("**/views/new/", lambda route: held.append(route), times=1)
    with page.expect_request("**/views/new/"):
        page.locator("#field-n-0").select_option("waiting")
    page.locator("[name=name]").focus()
    page.keyboard.type("晚到的")
    page.locator("[name=do][value='add:n']").click()
    page.locator("[name=name]").focus()
    held[0].continue_()
    expect(page.locator("#field-n-1")).to_be_visible()
    expect(page.locator("#op-n-0")).to_have_value("over")
    expect(page.locator("[name=name]")).to_have_value("晚到的")


def test_a_pressed_row_answers_before_the_server_does(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    desk.open("/inbox/?view=open")
    held: list[Route] = []
    page.route(re.compile(r"/conversations/\d+/\?"), lambda route: held.append(route), times=1)
    link = page.locator(".row-link").nth(2)
    next_frame = """(link) => new Promise((done) => {
        link.click();
        requestAnimationFrame(() => done(link.classList.contains("htmx-request")));
    })"""
    assert link.evaluate(next_frame)
    with page.expect_response(re.compile("/inbox/")):
        page.evaluate("htmx.trigger('#rows', 'live')")  # the list is renewed while the server still works
    expect(page.locator("#rows:not(.htmx-request)")).to_be_visible()
    expect(link).to_have_class(re.compile("htmx-request"))
    expect(link).to_have_css(
        "background-color",
        page.evaluate("getComputedStyle(document.querySelector('.rail a[aria-current]')).backgroundColor"),
    )
    held[0].continue_()
    expect(page.locator(".desk")).to_be_visible()
    expect(link).to_have_attribute("aria-current", "true")


def test_what_is_wrong_in_a_filter_stands_beside_it(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    desk.open("/views/new/")
    page.locator("[name=name]").fill("x")
    page.locator("#field-n-0").select_option("waiting")
    expect(page.locator("#op-n-0")).to_have_value("over")
    page.locator(".builder-end [value=save]").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("#error-n-0")).not_to_be_empty()
    assert not SavedView.objects.exists()


def test_views_are_arranged_and_deleting_is_undone(desks: Desks, shop: Shop) -> None:
    from goldseam.conversations.filters import Group

    for name in ("alpha", "beta"):
        actions.make_view(shop, person("agent"), name, Group("all"), actor="test")
    desk = desks()
    page = desk.sign_in()
    desk.open("/views/")
    names = page.locator(".view-list .view-name")
    expect(names).to_have_text(["alpha", "beta"])
    page.locator(".view-list li").nth(1).locator("[name=by][value='-1']").click()
    expect(names).to_have_text(["beta", "alpha"])
    page.locator(".view-list li").first.locator("form[action$='/delete/'] button").click()
    expect(names).to_have_text(["alpha"])
    page.locator("form[action$='/restore/'] button").click()
    expect(names).to_have_text(["beta", "alpha"])


def test_many_at_once_and_back(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    desk.open("/inbox/?view=open")
    pick(page, 11)
    page.locator(f"#pick-{row(8).pk}").click(modifiers=["Shift"])
    expect(page.locator(".bulk-count")).to_contain_text("4")
    page.click("[data-bulk=close]")
    page.click("#bulk-form [name=outcome][value=accepted]")
    expect(page.locator(".bulk-told")).to_contain_text("4")
    expect(page.locator(".convo")).to_have_count(8)
    expect(page.locator("#bulk-bar")).to_be_hidden()
    page.locator(".bulk-told .btn").click()
    expect(page.locator(".convo")).to_have_count(12)
    assert Conversation.objects.filter(status="open", waiting_since__isnull=False).count() == 12


def test_what_was_refused_is_named(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    desk.open("/inbox/?view=open")
    pick(page, 3)
    pick(page, 4)
    page.click("[data-bulk=snooze]")
    expect(page.locator("#bulk-form")).to_be_visible()
    actions.close(row(4), actor="test")
    page.click("#bulk-form [name=preset][value=hour]")
    expect(page.locator(".bulk-reasons")).to_contain_text("Buyer 4")
    assert row(3).status == "snoozed"


def test_a_whole_view_runs_with_a_progress_bar(desks: Desks, transactional_db: None) -> None:
    list_shop("many", 0)
    Conversation.objects.all().delete()
    shop = Shop.objects.get(slug="porcelain")
    base = row(0) if Conversation.objects.filter(external_id="k-00").exists() else None
    assert base is None
    now = shop.created_at
    Conversation.objects.bulk_create(
        Conversation(shop=shop, external_id=f"m-{n}", created_at=now, last_message_at=now, waiting_since=now)
        for n in range(130)
    )
    desk = desks()
    page = desk.sign_in()
    desk.open("/inbox/?view=open")
    page.keyboard.press("Shift+X")
    expect(page.locator("#bulk-bar")).to_be_visible()
    page.click("[data-bulk=priority]")
    page.click("#bulk-form [name=priority][value=P3]")
    expect(page.locator(".bulk-told progress")).to_have_attribute("max", "130")
    run = shop_run()
    while actions.continue_bulk(run):
        pass
    expect(page.locator(".bulk-told")).to_contain_text("130")
    assert Conversation.objects.filter(priority="P3").count() == 130


def shop_run() -> int:
    from goldseam.conversations.models import BulkRun

    return BulkRun.objects.get().pk


def test_labels_by_key_and_in_the_list(desks: Desks, shop: Shop) -> None:
    label = actions.make_label(shop, "Carrier asked", colour="lake", actor="test")
    desk = desks()
    page = desk.sign_in()
    desk.open("/inbox/?view=open")
    page.keyboard.press("j")
    page.keyboard.press("l")
    box = page.locator(f"#bulk-dialog [name=label][value='{label.pk}']")
    expect(box).to_be_focused()
    with page.expect_response(re.compile("/inbox/")):
        actions.close(row(11), actor="test")
    expect(page.locator(".convo")).to_have_count(11)  # the row that had the focus is another element now
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#bulk-dialog")).to_be_hidden()
    expect(page.locator(".convo .label")).to_have_text(["Carrier asked"])
    page.keyboard.press("x")
    expect(page.locator("[data-pick]:checked")).to_have_count(1)
    page.keyboard.press("x")
    expect(page.locator("#bulk-bar")).to_be_hidden()


def test_choice_and_focus_outlive_others_changes(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = desk.sign_in()
    desk.open("/inbox/?view=open")
    pick(page, 2)
    expect(page.locator(f"#pick-{row(2).pk}")).to_be_focused()
    actions.close(row(11), actor="test")
    expect(page.locator(".convo")).to_have_count(11)
    expect(page.locator(f"#pick-{row(2).pk}")).to_be_checked()
    expect(page.locator(f"#pick-{row(2).pk}")).to_be_focused()
    expect(page.locator(".bulk-count")).to_contain_text("1")


def width(page: Page, name: str) -> float:
    box = page.locator(name).bounding_box()
    return box["width"] if box else 0


def test_panes_are_resized_by_keyboard_and_pointer_and_remembered(desks: Desks, shop: Shop) -> None:
    desk = desks(width=1600)
    page = desk.sign_in()
    seam = page.locator("[data-seam=list]")
    before = width(page, "#list-pane")
    seam.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert width(page, "#list-pane") == pytest.approx(before + 32, abs=2)
    expect(seam).to_have_attribute("aria-valuenow", str(round(width(page, "#list-pane"))))
    page.keyboard.press("End")
    most = width(page, "#list-pane")
    page.keyboard.press("Home")
    assert width(page, "#list-pane") < before < most
    box = seam.bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 82, box["y"] + 200, steps=4)
    page.mouse.up()
    dragged = width(page, "#list-pane")
    assert dragged == pytest.approx(280 + 80, abs=4)
    desk.open("/inbox/")
    assert width(page, "#list-pane") == pytest.approx(dragged, abs=2)
    seam.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#list-pane")).to_be_hidden()
    expect(seam).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("Enter")
    expect(page.locator("#list-pane")).to_be_visible()


def test_views_are_a_menu_where_there_is_little_room(desks: Desks, shop: Shop) -> None:
    desk = desks(width=375, height=780)
    page = desk.sign_in()
    expect(page.locator("#rail")).to_be_hidden()
    page.click("#rail-open")
    expect(page.locator("#rail")).to_be_visible()
    expect(page.locator("#rail-open")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#rail")).to_be_hidden()
    page.click("#rail-open")
    page.click("#rail [data-view=unassigned]")
    page.wait_for_url("**view=unassigned")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_the_thread_stays_in_view_while_one_looks_something_up(desks: Desks, shop: Shop) -> None:
    Conversation.objects.update(search=None)
    for number in range(12):
        actions.receive_message(row(number), f"porcelain word{number}", key="k")
    desk = desks()
    page = desk.sign_in()
    desk.open(f"/conversations/{row(0).pk}/")
    page.locator("#look-up-words").fill("word7")
    page.locator("#found .found-row").first.click()
    expect(page.locator("#peek .peek")).to_contain_text("word7")
    expect(page.locator("#thread")).to_contain_text("word0")
    expect(page.locator(".desk")).to_have_attribute("data-conversation", str(row(0).pk))
    page.click("[data-unpeek]")
    expect(page.locator("#peek .peek")).to_have_count(0)


@pytest.mark.parametrize(("language", "dark"), [("zh-hans", False), ("en", True)])
def test_every_page_of_the_list_is_clean(desks: Desks, shop: Shop, language: str, dark: bool) -> None:
    lead = Agent.objects.get(email="lead@porcelain.test")
    set_language(lead, language)
    label = actions.make_label(shop, "Carrier asked", colour="amber", description="By phone", actor="test")
    for number in (0, 3, 5):
        actions.label_conversation(row(number), add=[label.pk], actor="test")
    from goldseam.conversations.filters import read_filter
    from tests.conversations.lists import where

    nested = where(("status", "in", ["open"]), ("label", "in", [label.pk]), ("waiting", "over", 60))
    nested["where"]["all"].append({"none": [{"field": "tier", "op": "in", "value": ["vip"]}]})
    view = actions.make_view(shop, lead, "Nested", read_filter(nested), scope="shop", actor="test")
    desk = desks(dark=dark, language="en-US" if language == "en" else "zh-CN", bypass_csp=True)
    page = desk.sign_in("lead")
    found = []
    for path in ("/views/", "/views/new/", f"/views/{view.pk}/", "/labels/", f"/inbox/?view=v{view.pk}"):
        desk.open(path)
        found += complaints(page, path)
    pick(page, 5)
    found += complaints(page, "chosen")
    page.click("[data-bulk=label]")
    expect(page.locator("#bulk-form")).to_be_visible()
    found += complaints(page, "bulk window")
    assert found == []
