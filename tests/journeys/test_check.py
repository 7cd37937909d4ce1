"""What somebody notices of the check: words marked while typing, a refusal with its ways out, a promise with
its countdown, a danger that locks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from goldseam.conversations import actions
from goldseam.conversations.models import Conversation, Message
from goldseam.copilot.models import Crisis
from goldseam.people.models import Agent, Membership, Shop
from goldseam.promises.jobs import watch_promises
from goldseam.promises.models import Promise
from tests.journeys.conftest import Desk, Desks

pytestmark = pytest.mark.django_db(transaction=True)

OVER = "抱歉让您久等了🙏,给您补偿200元,2小时内给您回电话。"


def open_talk(desk: Desk, who: str = "agent", key: str = "c-1001") -> Page:
    page = desk.sign_in(who)
    number = Conversation.objects.get(external_id=key).pk
    desk.open(f"/conversations/{number}/")
    page.wait_for_selector("#copilot .what")
    return page


def marks(page: Page) -> list[str]:
    return page.locator(".check-layer mark").all_text_contents()


def test_words_are_checked_while_typing(desks: Desks, shop: Shop) -> None:
    page = open_talk(desks())
    words = page.locator("#words")
    words.press_sequentially(OVER[:12], delay=5)
    words.press_sequentially(OVER[12:], delay=5)
    row = page.locator("#check .finding-needs_approval")
    expect(row).to_contain_text("给您补偿200元")
    expect(row).to_contain_text("需要审批")
    expect(page.locator("#check .finding-ok")).to_contain_text("回电")
    # places are right although an emoji takes two units
    assert any(text.startswith("给您补偿200元") for text in marks(page))
    assert Message.objects.filter(text__contains="补偿200元").count() == 0

    row.locator("[data-jump]").click()
    chosen = words.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert "补偿200元" in chosen
    say = row.locator("[data-replace]")
    instead = say.get_attribute("data-with") or "-"
    say.click()
    expect(words).to_have_value(OVER.replace(chosen, instead))
    expect(page.locator("#check .finding-needs_approval")).to_have_count(0)
    words.press("Control+z")
    expect(words).to_have_value(OVER)


def test_an_input_method_is_left_alone(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = open_talk(desk)
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/copilot/check/" in request.url else None
    )
    page.locator("#words").focus()
    client = desk.context.new_cdp_session(page)
    for letters in ("b", "bu", "bu c", "bu chang"):
        client.send(
            "Input.imeSetComposition",
            {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)},
        )
        page.wait_for_timeout(180)
    assert asked == []
    client.send("Input.insertText", {"text": "给您补偿200元"})
    expect(page.locator("#check .finding-needs_approval")).to_contain_text("补偿200元")
    assert len(asked) == 1
    expect(page.locator("#words")).to_have_value("给您补偿200元")


def test_tone_is_advice_that_can_be_put_away(desks: Desks, shop: Shop) -> None:
    page = open_talk(desks())
    words = page.locator("#words")
    words.fill("这是您自己填错了地址,跟我们没有关系。")
    blame = page.locator("#check [data-tone^=blame]")
    expect(blame).to_contain_text("您自己")
    assert any("您自己" in text for text in marks(page))
    blame.locator("[data-tone-away]").click()
    expect(blame).to_have_count(0)
    words.press_sequentially("请您理解。", delay=5)
    page.wait_for_timeout(400)
    expect(blame).to_have_count(0)
    words.press("Control+Enter")
    expect(page.locator("#thread .said-agent").last).to_contain_text("填错了地址")


def test_a_refusal_names_the_words_and_offers_the_ways_out(desks: Desks, shop: Shop) -> None:
    desk = desks()
    page = open_talk(desk)
    page.locator("#words").fill(OVER)
    page.locator("#words").press("Control+Enter")
    expect(page.locator("#check .check-refused")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("补偿200元")
    expect(page.locator("#words")).to_have_value(OVER)
    assert not Message.objects.filter(text=OVER).exists()
    page.locator("#check .finding-needs_approval .btn-gold").click()
    dialog = page.locator("#ask-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[name=amount]")).to_have_value("200.00")
    assert dialog.locator("[name=remedy]").input_value()
    desk.troubles[:] = [told for told in desk.troubles if "403" not in told]  # the refusal itself


def test_a_lead_sends_it_in_spite_with_a_reason(desks: Desks, shop: Shop) -> None:
    page = open_talk(desks(), "lead")
    text = "我们绝对保证不会再有任何问题。"
    page.locator("#words").fill(text)
    reason = page.locator("#override-reason")
    expect(reason).to_be_visible()
    page.locator("[data-override]").click()
    expect(reason).to_be_focused()
    reason.fill("已与客户电话确认")
    reason.press("Enter")
    expect(page.locator("#words")).to_have_value("")
    page.locator("[data-release], #thread").first.wait_for()
    message = _sent(text)
    assert message.override_reason == "已与客户电话确认"
    expect(page.locator(f"#message-{message.pk}")).to_contain_text("已与客户电话确认")


def _sent(text: str) -> Message:
    """The message once it has gone out: a held reply is let go at once."""
    from goldseam.conversations.models import HeldReply

    for held in HeldReply.objects.filter(text=text):
        actions.release(held.pk, now=held.due_at)
    return Message.objects.get(text=text)


def test_a_promise_counts_down_reminds_and_is_kept(desks: Desks, shop: Shop) -> None:
    agent = Agent.objects.get(email="agent@porcelain.test")
    Membership.objects.filter(agent=agent).update(limit=Decimal(50))
    talk = Conversation.objects.get(external_id="c-1001")
    page = open_talk(desks())
    actions.send_reply(talk, agent, "我去核实,2小时内给您回电话。")
    card = page.locator("#promises .promise")
    expect(card).to_contain_text("2小时内给您回电")
    expect(card.locator("[data-until]")).to_contain_text("1 小时")
    Promise.objects.update(due_at=timezone.now() + timedelta(minutes=6))
    watch_promises(0)
    bar = page.locator("#due .alarm")
    expect(bar).to_contain_text("回电")
    bar.locator("button").click()
    expect(page.locator("#due .alarm")).to_have_count(0)
    expect(card).to_contain_text("已兑现")
    assert Promise.objects.get(kind="call_back").settled_by == agent


def test_a_danger_locks_and_calls_a_lead_who_releases_it(desks: Desks, shop: Shop) -> None:
    lead = desks()
    lead.sign_in("lead")
    page = open_talk(desks(), key="c-1003")
    talk = Conversation.objects.get(external_id="c-1003")
    actions.receive_message(talk, "我活不下去了,真的不想活了", key="crisis")
    expect(page.locator("#copilot .protocol h2")).to_contain_text("伤害自己")
    call = lead.page.locator("#calls [data-call]", has_text="陈思远")
    expect(call).to_contain_text("活不下去")
    if not call.is_visible():
        lead.page.click("#calls summary")
    step = page.locator("#copilot #step-answer")
    step.click()
    expect(page.locator("#copilot #step-answer")).to_have_attribute("aria-checked", "true")
    call.locator("button").click()
    expect(call).to_have_count(0)
    expect(page.locator("#copilot .protocol-lead")).to_contain_text("顾远山")
    expect(page.locator("#copilot .protocol-release")).to_have_count(0)
    lead.open(f"/conversations/{talk.pk}/")
    lead.page.fill("#release-reason", "家人已陪同,并已转介热线")
    lead.page.press("#release-reason", "Enter")
    expect(lead.page.locator("#copilot .protocol-over")).to_contain_text("家人已陪同")
    crisis = Crisis.objects.get(conversation=talk)
    assert set(crisis.steps) == {"answer"}
    talk.refresh_from_db()
    assert talk.locked_at is None
