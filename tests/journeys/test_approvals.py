"""Over the limit: an agent asks, a lead decides on a phone, the agent sends, the ledger shows it."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from goldseam.approvals import actions
from goldseam.approvals.asking import Asking
from goldseam.approvals.models import ApprovalRequest
from goldseam.conversations.actions.outbox import release
from goldseam.conversations.models import Conversation, HeldReply
from goldseam.ledger.queries import of_conversation, unbalanced
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Membership, Shop
from tests.journeys.conftest import Desks
from tests.journeys.test_accessible import complaints

pytestmark = pytest.mark.django_db(transaction=True)
REPLY = "周女士,让您久等了,非常抱歉。我们为您补偿200元优惠券,今天会发到您的账户。"


@pytest.fixture
def limits(shop: Shop) -> Conversation:
    """The lead may grant 500 in one case, the agent 50."""
    Membership.objects.filter(shop=shop, role="lead").update(limit=500)
    return Conversation.objects.get(shop=shop, external_id="c-1001")


def picture(page: Page, name: str) -> None:
    """A screenshot, when somebody wants to look (SHOTS names the folder)."""
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def ask(page: Page, amount: str = "200", remedy: str = "coupon") -> None:
    page.locator("[data-action~=ask-approval]").click()
    dialog = page.locator("#ask-dialog")
    expect(dialog).to_be_visible()
    dialog.locator("[name=remedy]").select_option(remedy)
    dialog.locator("[name=amount]").fill(amount)
    dialog.locator("[name=reason]").fill("快递停滞三天,孩子生日要用,客户提到12315,想用优惠券挽回")
    dialog.locator("[name=messages]").last.check()
    dialog.locator("[name=reply]").fill(REPLY)


def test_from_asking_to_the_ledger(desks: Desks, limits: Conversation) -> None:
    agent = desks(language="zh-CN")
    page = agent.sign_in("agent")
    agent.open(f"/conversations/{limits.pk}/")
    ask(page)
    picture(page, "ask-dialog")
    page.locator("#ask-form .btn-primary").click()
    strip = page.locator("#approvals-strip")
    expect(strip.locator(".asked-pending")).to_contain_text("顾远山")
    expect(page.locator("#toasts")).to_contain_text("顾远山")
    picture(page, "strip-waiting")

    lead = desks(width=375, height=740)
    phone = lead.sign_in("lead")
    expect(phone.locator("#toasts")).to_contain_text("周雨桐")
    lead.open("/approvals/")
    expect(phone.locator(".req")).to_have_count(1)
    picture(phone, "phone-list")
    phone.locator(".req .row-link").click()
    request = phone.locator("#approval .request")
    expect(request).to_contain_text("孩子生日")
    expect(request.locator(".quote").first).to_contain_text("12315")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375
    picture(phone, "phone-request")
    phone.locator("#decide [name=amount]").fill("180")
    expect(phone.locator("[data-shown-amount]")).to_contain_text("180.00")
    phone.locator("#decide [name=amount]").fill("200")
    phone.locator("#decide [data-decides=approve]").click()
    expect(request.locator(".request-title .req-approved")).to_be_visible()
    picture(phone, "phone-approved")

    expect(strip.locator("[data-use-grant]")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("已批准")
    strip.locator("[data-use-grant]").click()
    words = page.locator("#words")
    expect(words).to_have_value(REPLY)
    picture(page, "strip-granted")
    words.press("Control+Enter")
    expect(page.locator("#thread .said-agent").last).to_contain_text("200元优惠券")
    held = HeldReply.objects.get()  # the moment in which the agent could take it back is over
    assert release(held.pk, now=held.due_at) is not None
    expect(strip.locator("[data-use-grant]")).to_have_count(0)
    expect(strip.locator(".asked-approved")).to_contain_text("已发送")

    done = ApprovalRequest.objects.get()
    assert done.used_at is not None
    entries = of_conversation(limits.pk)
    approved = next(entry for entry in entries if entry.state == "approved")
    assert (approved.amount, approved.key) == (Decimal(200), f"approval-{done.pk}")
    assert unbalanced(limits.shop_id) == []


FAULT = "周女士,让您久等了。这次是我们的过错,非常抱歉🙏,我现在就去催快递。"


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_words_that_admit_fault_are_approved_and_sent(
    desks: Desks, limits: Conversation, language: str
) -> None:
    for mailbox in ("agent", "lead"):
        person = Agent.objects.get(email=f"{mailbox}@porcelain.test")
        set_language(person, "en" if language == "en-US" else "zh-hans")
    agent = desks(language=language)
    page = agent.sign_in("agent")
    agent.open(f"/conversations/{limits.pk}/")
    words = page.locator("#words")
    words.fill(FAULT)
    page.locator("#check .finding-needs_approval .btn-gold").click()
    dialog = page.locator("#ask-dialog")
    expect(dialog.locator("[name=reply]")).to_have_value(FAULT)
    expect(dialog.locator("[name=reason]")).to_be_focused()
    page.keyboard.type("仓库确认过,是我们漏了揽收")
    picture(page, f"words-ask-{language}")
    page.locator("#ask-form .btn-primary").click()
    strip = page.locator("#approvals-strip")
    expect(strip.locator(".asked-pending")).to_contain_text("周女士,让您久等了")
    expect(words).to_have_value(FAULT)

    lead = desks(width=375, height=740, language=language, bypass_csp=True)
    phone = lead.sign_in("lead")
    lead.open("/approvals/")
    phone.locator(".req .row-link").click()
    request = phone.locator("#approval .request")
    expect(request.locator(".wording")).to_have_text(FAULT)
    expect(request.locator(".wording mark")).to_contain_text("我们的过错")
    expect(phone.locator("#decide [name=amount]")).to_have_count(0)
    picture(phone, f"words-phone-{language}")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375
    assert complaints(phone, "words") == []
    phone.locator("#decide [data-decides=approve]").click()
    expect(request.locator(".request-title .req-approved")).to_be_visible()

    expect(page.locator("#check .finding-ok")).to_contain_text("过错")
    expect(page.locator("#check .finding-needs_approval")).to_have_count(0)
    strip.locator("[data-use-grant]").click()
    expect(words).to_have_value(FAULT)
    words.press("Control+Enter")
    expect(page.locator("#thread .said-agent").last).to_contain_text("我们的过错")
    held = HeldReply.objects.get()
    assert release(held.pk, now=held.due_at) is not None
    expect(strip.locator("[data-use-grant]")).to_have_count(0)
    picture(page, f"words-sent-{language}")
    assert ApprovalRequest.objects.get().used_at is not None
    words.fill(FAULT)
    expect(page.locator("#check .finding-needs_approval")).to_be_visible()


def test_a_wish_that_does_not_pass_stays_in_the_dialog(desks: Desks, limits: Conversation) -> None:
    desk = desks(language="en-US")
    page = desk.sign_in("agent")
    desk.open(f"/conversations/{limits.pk}/")
    ask(page, amount="0")
    page.locator("#ask-form .btn-primary").click()
    expect(page.locator("#ask-dialog [role=alert]")).to_be_visible()
    expect(page.locator("#ask-form [name=reply]")).to_have_value(REPLY)
    page.locator("#ask-form [name=amount]").fill("60")
    page.locator("#ask-form .btn-primary").click()
    expect(page.locator("#approvals-strip .asked-pending")).to_be_visible()
    desk.troubles[:] = [t for t in desk.troubles if "422" not in t]  # what the test provoked


def test_a_lead_decides_by_keyboard_and_a_pending_request_keeps_it_open(
    desks: Desks, limits: Conversation
) -> None:
    agent = desks()
    page = agent.sign_in("agent")
    agent.open(f"/conversations/{limits.pk}/")
    page.keyboard.press("b")
    expect(page.locator("#ask-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    ask(page, amount="90")
    page.locator("#ask-form .btn-primary").click()
    expect(page.locator("#approvals-strip .asked-pending")).to_be_visible()

    lead = desks()
    desk = lead.sign_in("lead")
    lead.open("/approvals/")
    desk.locator(".req .row-link").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#approval .request")).to_be_visible()
    picture(desk, "wide-request")
    desk.keyboard.press("x")
    expect(desk.locator("#decide-words")).to_be_focused()
    desk.keyboard.type("没有照片,先请客户补一张")
    desk.locator("[data-decides=refuse]").press("Enter")
    expect(desk.locator("#approval .request-title .req-refused")).to_be_visible()
    expect(page.locator("#approvals-strip .asked-refused")).to_contain_text("先请客户补一张")
    picture(page, "strip-refused")


@pytest.mark.parametrize(
    ("language", "dark", "width"), [("zh-hans", False, 375), ("en", True, 1440), ("en", False, 360)]
)
def test_the_pages_are_clean_under_axe(
    desks: Desks, limits: Conversation, language: str, dark: bool, width: int
) -> None:
    people = {m: Agent.objects.get(email=f"{m}@porcelain.test") for m in ("agent", "lead", "admin")}
    for person in people.values():
        set_language(person, language)
    injured = "c-1002"  # where the rules allow no exception
    open_ones = Conversation.objects.filter(shop=limits.shop, status="open").order_by("pk")
    others = open_ones.exclude(pk=limits.pk).exclude(external_id=injured)
    for number, conversation in enumerate([limits, *others[:3]]):
        wish = Asking("coupon", Decimal(60 + 90 * number), "CNY", "客户等了三天", evidence="照片")
        request, _ = actions.ask(conversation, wish, requester=people["agent"], key=f"k{number}")
        if number == 3:
            actions.refuse(request.pk, people["lead"], words="没有凭证")
    desk = desks(
        width=width, height=800, dark=dark, language="en-US" if language == "en" else "zh-CN", bypass_csp=True
    )
    page = desk.sign_in("admin")
    waiting = ApprovalRequest.objects.filter(state="pending").latest("pk")
    found = []
    for name, path in (
        ("list", "/approvals/?view=open"),
        ("history", "/approvals/?view=history"),
        ("request", f"/approvals/{waiting.pk}/"),
        ("covers", "/approvals/covers/"),
        ("steps", "/approvals/steps/"),
        ("ask", f"/approvals/ask/{limits.pk}/"),
    ):
        desk.open(path)
        if name == "request":
            page.wait_for_selector("#context .order")
        picture(page, f"{name}-{language}-{width}")
        found += complaints(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert found == []
