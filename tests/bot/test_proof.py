"""A visitor of the chat is asked who they are, proves it, and the bot goes on where it was."""

from __future__ import annotations

import pytest

from goldseam.channels.webchat.models import Door
from goldseam.conversations.models import Conversation, Message
from goldseam.people.models import Shop
from tests.bot.world import build_world
from tests.channels.webchat import PAGE, Browser

pytestmark = pytest.mark.django_db
NUMBER, TAIL = "880000010001", "8000"


@pytest.fixture
def browser() -> Browser:
    shop: Shop = build_world()
    door = Door.objects.create(shop=shop, key="key", active=True, origins=[PAGE])
    return Browser(door, language="zh-CN").come_in(language="zh-CN")


def answers() -> list[Message]:
    return list(Message.objects.filter(role="bot", is_note=False).order_by("id"))


def test_the_question_is_answered_once_the_order_is_proven(browser: Browser) -> None:
    browser.say("我的快递到哪了")
    assert [reply.details.get("ask") for reply in answers()] == ["verify"]
    assert NUMBER not in answers()[0].text
    wrong = browser.post("identify", {"number": NUMBER, "phone_tail": "0000"})
    assert wrong.status_code == 404
    assert len(answers()) == 1, "a wrong try is no proof"
    assert browser.post("identify", {"number": NUMBER, "phone_tail": TAIL}).json()["verified"]
    asked, answered = answers()
    assert "广州中转场" in answered.text
    told = Message.objects.filter(role="customer").last()
    assert told is not None
    assert NUMBER in told.text
    again = browser.post("identify", {"number": NUMBER, "phone_tail": TAIL})
    assert again.status_code == 200
    assert len(answers()) == 2, "the same proof again says nothing new"
    assert asked.conversation == answered.conversation == Conversation.objects.get()


def test_a_proof_before_anything_was_said_says_nothing(browser: Browser) -> None:
    assert browser.post("identify", {"number": NUMBER, "phone_tail": TAIL}).json()["verified"]
    assert not Message.objects.exists()
    browser.say("我的快递到哪了")
    assert "广州中转场" in answers()[0].text
