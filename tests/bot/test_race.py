"""From the moment a person writes the bot is silent: two real connections, whoever comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from goldseam.bot.models import Change, Turn
from goldseam.bot.requests import settle
from goldseam.bot.suggesting import take_over
from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation, Message
from goldseam.core.errors import Conflict
from goldseam.people.models import Agent
from tests.bot.world import build_world

pytestmark = pytest.mark.django_db(transaction=True)


def begun(text: str = "你好", who: str = "way") -> tuple[Conversation, Agent]:
    shop = build_world()
    conversation = inbox.open_conversation(
        shop, "race", customer=shop.customer_set.get(external_id=who), actor="test"
    )
    inbox.receive_message(conversation, text)
    return conversation, Agent.objects.get(email="agent@porcelain.test")


def beside(*works: Callable[[], Any]) -> list[Any]:
    """Run all at once on connections of their own; what they gave, or raised."""
    start, came = threading.Barrier(len(works)), [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        start.wait(10)
        try:
            came[number] = work()
        except Conflict as error:
            came[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came


def after_person(conversation: Conversation) -> list[str]:
    """Who spoke from the person's words on, the customer aside."""
    said = Message.objects.filter(conversation=conversation, is_note=False).order_by("id")
    roles = [message.role for message in said]
    first = roles.index("agent")
    return [role for role in roles[first + 1 :] if role != "customer"]


@pytest.mark.parametrize("number", range(3))
def test_a_person_and_the_customer_write_at_once(number: int) -> None:
    conversation, agent = begun()
    beside(
        lambda: inbox.send_reply(conversation, agent, "您好,我来跟进。"),
        lambda: inbox.receive_message(conversation, "我的快递到哪了"),
    )
    inbox.receive_message(conversation, "到底到哪了")
    assert after_person(conversation) == []


def test_a_person_who_holds_the_conversation_is_waited_for() -> None:
    conversation, agent = begun()
    held, wrote = threading.Event(), threading.Event()

    def person() -> None:
        with transaction.atomic():
            inbox.hold(conversation.pk)
            held.set()
            assert not wrote.wait(1.0), "the customer's message did not wait for the lock"
            inbox.send_reply(conversation, agent, "您好,我来跟进。")

    def customer() -> None:
        held.wait(10)
        inbox.receive_message(conversation, "我的快递到哪了")
        wrote.set()

    beside(person, customer)
    assert after_person(conversation) == []


def test_taking_over_and_a_message_at_once() -> None:
    conversation, agent = begun()
    beside(
        lambda: take_over(conversation, agent),
        lambda: inbox.receive_message(conversation, "我的快递到哪了"),
    )
    turns = Turn.objects.count()
    inbox.receive_message(conversation, "还在吗")
    assert Turn.objects.count() == turns


def test_the_same_yes_at_once_is_one_change() -> None:
    conversation, _agent = begun("取消订单", "paid")
    beside(*(lambda key=key: inbox.receive_message(conversation, "确认取消", key=key) for key in ("a", "b")))
    assert Change.objects.count() == 1


def test_a_yes_and_a_taking_over_at_once() -> None:
    conversation, agent = begun("取消订单", "paid")
    beside(
        lambda: inbox.receive_message(conversation, "确认取消"),
        lambda: inbox.send_reply(conversation, agent, "您好,我来为您看看。"),
    )
    assert after_person(conversation) == []
    assert Change.objects.count() <= 1


def test_two_answers_of_the_system_at_once() -> None:
    conversation, _agent = begun("取消订单", "paid")
    inbox.receive_message(conversation, "确认取消")
    change = Change.objects.get()
    came = beside(
        *(
            lambda state=state: settle(change.shop_id, change.pk, state, "", actor="test").state
            for state in ("done", "failed")
        )
    )
    assert sum(isinstance(answer, Conflict) for answer in came) == 1
    told = Message.objects.filter(external_id=f"change-{change.pk}")
    assert told.count() == 1
