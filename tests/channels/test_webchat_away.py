"""When nobody is there, or the customer went: hours, letters that go once, links that open the chat again."""

from __future__ import annotations

import re
import socket
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from goldseam.channels.webchat.actions import forget_visitors
from goldseam.channels.webchat.mailing import RESUME_SALT, post_letters
from goldseam.channels.webchat.models import Door, Letter, Visitor
from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation, Message
from goldseam.people.models import Agent
from goldseam.sla.models import Calendar
from tests.channels.webchat import PAGE, Browser, make_door

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(settings: Any) -> Door:
    update = {"smtp_url": "smtp://mail.example", "mail_from": "Shop <care@shop.example>"}
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update=update)
    settings.DEFAULT_FROM_EMAIL = "Shop <care@shop.example>"
    return make_door()


@pytest.fixture
def browser(door: Door) -> Browser:
    browser = Browser(door).come_in()
    browser.say("my parcel is late")
    return browser


def reply(text: str) -> Message:
    return inbox.send_reply(Conversation.objects.get(), Agent.objects.get(), text)


def letter_jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="webchat.letter").count()


def test_who_left_an_address_gets_what_was_not_read_once(browser: Browser) -> None:
    assert browser.post("email", {"email": " emma@mail.example "}).json()["email"] == "emma@mail.example"
    first, second = reply("It is in Leipzig."), reply("It comes on Friday.")
    assert letter_jobs() == 2
    assert (
        ProcrastinateJob.objects.filter(scheduled_at__gt=timezone.now() + timedelta(minutes=2)).count() == 2
    )
    assert post_letters(first.pk) == 1
    assert (post_letters(first.pk), post_letters(second.pk)) == (0, 0)
    (letter,) = mail.outbox
    assert letter.to == ["emma@mail.example"]
    assert letter.from_email == "Shop <care@shop.example>"
    assert letter.subject == "小店 answered you"
    body = str(letter.body)
    assert body.index("Leipzig") < body.index("Friday")
    assert f"{PAGE}/cart#goldseam-chat=" in body
    assert "li@" not in body
    assert Letter.objects.count() == 2


def test_what_was_read_is_not_mailed(browser: Browser) -> None:
    browser.post("email", {"email": "emma@mail.example"})
    message = reply("It is in Leipzig.")
    browser.post("read", {"message": message.pk})
    assert post_letters(message.pk) == 0
    assert not mail.outbox


def test_nobody_without_an_address_is_mailed(browser: Browser) -> None:
    message = reply("hello")
    assert (letter_jobs(), post_letters(message.pk)) == (0, 0)
    browser.post("email", {"email": "emma@mail.example"})
    browser.post("email", {"email": ""})
    assert (post_letters(reply("again").pk), len(mail.outbox)) == (0, 0)


def test_a_mail_server_that_is_away_leaves_it_to_the_next_try(browser: Browser, settings: Any) -> None:
    browser.post("email", {"email": "emma@mail.example"})
    message = reply("hello")
    usual = settings.EMAIL_BACKEND
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = nobody.getsockname()
        with pytest.raises(OSError, match="refused"):
            post_letters(message.pk)
    assert not Letter.objects.exists()
    settings.EMAIL_BACKEND = usual
    assert post_letters(message.pk) == 1


@pytest.mark.parametrize(
    "email", ["nobody", "a@b", "x@y.example\nBcc: all@y.example", "a b@c.example", "<a@b.example>"]
)
def test_what_is_no_address_is_refused(browser: Browser, email: str) -> None:
    assert browser.post("email", {"email": email}).status_code == 400
    assert browser.visitor.email == ""


def test_without_a_mail_server_or_the_shops_will_it_is_not_offered(browser: Browser, settings: Any) -> None:
    Door.objects.update(by_mail=False)
    assert browser.thread()["state"]["mail"] is False
    assert browser.post("email", {"email": "emma@mail.example"}).status_code == 400
    Door.objects.update(by_mail=True)
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"smtp_url": ""})
    assert browser.thread()["state"]["mail"] is False


def link_in_mail() -> str:
    found = re.search(r"#goldseam-chat=([\w:.-]+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


class OldSigner(signing.TimestampSigner):
    """Signs as the site did eight days ago."""

    def timestamp(self) -> str:
        return signing.b62_encode(int(time.time()) - 8 * 86_400)


def test_a_mails_link_opens_the_chat_again_for_a_while(browser: Browser, door: Door) -> None:
    browser.post("email", {"email": "emma@mail.example"})
    post_letters(reply("It is in Leipzig.").pk)
    link = link_in_mail()
    again = Browser(door).come_in(resume=link)
    assert [item["text"] for item in again.thread()["items"]] == ["my parcel is late", "It is in Leipzig."]
    again.say("thanks")
    assert Conversation.objects.count() == 1
    for wrong in (link[:-2] + "xx", "x", link.replace(":", ".", 1)):
        refused = Browser(door).post("visitors", {"resume": wrong})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "link_over")
    assert Browser(make_door("t")).post("visitors", {"resume": link}).status_code == 403
    claims = {"visitor": browser.visitor.pk, "conversation": browser.visitor.conversation_id}
    assert Browser(door).come_in(resume=signing.dumps(claims, salt=RESUME_SALT)).thread()["items"]
    old = OldSigner(salt=RESUME_SALT).sign_object(claims)
    assert Browser(door).post("visitors", {"resume": old}).status_code == 403


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.com/",
        "javascript:alert(1)",
        "https://shop.example@evil.com/",
        "//shop.example/",
        "x" * 500,
        "https://[bad",
    ],
)
def test_mails_lead_to_the_doors_pages_only(door: Door, page: str) -> None:
    browser = Browser(door).come_in(page=page)
    assert browser.visitor.page == ""


def test_out_of_hours_it_says_when_people_are_back(browser: Browser, door: Door) -> None:
    assert browser.thread()["state"]["open"] is True, "without a calendar people are always there"
    Calendar.objects.create(shop=door.shop, name="hours", timezone="Asia/Shanghai", hours=["00:00-00:01"] * 7)
    state = browser.thread()["state"]
    assert state["open"] is False
    assert state["back_at"] > timezone.now().isoformat()


def test_visitors_who_went_for_good_are_forgotten(browser: Browser, door: Door) -> None:
    silent, old, young = Browser(door).come_in(), browser, Browser(door).come_in()
    Visitor.objects.filter(pk=silent.visitor.pk).update(seen_at=timezone.now() - timedelta(days=3))
    Visitor.objects.filter(pk=old.visitor.pk).update(seen_at=timezone.now() - timedelta(days=179))
    assert forget_visitors() == 1
    Visitor.objects.filter(pk=old.visitor.pk).update(seen_at=timezone.now() - timedelta(days=181))
    assert forget_visitors() == 1
    assert [row.pk for row in Visitor.objects.all()] == [young.visitor.pk]
    assert Conversation.objects.count() == 1, "what was said stays with the shop"
