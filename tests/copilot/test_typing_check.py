"""The check while typing, through its door: what it says, what it costs, what it never does."""

from __future__ import annotations

import html
import json
import re
import time
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.approvals.actions import approve
from goldseam.approvals.actions import ask as ask_for
from goldseam.approvals.asking import Asking
from goldseam.approvals.models import ApprovalRequest
from goldseam.commerce.models import Order, Refund
from goldseam.conversations.actions import receive_message
from goldseam.conversations.models import Conversation, Message
from goldseam.copilot.facts import forget_remedy_records
from goldseam.copilot.models import CheckedReply
from goldseam.copilot.prepared import prepared
from goldseam.copilot.queries import latest_decision
from goldseam.engine.parse import parse_conversation
from goldseam.people.models import Agent, Membership, Shop
from tests.journeys.shop import build_shop

TEXT = "抱歉🙏让您久等,给您补偿200元,2小时内给您回电。这是您自己填错了地址。"


@pytest.fixture
def shop(db: None) -> Shop:
    return build_shop()


@pytest.fixture
def talk(shop: Shop) -> Conversation:
    return Conversation.objects.select_related("shop").get(external_id="c-1001")


def sign_in(client: Client, who: str, language: str = "zh-hans") -> None:
    agent = Agent.objects.get(email=f"{who}@porcelain.test")
    agent.language = language
    agent.save()
    client.force_login(agent)


