"""What another desk sent is read when it comes in: its promises are kept, what speaks against it is shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from goldseam.approvals.queries import grants_of
from goldseam.channels.webhook.models import Delivery, Endpoint
from goldseam.conversations.actions import take_in
from goldseam.conversations.models import Conversation, Message
from goldseam.copilot.models import CheckedReply
from goldseam.copilot.replay import replay_reply
from goldseam.core.models import AuditEntry
from goldseam.ledger.models import Entry
from goldseam.people.models import Shop
from goldseam.promises.actions import withdraw
from goldseam.promises.models import Promise
from tests.copilot.test_gate import _person, approved

OVER = "非常抱歉,给您补偿200元。"


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


def talk() -> Conversation:
    return Conversation.objects.select_related("shop", "customer").get(external_id="c-1001")


def written(shop: Shop, text: str, role: str = "agent", key: str = "x-1") -> Message:
    conversation = talk()
    message, _ = take_in(
        shop,
        conversation.external_id,
        role,
        text,
        customer=conversation.customer,
        channel="chat",
        key=key,
        at=None,
        actor="token-1",
    )
    return message


def test_its_promises_are_kept_and_its_money_is_owed(shop: Shop) -> None:
    message = written(shop, OVER)
    promise = Promise.objects.get(message=message)
    assert (promise.kind, promise.amount, promise.agent) == ("compensation", Decimal(200), None)
    entry = Entry.objects.get(key=f"promise-{promise.pk}")
    assert (entry.state, entry.amount, entry.granter) == ("promised", Decimal(200), None)
    written(shop, OVER)  # the same message again
    assert CheckedReply.objects.filter(message=message).count() == 1
    assert Promise.objects.filter(message=message).count() == 1


def test_what_speaks_against_it_is_shown_and_audited(shop: Shop, client: Client) -> None:
    agent = _person("agent", 50)
    message = written(shop, OVER)
    row = CheckedReply.objects.get(message=message)
    assert (row.taken_in, row.verdict, row.author["role"]) == (True, "needs_approval", "agent")
    assert AuditEntry.objects.get(verb="reply.doubtful").subject == f"message-{message.pk}"
    assert not replay_reply(row).differs
    client.force_login(agent)
    panel = client.get(reverse("copilot:panel", args=[talk().pk])).content.decode()
    assert "补偿200元" in panel
    assert f"#message-{message.pk}" in panel


@pytest.mark.parametrize(("role", "text"), [("agent", "您好,我看一下。"), ("system", OVER)])
def test_what_promises_nothing_is_quiet(shop: Shop, role: str, text: str) -> None:
    message = written(shop, text, role)
    assert not Promise.objects.filter(message=message).exists()
    assert not AuditEntry.objects.filter(verb="reply.doubtful").exists()


def test_a_foreign_bot_is_judged_as_a_bot(shop: Shop) -> None:
    message = written(shop, "给您补偿20元。", "bot")
    assert CheckedReply.objects.get(message=message).author["role"] == "bot"


def test_it_uses_up_what_was_approved(shop: Shop) -> None:
    agent, lead = _person("agent", 50), _person("lead", 500)
    request = approved(talk(), agent, lead, "coupon", 200)
    message = written(shop, OVER)
    assert CheckedReply.objects.get(message=message).verdict == "ok"
    assert grants_of(talk().pk) == []
    assert Entry.objects.get(key=f"grant-{request}").amount == 200
    promise = Promise.objects.get(message=message)
    withdraw(promise, agent, "客户改要换货")  # and what was approved for it is free again
    total = sum(
        line.amount for entry in Entry.objects.all() for line in entry.lines.filter(account="goodwill")
    )
    assert total == 0


def test_promises_are_told_to_programs(shop: Shop) -> None:
    names = ["promise.made", "promise.kept", "promise.withdrawn"]
    Endpoint.objects.create(shop=shop, url="https://shop.example/hook", secret="s", events=names)
    message = written(shop, OVER)
    promise = Promise.objects.get(message=message)
    withdraw(promise, _person("agent", 50), "谈妥了换货")
    told = list(Delivery.objects.order_by("created_at").values_list("event", "payload__promise__state"))
    assert told == [("promise.made", "open"), ("promise.withdrawn", "withdrawn")]
    payload = Delivery.objects.filter(event="promise.made").get().payload
    assert (payload["promise"]["id"], payload["promise"]["amount"]) == (promise.pk, "200.00")
