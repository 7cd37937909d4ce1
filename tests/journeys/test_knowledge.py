"""A customer asks the help centre in vain, a lead makes an article of it, and the next customer finds it; the
pages are clean under axe-core, light and dark, and fit a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from goldseam.channels.helpcentre.actions import set_up
from goldseam.commerce.models import Customer
from goldseam.conversations.actions import close, take_in
from goldseam.conversations.models import Conversation
from goldseam.knowledge.actions import import_articles
from goldseam.knowledge.gap_actions import Asked, keep_question
from goldseam.knowledge.gap_work import renew
from goldseam.knowledge.guide_actions import save_guide, set_public
from goldseam.knowledge.models import Article, Gap
from goldseam.knowledge.public_reads import ARTICLE_KINDS
from goldseam.knowledge.records import build_record
from goldseam.people.models import Shop
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints
from tests.knowledge.test_gaps import ARTICLES, SMELL
from tests.knowledge.test_guides import GUIDE

pytestmark = pytest.mark.django_db(transaction=True)

HOME = "/help/porcelain/"
ASKED = "新的养生壶有股塑料味"
PICTURES = os.environ.get("SHOTS", "")


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page for people to look at, where they ask for it."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """Articles, a guide and a help centre; one thread that an agent solved."""
    records = [
        build_record({"title": title, "body": body, "public": True}) for title, body in ARTICLES.items()
    ]
    import_articles(shop, records, actor="t")
    guide, _new = save_guide(shop, "g", GUIDE, actor="t")
    set_public(guide, True, "t")
    set_up(
        shop, is_on=True, kinds=ARTICLE_KINDS, intro="退换货、保修和使用问题,先在这里找找。",
        colour="2f5d50", contact="care@porcelain.test", actor="t",
    )  # fmt: skip
    known = {"customer": Customer.objects.all()[0], "channel": "api", "at": None, "actor": "t"}
    take_in(shop, "g-1", "customer", "养生壶第一次用塑料味很大", key="1", **known)
    take_in(shop, "g-1", "agent", f"您好!{SMELL}", key="2", **known)
    thread = Conversation.objects.get(external_id="g-1")
    close(thread, outcome="satisfied", actor="t")
    keep_question(shop.pk, "养生壶第一次用塑料味很大", Asked("thread", conversation=thread))
    return shop


def test_from_a_question_in_vain_to_an_article(desks: Desks, stocked: Shop) -> None:
    reader = desks(width=360, height=740)
    page = reader.page
    page.goto(reader.site + HOME)
    page.fill("#find-words", ASKED)
    page.press("#find-words", "Enter")
    page.wait_for_selector(".nothing")
    assert page.context.cookies() == []
    renew(stocked)
    lead = desks().sign_in("lead")
    site = reader.site
    lead.goto(f"{site}/knowledge/gaps/")
    lead.click(".gap-line a:has-text('塑料味')")
    assert "空烧三次" in lead.input_value("[name=body]")
    picture(lead, "gap")
    lead.fill("[name=title]", "养生壶有塑料味")
    lead.check("[name=public]")
    lead.click("button[value=write]")
    lead.wait_for_selector(".notice a:has-text('养生壶有塑料味')")
    page.fill("#find-words", ASKED)
    page.press("#find-words", "Enter")
    page.click(".hits .best a")
    page.wait_for_selector("h1:has-text('养生壶有塑料味')")
    page.click("summary")
    page.fill("#missing", "要烧多久没写")
    page.click("details button")
    page.wait_for_selector("[role=status]")
    picture(page, "help-voted-phone")
    lead.click("button[value=take-back]")
    lead.wait_for_selector("#gap-write")
    assert Gap.objects.get(title__contains="塑料味").state == "open"
    assert Article.objects.get(title="养生壶有塑料味").archived_at is not None


@pytest.mark.parametrize(("language", "dark", "width"), [("zh", False, 1200), ("en", True, 360)])
def test_the_help_centre_is_for_everybody(
    desks: Desks, stocked: Shop, language: str, dark: bool, width: int
) -> None:
    desk = desks(width=width, height=740, dark=dark, bypass_csp=True)
    page = desk.page
    found: list[str] = []
    body = "1. 断电\n2. 拧紧\n\n| 声音 | 原因 |\n|---|---|\n| 嗡 | 正常 |\n\n> 仍不行请[联系我们](https://x.example)"
    import_articles(stocked, [build_record({"title": "表", "body": body, "public": True})], actor="t")
    number = Article.objects.get(title="表").pk
    base = f"{HOME}{language}/"
    for name, path in {
        "home": "", "article": f"{number}/", "shelf": "how_to/", "search": "search/?q=脸上又红又痒",
        "nothing": "search/?q=附近有没有停车场", "orders": "orders/", "missing": "999999/",
    }.items():  # fmt: skip
        page.goto(desk.site + base + path)
        found += complaints(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"help-{name}-{language}")
    page.goto(f"{desk.site}{base}orders/")
    page.fill("#number", "313021098900")
    page.fill("#phone-tail", "0000")
    page.click(".prove button")
    page.wait_for_selector(".stops")
    found += complaints(page, "order")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture(page, f"help-order-{language}")
    desk.troubles[:] = [text for text in desk.troubles if "404" not in text]
    assert found == []


def test_it_works_without_scripts(desks: Desks, stocked: Shop) -> None:
    context = desks.chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(desks.site + HOME)
    page.fill("#find-words", "脸上又红又痒")
    page.click(".find button")
    page.click(".hits a >> nth=0")
    page.click("button[value=yes]")
    assert page.locator("[role=status]").count() == 1
    page.goto(desks.site + HOME)
    page.click("section:has(#shelf-guides) a")
    page.click(".walk-begin")
    assert page.locator(".walk-answers button").count() >= 1
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize(("dark", "width"), [(False, 1440), (True, 360)])
def test_gaps_and_settings_are_for_everybody(desks: Desks, stocked: Shop, dark: bool, width: int) -> None:
    keep_question(stocked.pk, ASKED, Asked("help"))
    keep_question(stocked.pk, "能寄到香港吗", Asked("help"))
    renew(stocked)
    desk = desks(width=width, height=800, dark=dark, bypass_csp=True)
    page = desk.sign_in("admin")
    gap = Gap.objects.get(title__contains="塑料味")
    article = Article.objects.all()[0]
    found: list[str] = []
    for name, path in {
        "gaps": "/knowledge/gaps/", "gap": f"/knowledge/gaps/{gap.pk}/", "settings": "/helpcentre/",
        "article": f"/knowledge/{article.pk}/", "articles": "/knowledge/",
    }.items():  # fmt: skip
        desk.open(path)
        found += complaints(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"{name}-{width}")
    assert found == []
