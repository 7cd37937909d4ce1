"""The customer's orders beside a conversation: what is unfolded at once, what comes later, who sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.commerce.models import Customer, Order, OrderItem, Parcel, Scan
from goldseam.people.models import Agent
from tests.journeys.shop import build_shop

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(client: Client) -> Client:
    build_shop()
    client.force_login(Agent.objects.get(email="agent@porcelain.test"))
    return client


@pytest.fixture
def customer(desk: Client) -> Customer:
    """With three orders, each with a parcel, the latest first."""
    buyer = Customer.objects.get(name="王静怡")
    for number in range(1, 3):
        at = timezone.now() - timedelta(days=10 * number)
        order = Order.objects.create(
            shop=buyer.shop, external_id=f"OLD-{number}", customer=buyer, status="shipped", placed_at=at
        )
        OrderItem.objects.create(order=order, position=0, title=f"碗 {number}")
        parcel = Parcel.objects.create(order=order, tracking_no=f"TRACK-{number}", carrier="顺丰")
        Scan.objects.create(parcel=parcel, position=0, at=at, status="in_transit", location="广州")
    return buyer


def body(client: Client, name: str, *parts: int, **asked: str) -> str:
    answer = client.get(reverse(f"commerce:{name}", args=parts), asked, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_the_meant_order_is_unfolded_and_the_others_follow(desk: Client, customer: Customer) -> None:
    meant = Order.objects.get(external_id="OLD-1")
    page = body(desk, "orders", customer.pk, order=str(meant.pk), conversation="7")
    assert page.count('<details class="order') == 3
    assert page.index("OLD-1") < page.index("31302109")
    assert "纯棉四件套" not in page
    assert "TRACK-1" in page
    assert "TRACK-2" not in page
    other = Order.objects.get(external_id="OLD-2")
    address = reverse("commerce:order", args=[customer.pk, other.pk])
    assert f'hx-get="{address}?conversation=7"' in page
    rest = body(desk, "order", customer.pk, other.pk, conversation="7")
    assert "TRACK-2" in rest
    assert "data-look-up" in rest
    assert "data-look-up" not in body(desk, "order", customer.pk, other.pk)


def test_without_a_meant_order_the_latest_is_unfolded(desk: Client, customer: Customer) -> None:
    page = body(desk, "orders", customer.pk)
    assert "纯棉四件套" in page
    assert "TRACK-1" not in page
    assert "TRACK-2" not in page


def test_an_order_is_shown_with_its_own_customer_only(desk: Client, customer: Customer) -> None:
    stranger = Order.objects.exclude(customer=customer).first()
    assert stranger
    for path in (
        reverse("commerce:order", args=[customer.pk, stranger.pk]),
        reverse("commerce:order", args=[customer.pk, 999999]),
        reverse("commerce:order", args=[999999, stranger.pk]),
    ):
        assert desk.get(path, headers=HTMX).status_code == 404


def test_orders_within_the_queries(
    desk: Client, customer: Customer, django_assert_max_num_queries: Any
) -> None:
    order = Order.objects.get(external_id="OLD-1")
    with django_assert_max_num_queries(MOST_QUERIES):
        body(desk, "orders", customer.pk)
    with django_assert_max_num_queries(MOST_QUERIES):
        body(desk, "order", customer.pk, order.pk)
    with django_assert_max_num_queries(MOST_QUERIES):
        body(desk, "card", customer.pk)
