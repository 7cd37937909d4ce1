"""The pages of webhooks: address, secret, test, log, again; and what an answer leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goldseam.channels.webhook import actions
from goldseam.channels.webhook.models import Delivery, DeliveryStatus, Endpoint
from goldseam.core.models import AuditEntry
from goldseam.people.models import Agent, Membership, Role, Shop
from tests.channels.test_webhook_delivery import Receiver, receiver  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Client) -> Client:
    shop = Shop.objects.create(slug="s", name="小店")
    agent = Agent.objects.create_user("li@shop.example", None, "小李", language="en")
    Membership.objects.create(shop=shop, agent=agent, role=Role.ADMIN)
    client.force_login(agent)
    return client


def test_from_address_to_log(
    boss: Client,
    receiver: Receiver,  # noqa: F811
    django_assert_max_num_queries: Any,
) -> None:
    refused = boss.post(reverse("webhook:endpoints"), {"url": "ftp://x"})
    assert refused.status_code == 400
    assert boss.post(reverse("webhook:endpoints"), {"url": receiver.url}).status_code == 302
    endpoint = Endpoint.objects.get()
    assert len(endpoint.events) == len(set(endpoint.events)) > 8
    do = reverse("webhook:do", args=[endpoint.pk])
    assert boss.post(do, {"do": "test"}).status_code == 302
    delivery = Delivery.objects.get()
    receiver.answers = [500, 200]
    actions.deliver(delivery.pk)
    with django_assert_max_num_queries(12):
        log = boss.get(reverse("webhook:endpoint", args=[endpoint.pk])).content.decode()
    assert "<code>500</code>" in log
    page = reverse("webhook:delivery", args=[delivery.pk])
    assert boss.post(reverse("webhook:again", args=[delivery.pk])).status_code == 302
    actions.deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.DELIVERED
    assert "HTTP 200" in boss.get(page).content.decode()
    failed = boss.get(reverse("webhook:log", args=[endpoint.pk]), {"status": "failed"}).content.decode()
    assert str(delivery.pk) not in failed
    old = endpoint.secret
    assert boss.post(do, {"do": "rotate"}).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.secret != old
    assert old not in boss.get(reverse("webhook:endpoint", args=[endpoint.pk])).content.decode()
    for wanted, active in (("rest", False), ("go_on", True)):
        boss.post(do, {"do": wanted})
        endpoint.refresh_from_db()
        assert endpoint.active is active
    assert boss.post(do, {"do": "dance"}).status_code == 400
    assert boss.post(do, {"do": "remove"}).status_code == 302
    assert not Endpoint.objects.exists()
    told = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"webhook.tested", "webhook.rotated", "webhook.switched", "webhook.removed"} <= told


def test_what_came_back_is_kept_short(boss: Client, receiver: Receiver) -> None:  # noqa: F811
    receiver.answers = [418]
    receiver.body = b"teapot \xff\x00" + b"x" * 9000
    endpoint, _ = actions.subscribe(Shop.objects.get(), receiver.url, [], actor="test")
    delivery = actions.send_test(endpoint, actor="test")
    actions.deliver(delivery.pk)
    attempt = delivery.attempts.get()
    assert attempt.status_code == 418
    assert attempt.response.startswith("teapot \ufffd")
    assert len(attempt.response) <= 2000