def check(client: Client, talk: Conversation, text: str, **more: str) -> str:
    answer = client.post(reverse("copilot:check", args=[talk.pk]), {"text": text, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def marks(shown: str) -> list[dict[str, Any]]:
    found = re.search(r'data-marks="([^"]*)"', shown)
    assert found
    return list(json.loads(html.unescape(found.group(1))))


def test_each_finding_has_its_words_its_rule_and_a_way_out(client: Client, talk: Conversation) -> None:
    sign_in(client, "agent")
    shown = check(client, talk, TEXT)
    for words in ("给您补偿200元", "需要审批", "提交审批", "您自己填", "指责", "到期"):
        assert words in shown
    assert "approvals/ask" in shown
    assert "override_reason" not in shown
    placed = {TEXT[mark["start"] : mark["end"]]: mark["sort"] for mark in marks(shown)}
    assert placed["给您补偿200元"] == "needs_approval"
    assert placed["2小时内给您回电"] == "ok"
    assert "tone" in placed.values()
    assert not Message.objects.filter(text=TEXT).exists()
    assert not CheckedReply.objects.filter(text=TEXT).exists()


def test_a_lead_may_write_a_reason_where_something_is_not_allowed(client: Client, talk: Conversation) -> None:
    sign_in(client, "lead")
    assert "override_reason" in check(client, talk, TEXT)
    assert "override_reason" not in check(client, talk, "我在核实。")


def test_it_speaks_the_readers_language(client: Client, talk: Conversation) -> None:
    sign_in(client, "agent", "en")
    shown = check(client, talk, TEXT)
    assert "Needs approval" in shown
    assert "Submit for approval" in shown


def test_a_higher_limit_is_seen_at_once(client: Client, talk: Conversation) -> None:
    sign_in(client, "agent")
    assert "finding-ok" in check(client, talk, "给您补偿30元。")
    Membership.objects.filter(agent__email="agent@porcelain.test").update(limit=20)
    assert "finding-needs_approval" in check(client, talk, "给您补偿30元。")


def test_a_chosen_solution_is_checked_as_well(client: Client, talk: Conversation) -> None:
    sign_in(client, "agent")
    assert "选用的方案" in check(client, talk, "好的。", remedy="replace")
    assert "选用的方案" not in check(client, talk, "好的。", remedy="expedite")


def test_customer_words_are_shown_as_words(client: Client, talk: Conversation) -> None:
    sign_in(client, "agent")
    shown = check(client, talk, '给您补偿200元<img src=x onerror=alert(1)>"')
    assert "<img" not in shown


def test_what_is_constant_is_read_once_and_anew_after_news(talk: Conversation) -> None:
    case, _ = prepared(talk)
    assert prepared(talk)[0] is case
    receive_message(talk, "还在吗", key="news")
    fresh = Conversation.objects.select_related("shop").get(pk=talk.pk)
    assert prepared(fresh)[0] is not case


def test_a_stroke_costs_few_queries(
    client: Client, talk: Conversation, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, "agent")
    check(client, talk, TEXT)
    with django_assert_max_num_queries(4):  # session, person, memberships, conversation
        check(client, talk, TEXT + "好")


def test_what_was_approved_is_seen_within_seconds(
    client: Client, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "agent")
    assert "finding-needs_approval" in check(client, talk, "给您补偿200元优惠券。")
    assert ask(client, talk, "coupon", "200")[0] == 302
    approve(ApprovalRequest.objects.get().pk, Agent.objects.get(email="admin@porcelain.test"))
    now = time.monotonic()
    monkeypatch.setattr("goldseam.copilot.prepared.time.monotonic", lambda: now + 3.1)
    assert "finding-ok" in check(client, talk, "给您补偿200元优惠券。")


def test_strangers_and_long_texts_are_refused(client: Client, talk: Conversation) -> None:
    sign_in(client, "agent")
    address = reverse("copilot:check", args=[talk.pk])
    assert client.post(address, {"text": "啊" * 20_001}).status_code == 400
    other = Shop.objects.create(slug="elsewhere", name="Elsewhere")
    stranger = Agent.objects.create_user("boss@elsewhere.test", "x" * 20, "Boss")
    Membership.objects.create(shop=other, agent=stranger, role="admin")
    client.force_login(stranger)
    assert client.post(address, {"text": "好"}).status_code == 404


def ask(client: Client, talk: Conversation, remedy: str, amount: str) -> tuple[int, str]:
    """What the approval's own form says."""
    form = {"remedy": remedy, "amount": amount, "currency": "CNY", "reason": "想安抚客户", "key": "k-1"}
    answer = client.post(reverse("approvals:ask", args=[talk.pk]), form)
    return answer.status_code, answer.content.decode()


def test_what_a_rule_forbids_is_not_to_be_had_by_asking_either(client: Client, talk: Conversation) -> None:
    sign_in(client, "agent")
    receive_message(talk, "杯子炸了,我的手割伤流血了,你们补偿我", key="hurt")
    rule = "有人受伤时先就医和上报,不谈小额补偿"
    shown = check(client, talk, "给您补偿200元优惠券。")
    assert "finding-not_allowed" in shown
    assert rule in shown
    assert "approvals/ask" not in shown
    status, page = ask(client, talk, "coupon", "200")
    assert status == 403
    assert rule in page
    assert not ApprovalRequest.objects.exists()


def test_an_exception_is_asked_for_where_the_rule_allows_one(client: Client, talk: Conversation) -> None:
    order = Order.objects.filter(customer=talk.customer).latest("id")
    for number in range(13):
        Refund.objects.create(
            order=order, external_id=f"r-{number}", amount=9, status="paid", requested_at=timezone.now()
        )
    receive_message(talk, "到底怎么办", key="news")
    sign_in(client, "agent")
    shown = check(client, talk, "给您补偿20元优惠券。")
    assert "finding-needs_approval" in shown
    assert "只能申请破例" in shown
    assert "remedy=coupon" in shown
    assert ask(client, talk, "coupon", "20")[0] == 302
    request = ApprovalRequest.objects.get()
    assert (request.verdict, request.policy) == ("forbidden", "many-refunds-no-gesture")
    sign_in(client, "lead")
    page = client.get(reverse("approvals:request", args=[request.pk])).content.decode()
    assert "一年内退款很多次" in page
    assert "可由此级及以上破例：主管" in page


def test_a_case_that_ended_without_an_issue_stops_no_message(talk: Conversation) -> None:
    """What the engine knew can be read again, whatever the shop's closed conversations lack."""
    ended = Conversation.objects.exclude(pk=talk.pk).filter(shop=talk.shop).first()
    assert ended is not None
    Conversation.objects.filter(pk=ended.pk).update(
        status="closed", issue="", remedy="coupon", outcome="satisfied"
    )
    forget_remedy_records(talk.shop_id)
    receive_message(talk, "还在吗", key="news")
    decision = latest_decision(talk.pk)
    assert decision is not None
    assert all(record.issue for record in parse_conversation(decision.facts).remedy_records)
    decision.facts["remedy_records"] = [{"issue": "", "remedy": "coupon", "tried": 1, "worked": 1}]
    assert parse_conversation(decision.facts).remedy_records[0].remedy == "coupon"


def test_words_that_need_approval_are_asked_for_and_then_allowed(client: Client, talk: Conversation) -> None:
    sign_in(client, "agent")
    text = "非常抱歉,这是我们的过错。"
    shown = check(client, talk, text)
    assert "finding-needs_approval" in shown
    assert html.escape(f"{reverse('approvals:ask', args=[talk.pk])}?remedy=wording") + '"' in shown
    agent, lead = (Agent.objects.get(email=f"{who}@porcelain.test") for who in ("agent", "lead"))
    asking = Asking("wording", Decimal(0), "CNY", "已核实", reply=text)
    approve(ask_for(talk, asking, requester=agent, key="w")[0].pk, lead)
    shown = check(client, talk, text, news="1")
    assert "finding-ok" in shown
    assert "finding-needs_approval" not in shown
    assert "finding-needs_approval" in check(client, talk, text + "都怪我们。", news="1")
