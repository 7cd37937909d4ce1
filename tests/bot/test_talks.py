"""Scripted conversations through the JSON door: every reply against its script, and what must never
happen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from goldseam.bot.models import Change, Talk, Turn
from goldseam.bot.requests import give_up_late
from goldseam.channels.webhook.models import Endpoint
from goldseam.commerce.models import Order
from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation, Message, Presence
from goldseam.people.actions import SCOPES, issue_token
from goldseam.people.models import Agent, Shop
from goldseam.promises.models import Promise
from tests.bot.script import Script, Step, read_scripts
from tests.bot.world import SECRETS, build_world

SCRIPTS = read_scripts()
KEY = "talk-1"
GIFTS = ("补偿", "赔偿", "红包", "优惠券", "compensat", "voucher", "coupon")


@dataclass
class Door:
    """The shop's program, which brings messages in and carries out changes."""

    secret: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}"}
        answer = Client().generic(
            method,
            f"/api/v1{path}",
            data=json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=headers,
        )
        assert answer.status_code in (200, 201), answer.content.decode()
        return answer.json()


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Shop, str]]:
    """One shop with its door for all scripts, gone when they are over."""
    with django_db_blocker.unblock(), transaction.atomic():
        shop = build_world()
        yield shop, issue_token(shop, "door", SCOPES, actor="test")[1]
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.title)
def test_a_scripted_conversation(script: Script, stage: tuple[Shop, str]) -> None:
    shop, secret = stage
    if "nobody-carries" in script.options:
        Endpoint.objects.update(active=False)
    play = Play(shop, Door(secret), script)
    for step in script.steps:
        play.step(step)


class Play:
    """One script on the stage."""

    def __init__(self, shop: Shop, door: Door, script: Script) -> None:
        self.shop, self.door, self.script = shop, door, script
        self.person = False
        self.carried = 0
        self.agent = Agent.objects.get(email="agent@porcelain.test")

    def step(self, step: Step) -> None:
        """Let one thing happen, and look at what came of it."""
        before = set(Message.objects.values_list("pk", flat=True))
        if step.said:
            self.say(step)
        else:
            self.happen(step.happens)
        replies = [m for m in self.messages() if m.pk not in before and m.role == "bot" and not m.is_note]
        self.check(step, replies)
        self.invariants(step, replies)

    def say(self, step: Step) -> None:
        body: dict[str, Any] = {"text": step.said}
        if self.script.who != "nobody":
            body["customer"] = {"id": self.script.who}
        told = self.door.call("POST", f"/conversations/{KEY}/messages", body)
        assert told["created"]

    def happen(self, what: str) -> None:
        word, _, rest = what.partition(" ")
        conversation = self.conversation()
        if word == "agent":
            inbox.send_reply(conversation, self.agent, rest)
            self.person = True
        elif word == "typing":
            now = timezone.now()
            Presence.objects.create(conversation=conversation, agent=self.agent, typing=True, seen_at=now)
            self.person = True
        elif word in ("done", "failed"):
            change = Change.objects.get(conversation=conversation, state="waiting")
            self.door.call("POST", f"/changes/{change.pk}/result", {"state": word, "why": rest})
        elif word == "late":
            give_up_late(timezone.now() + timedelta(minutes=11))
        elif word == "close":
            inbox.close(conversation, actor="test")
        elif word == "ship":
            Order.objects.filter(customer__external_id=self.script.who).update(
                status="shipped", shipped_at=timezone.now()
            )
        elif word == "minutes":
            self.age(timedelta(minutes=int(rest)))
        elif word == "days":
            Talk.objects.update(closed_at=timezone.now() - timedelta(days=int(rest)))
            self.person = False
        else:
            raise AssertionError(f"unknown happening {what}")

    def age(self, span: timedelta) -> None:
        """Let the bot's memory grow older."""
        talk = Talk.objects.get(conversation=self.conversation())
        proposal = talk.state["proposal"]
        moment = datetime.fromisoformat(proposal["said_at"]) - span
        talk.state["proposal"] = proposal | {"said_at": moment.isoformat()}
        talk.save()

    def conversation(self) -> Conversation:
        return Conversation.objects.select_related("shop", "customer").get(shop=self.shop, external_id=KEY)

    def messages(self) -> list[Message]:
        return list(Message.objects.filter(conversation=self.conversation()).order_by("id"))

    def check(self, step: Step, replies: list[Message]) -> None:
        """What the script wants."""
        turn = Turn.objects.order_by("-id").first()
        silent = step.kind == "silent"
        if step.said:
            here = turn if turn is not None and turn.message.text == step.said and replies else None
            got = (here.kind, here.reason) if here else ("silent", "")
            told = f"{step.said!r}: {got}, {here.text if here else ''!r} {here.evidence if here else ''}"
            if step.kind:
                assert got[0] == step.kind, told
                assert got[1].startswith(step.reason) or not step.reason, told
        if silent:
            assert not replies, [message.text for message in replies]
        text = "\n".join(message.text for message in replies)
        for words in step.holds:
            assert words in text, f"{words!r} is missing in {text!r}"
        for words in step.lacks:
            assert words not in text, f"{words!r} stands in {text!r}"
        details = replies[-1].details if replies else {}
        for choice in step.choices:
            assert choice in details.get("choices", []), details
        if step.form:
            assert details.get("ask") == step.form

    def invariants(self, step: Step, replies: list[Message]) -> None:
        """What must hold whatever the script says."""
        for message in replies:
            shown = message.text + json.dumps(message.details, ensure_ascii=False)
            for secret in SECRETS:
                assert secret not in shown
            for gift in GIFTS:
                assert gift not in shown.lower()
            if self.script.who == "nobody":
                assert "8800000" not in shown
                assert "尾号" not in shown
        if self.person:
            assert not replies, "the bot spoke although a person had"
        self.carried += step.kind == "carry_out"
        assert Change.objects.count() == self.carried, "a change without a clear yes"
        assert len(replies) <= (2 if step.kind == "confirmed" else 1)
        assert not Promise.objects.filter(agent=None, gift__gt=0).exists()
        assert not Order.objects.filter(external_id="880000019999").exclude(status="shipped").exists()


def test_there_are_enough_of_them() -> None:
    assert len(SCRIPTS) >= 80
    assert len({script.title for script in SCRIPTS}) == len(SCRIPTS)
