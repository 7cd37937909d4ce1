"""The inbox's verbs on a real database."""

from __future__ import annotations

import pytest

from goldseam.conversations import actions, queries
from goldseam.conversations.models import Conversation, Status
from goldseam.people.models import Agent, Membership, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    shop = Shop.objects.create(slug="s", name="小店")
    return actions.open_conversation(shop, "c-1", actor="test")


def test_the_same_key_is_the_same_message(conversation: Conversation) -> None:
    first, new = actions.receive_message(conversation, "快递停了三天了", key="m-1")
    again, repeated = actions.receive_message(conversation, "快递停了三天了", key="m-1")
    assert (new, repeated) == (True, False)
    assert first.pk == again.pk


@pytest.mark.parametrize(
    ("words", "found"),
    [("快递", True), ("停了三天", True), ("三天停了", False), ("c", True), ("1", True), ("退货", False)],
)
def test_search_finds_chinese_words(conversation: Conversation, words: str, found: bool) -> None:
    actions.receive_message(conversation, "快递停了三天了, order 313021098954 c-1")
    hits = Conversation.objects.filter(queries.search_filter(words))
    assert hits.exists() == found


def test_a_message_reopens(conversation: Conversation) -> None:
    actions.close(conversation, actor="test")
    actions.receive_message(conversation, "还是不行")
    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert conversation.closed_at is None


@pytest.mark.parametrize(
    ("channel", "text", "sent"),
    [
        ("email", "我在,马上看。", "我在,马上看。\n\n小何\n青瓷生活馆"),
        ("email", "我在,马上看。\n\n小何\n青瓷生活馆\n", "我在,马上看。\n\n小何\n青瓷生活馆"),
        ("webchat", "我在,马上看。", "我在,马上看。"),
    ],
)
def test_letters_end_with_the_writers_signature(
    conversation: Conversation, channel: str, text: str, sent: str
) -> None:
    agent = Agent.objects.create(email="a@s.test", name="小何", signature="小何\n青瓷生活馆\n")
    Membership.objects.create(shop_id=conversation.shop_id, agent=agent)
    Conversation.objects.filter(pk=conversation.pk).update(channel=channel)
    assert actions.send_reply(conversation, agent, text).text.strip() == sent
    assert actions.send_reply(conversation, None, "机器人的话").text == "机器人的话"
