"""Nothing leaves unjudged: every door passes the gate, and what is sent becomes promises."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.approvals.actions import approve, ask
from goldseam.approvals.asking import Asking
from goldseam.approvals.queries import grants_of
from goldseam.conversations import actions
from goldseam.conversations.models import Conversation, Message
from goldseam.copilot.gate import ReplyRefused
from goldseam.copilot.models import CheckedReply
from goldseam.copilot.queries import latest_decision
from goldseam.copilot.replay import replay_reply
from goldseam.core.errors import Conflict, NotAllowed
from goldseam.core.models import AuditEntry
from goldseam.ledger.models import Entry
from goldseam.people.models import Agent, Membership, Shop
from goldseam.promises.actions import withdraw
from goldseam.promises.models import Promise, State
from tests.journeys.shop import build_shop

OVER = "非常抱歉,给您补偿200元。"
WITHIN = "非常抱歉,给您补偿20元。"


@pytest.fixture
def shop(db: None) -> Shop:
    return build_shop()


@pytest.fixture
def agent(shop: Shop) -> Agent:
    return _person("agent", 50)


@pytest.fixture
def lead(shop: Shop) -> Agent:
    return _person("lead", 500)


def _person(role: str, limit: int) -> Agent:
    agent = Agent.objects.get(email=f"{role}@porcelain.test")
    Membership.objects.filter(agent=agent).update(limit=limit)
    return agent


def talk(key: str = "c-1001") -> Conversation:
    return Conversation.objects.select_related("shop").get(external_id=key)


def sent(conversation: Conversation) -> int:
    return Message.objects.filter(conversation=conversation, role__in=("agent", "bot")).count()


def test_what_is_over_the_writers_authority_is_refused_with_the_words_and_the_reason(agent: Agent) -> None:
    conversation = talk()
    before = sent(conversation)
    with pytest.raises(ReplyRefused) as refused:
        actions.send_reply(conversation, agent, OVER)
    assert "补偿200元" in refused.value.message
    assert refused.value.verdict == "needs_approval"
    assert sent(conversation) == before
    assert not CheckedReply.objects.filter(text=OVER).exists()


def test_what_is_within_goes_out_and_becomes_a_promise(agent: Agent) -> None:
    conversation = talk()
    message = actions.send_reply(conversation, agent, WITHIN)
    promise = Promise.objects.get(message=message)
    assert (promise.kind, promise.amount, promise.currency) == ("compensation", Decimal(20), "CNY")
    assert message.text[promise.start : promise.end] == promise.words
    assert (promise.agent, promise.named, promise.gift) == (agent, False, Decimal(20))
    assert promise.due_at > timezone.now()
    row = CheckedReply.objects.get(message=message)
    assert (row.verdict, row.author["role"], row.author["own"]) == ("ok", "agent", 50.0)


def test_a_checked_reply_can_be_judged_again(agent: Agent) -> None:
    message = actions.send_reply(talk(), agent, WITHIN + "2小时内给您回电。")
    row = CheckedReply.objects.select_related("conversation").get(message=message)
    again = replay_reply(row)
    assert (again.differs, again.same_engine) == ((), True)
    row.author["own"] = 5.0
    assert replay_reply(row).differs


def test_what_was_given_in_the_case_and_today_counts(agent: Agent) -> None:
    first, second = talk(), talk("c-1003")
    actions.send_reply(first, agent, "给您补偿40元。")
    actions.send_reply(first, agent, "那40元补偿今天给您。给您补偿40元。")  # said again: no second gift
    with pytest.raises(ReplyRefused, match="40"):
        actions.send_reply(first, agent, "再给您补偿15元。")
    Promise.objects.update(gift=Decimal(490))
    with pytest.raises(ReplyRefused):
        actions.send_reply(second, agent, "给您补偿15元。")
    Promise.objects.update(made_at=timezone.now() - timedelta(days=40))
    actions.send_reply(second, agent, "给您补偿15元。")


def test_a_claim_against_the_facts_is_refused(agent: Agent) -> None:
    conversation = talk()
    conversation.order.delivered_at = None  # type: ignore[union-attr]
    with pytest.raises(ReplyRefused, match=r"发货"):
        actions.send_reply(conversation, agent, "今天一定给您发货。")


def test_a_lead_may_send_it_in_spite_with_a_reason_that_stays(agent: Agent, lead: Agent) -> None:
    conversation = talk()
    text = "我们绝对保证不会再有任何问题。"
    with pytest.raises(ReplyRefused):
        actions.send_reply(conversation, lead, text)
    with pytest.raises(NotAllowed, match="lead"):
        actions.send_reply(conversation, agent, text, override_reason="客户要求")
    message = actions.send_reply(conversation, lead, text, override_reason="与客户电话确认过")
    assert message.override_reason == "与客户电话确认过"
    row = CheckedReply.objects.get(message=message)
    assert (row.verdict, row.override_reason) == ("needs_approval", "与客户电话确认过")
    entry = AuditEntry.objects.filter(verb="reply.sent").latest("id")
    assert entry.after == {"message": message.pk, "override": "与客户电话确认过"}


def test_what_is_sent_in_spite_counts_as_the_leads_own_gift(lead: Agent) -> None:
    message = actions.send_reply(talk(), lead, "给您补偿800元。", override_reason="重大失误")
    assert Promise.objects.get(message=message).gift == Decimal(800)


def test_the_bot_is_judged_as_the_bot(shop: Shop) -> None:
    conversation = talk()
    with pytest.raises(ReplyRefused):
        actions.send_reply(conversation, None, "给您补偿20元。")
    message = actions.send_reply(conversation, None, "给您补偿8元。")
    assert CheckedReply.objects.get(message=message).author["role"] == "bot"
    assert Promise.objects.get(message=message).agent is None


def approved(conversation: Conversation, agent: Agent, lead: Agent, remedy: str, amount: float) -> int:
    asking = Asking(remedy=remedy, amount=Decimal(str(amount)), currency="CNY", reason="老客户,等了很久")
    request, _ = ask(conversation, asking, requester=agent, key=f"{remedy}-{amount}")
    approve(request.pk, lead)
    if not grants_of(conversation.pk):  # the shop asks an admin for the last word on this
        approve(request.pk, Agent.objects.get(email="admin@porcelain.test"))
    return request.pk


def test_an_approval_carries_the_words_once(agent: Agent, lead: Agent) -> None:
    conversation = talk()
    request = approved(conversation, agent, lead, "coupon", 200)
    with pytest.raises(ReplyRefused):
        actions.send_reply(conversation, agent, "给您补偿201元。")
    assert [grant.request_id for grant in grants_of(conversation.pk)] == [request]
    message = actions.send_reply(conversation, agent, OVER)
    assert grants_of(conversation.pk) == []
    assert Promise.objects.get(message=message).gift == 0
    with pytest.raises(ReplyRefused):
        actions.send_reply(conversation, agent, "另外再给您补偿150元。")


def beyond_an_agent() -> tuple[Conversation, dict[str, Any]]:
    """A conversation with a remedy that the panel offers and only a lead may grant."""
    for conversation in Conversation.objects.select_related("shop").order_by("external_id"):
        decision = latest_decision(conversation.pk)
        for remedy in decision.assessment["remedies"] if decision else ():
            if remedy["needs_approval"] and remedy["amount"] and remedy["amount"] <= 500:
                return conversation, remedy
    raise AssertionError("no such conversation in the test shop")


def test_a_chosen_solution_without_words_is_judged_and_kept_too(agent: Agent, lead: Agent) -> None:
    conversation, remedy = beyond_an_agent()
    with pytest.raises(ReplyRefused):
        actions.send_reply(conversation, agent, "好的,已经为您处理。", remedy=remedy["code"])
    approved(conversation, agent, lead, remedy["code"], remedy["amount"])
    message = actions.send_reply(conversation, agent, "好的,马上为您处理。", remedy=remedy["code"])
    (promise,) = Promise.objects.filter(message=message)
    assert (promise.words, promise.state, float(promise.amount or 0)) == ("", State.OPEN, remedy["amount"])
    assert grants_of(conversation.pk) == []


def test_the_web_form_answers_a_refusal_in_words(client: Client, agent: Agent) -> None:
    client.force_login(agent)
    address = reverse("conversations:write", args=[talk().pk])
    form = {"text": OVER, "kind": "reply", "key": "k1", "hold": "1"}
    answer = client.post(address, form, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "补偿200元" in answer.content.decode()
    assert not Message.objects.filter(text=OVER).exists()


def test_a_locked_conversation_hears_no_bot(agent: Agent) -> None:
    conversation = talk()
    actions.set_lock(conversation.pk, timezone.now())
    with pytest.raises(Conflict) as refused:
        actions.send_reply(conversation, None, "您好,我在。")
    assert refused.value.code == "locked_by_crisis"
    actions.send_reply(conversation, agent, "我在,您现在安全吗?")


@pytest.mark.django_db(transaction=True)
def test_two_replies_at_once_do_not_spend_the_same_day_twice() -> None:
    build_shop()
    agent = _person("agent", 50)
    keys = ("c-1001", "c-1003")
    Promise.objects.all().delete()
    first = actions.send_reply(talk("c-1004"), agent, "给您补偿10元。")
    Promise.objects.filter(message=first).update(gift=Decimal(485))  # 15 of the day's 500 are left
    outcomes: list[Any] = []
    start = threading.Barrier(2)

    def send(key: str) -> None:
        start.wait(10)
        try:
            actions.send_reply(talk(key), agent, "给您补偿10元。")
            outcomes.append("sent")
        except ReplyRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["refused", "sent"]


def test_the_ledger_knows_what_was_promised_in_the_same_transaction(agent: Agent, lead: Agent) -> None:
    conversation = talk()
    message = actions.send_reply(conversation, agent, WITHIN)
    promise = Promise.objects.get(message=message)
    entry = Entry.objects.get(key=f"promise-{promise.pk}")
    assert (entry.state, entry.amount, entry.agent, entry.granter_id) == (
        "promised",
        Decimal(20),
        agent,
        agent.pk,
    )
    withdraw(promise, agent, "客户不要了")
    assert Entry.objects.filter(reverses=entry).exists()
    approved(conversation, agent, lead, "coupon", 200)
    message = actions.send_reply(conversation, agent, OVER)
    assert not Entry.objects.filter(key=f"promise-{Promise.objects.get(message=message).pk}").exists()
    carried = Entry.objects.get(key__startswith="grant-")
    assert (carried.remedy, carried.granted) == ("coupon", 0), "who approved it has given it"
