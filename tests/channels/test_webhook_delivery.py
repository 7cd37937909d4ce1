"""Webhooks end to end: a real receiver on loopback, the real queue's rows."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from goldseam.channels.webhook import actions, queries
from goldseam.channels.webhook.models import Delivery, DeliveryStatus, Endpoint
from goldseam.conversations import actions as inbox
from goldseam.core.errors import DomainError
from goldseam.people.models import Agent, Membership, Shop

pytestmark = pytest.mark.django_db


@dataclass
class Receiver:
    """An honest twin of a shop's program: keeps what it was sent, answers as told."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    body: bytes = b""
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    twin = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            twin.calls.append((dict(self.headers), body))
            self.send_response(twin.answers.pop(0) if twin.answers else 204)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            self.wfile.write(twin.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    twin.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(
        settings, "ENVIRONMENT", settings.ENVIRONMENT.model_copy(update={"webhook_private": True})
    )
    yield twin
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(slug="s", name="小店")


@pytest.fixture
def agent(shop: Shop) -> Agent:
    agent = Agent.objects.create_user("li@shop.example", None, "小李")
    Membership.objects.create(shop=shop, agent=agent)
    return agent


def listen(shop: Shop, url: str, *names: str) -> Endpoint:
    return actions.subscribe(shop, url, names, actor="test")[0]


def test_a_reply_is_told_signed_and_logged(receiver: Receiver, shop: Shop, agent: Agent) -> None:
    endpoint = listen(shop, receiver.url, "reply.sent")
    conversation = inbox.open_conversation(shop, "c-1", actor="test")
    inbox.send_reply(conversation, agent, "已为您催促快递")
    delivery = Delivery.objects.get()
    job = ProcrastinateJob.objects.get(task_name="webhook.deliver")
    assert job.args == {"delivery": str(delivery.pk)}
    actions.deliver(delivery.pk)
    headers, body = receiver.calls[0]
    expected = hmac.new(
        endpoint.secret.encode(), f"{headers['Goldseam-Timestamp']}.".encode() + body, hashlib.sha256
    )
    assert headers["Goldseam-Signature"] == f"v1={expected.hexdigest()}"
    assert headers["Goldseam-Delivery"] == str(delivery.pk)
    told = json.loads(body)
    assert (told["event"], told["conversation"]["id"]) == ("reply.sent", "c-1")
    assert told["message"]["text"] == "已为您催促快递"
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.DELIVERED
    assert [a.status_code for a in queries.log_of(endpoint)[0].attempts.all()] == [204]


def test_a_failure_is_tried_again_with_the_same_id_until_the_pauses_end(
    receiver: Receiver, shop: Shop, agent: Agent
) -> None:
    listen(shop, receiver.url, "reply.sent")
    receiver.answers = [500] * (len(actions.PAUSES) + 1)
    inbox.send_reply(inbox.open_conversation(shop, "c-1", actor="test"), agent, "好的")
    delivery = Delivery.objects.get()
    for _ in range(len(actions.PAUSES) + 1):
        actions.deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.FAILED
    assert {headers["Goldseam-Delivery"] for headers, _ in receiver.calls} == {str(delivery.pk)}
    times = ProcrastinateJob.objects.filter(task_name="webhook.deliver").values_list(
        "scheduled_at", flat=True
    )
    planned = sorted(t for t in times if t is not None)
    assert len(planned) == len(actions.PAUSES)
    gaps = [later - earlier for earlier, later in itertools.pairwise(planned)]
    assert gaps == sorted(gaps)


def test_done_is_done(receiver: Receiver, shop: Shop, agent: Agent) -> None:
    listen(shop, receiver.url, "reply.sent")
    inbox.send_reply(inbox.open_conversation(shop, "c-1", actor="test"), agent, "好的")
    delivery = Delivery.objects.get()
    actions.deliver(delivery.pk)
    actions.deliver(delivery.pk)
    assert len(receiver.calls) == 1
    actions.redeliver(delivery, actor="test")
    actions.deliver(delivery.pk)
    assert len(receiver.calls) == 2


def test_redirects_are_not_followed(receiver: Receiver, shop: Shop, agent: Agent) -> None:
    listen(shop, receiver.url, "reply.sent")
    receiver.answers = [307]
    inbox.send_reply(inbox.open_conversation(shop, "c-1", actor="test"), agent, "好的")
    actions.deliver(Delivery.objects.get().pk)
    assert len(receiver.calls) == 1
    assert Delivery.objects.get().status == DeliveryStatus.PENDING


def test_a_private_address_is_refused_when_it_is_called_too(
    receiver: Receiver, shop: Shop, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name may point elsewhere later; the address is judged at each call."""
    endpoint = listen(shop, receiver.url, "reply.sent")
    Endpoint.objects.filter(pk=endpoint.pk).update(url=f"https://127.0.0.1:{receiver.port}/")
    inbox.send_reply(inbox.open_conversation(shop, "c-1", actor="test"), agent, "好的")
    monkeypatch.setattr(
        settings, "ENVIRONMENT", settings.ENVIRONMENT.model_copy(update={"webhook_private": False})
    )
    actions.deliver(Delivery.objects.get().pk)
    assert receiver.calls == []
    assert "private network" in queries.log_of(endpoint)[0].attempts.get().error


def test_only_the_shops_own_endpoints_hear(receiver: Receiver, shop: Shop, agent: Agent) -> None:
    stranger = Shop.objects.create(slug="t", name="别家")
    listen(stranger, receiver.url)
    inbox.send_reply(inbox.open_conversation(shop, "c-1", actor="test"), agent, "好的")
    assert not Delivery.objects.exists()


def test_a_rolled_back_write_tells_nothing(receiver: Receiver, shop: Shop, agent: Agent) -> None:
    listen(shop, receiver.url)
    conversation = inbox.open_conversation(shop, "c-1", actor="test")
    with pytest.raises(DomainError):
        inbox.send_reply(conversation, agent, "  ")
    assert not Delivery.objects.exists()


def test_the_document_names_every_event() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    assert [name for name in actions.NAMES.values() if f"`{name}`" not in page] == []


def test_unknown_events_are_named(shop: Shop) -> None:
    with pytest.raises(DomainError, match=r"reply\.send"):
        actions.subscribe(shop, "https://shop.example/hook", ["reply.send"], actor="test")


def test_the_same_url_keeps_its_secret(receiver: Receiver, shop: Shop) -> None:
    first, new = actions.subscribe(shop, receiver.url, ["reply.sent"], actor="test")
    second, again = actions.subscribe(shop, receiver.url, [], actor="test")
    assert (new, again, first.pk, first.secret) == (True, False, second.pk, second.secret)
    assert "conversation.closed" in second.events
