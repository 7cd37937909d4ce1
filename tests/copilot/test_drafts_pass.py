"""What the product proposes is never held back by its own gate; a guess advises, it holds nothing back."""

from __future__ import annotations

import pytest
from django.db import transaction

from goldseam.conversations.actions import send_reply
from goldseam.conversations.models import Conversation
from goldseam.copilot.actions import assess
from goldseam.copilot.gate import ReplyRefused
from goldseam.copilot.models import CheckedReply
from goldseam.copilot.queries import draft_with, latest_decision
from goldseam.people.models import Agent, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(porcelain: Shop) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


def test_every_draft_and_every_remedy_that_needs_no_approval_may_be_sent(agent: Agent):
    refused, tried = [], 0
    for conversation in Conversation.objects.all():
        assess(conversation)
        said = latest_decision(conversation.pk).assessment
        offers = {
            r["code"]: draft_with(conversation, r["code"])
            for r in said["remedies"]
            if not r["needs_approval"]
        }
        for remedy, text in {"": said["draft"]["text"], **offers}.items():
            tried += 1
            try:
                with transaction.atomic():
                    send_reply(conversation, agent, text, key=f"k-{remedy}", remedy=remedy)
                    transaction.set_rollback(True)
            except ReplyRefused as error:
                refused.append((conversation.external_id, remedy, text, str(error)))
    assert tried > 20
    assert refused == []


@pytest.mark.parametrize(
    "text",
    [
        "我去查一下物流记录,查到马上告诉您。",
        "您的话我会转给同事们。",
        "原本承诺11月22日送到,现在已经过了这个时间,真的抱歉。",
        "我先向快递核实,麻烦您稍等。",
        "I am checking the tracking now. It was promised for last Friday, I know.",
    ],
)
def test_harmless_words_leave(agent: Agent, text: str):
    conversation = Conversation.objects.get(external_id="c-1001")
    assess(conversation)
    send_reply(conversation, agent, text, key="k")
    assert CheckedReply.objects.filter(conversation=conversation).latest("pk").message.text == text


@pytest.mark.parametrize("text", ["再补偿您800元红包", "再补偿您五百块红包"])
def test_sums_over_the_limit_are_held_back_however_they_are_said(agent: Agent, text: str):
    conversation = Conversation.objects.get(external_id="c-1001")
    assess(conversation)
    with pytest.raises(ReplyRefused):
        send_reply(conversation, agent, text, key="k")
