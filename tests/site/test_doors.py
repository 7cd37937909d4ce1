"""Who a live stream's cookie belongs to, asked again and again: access ends when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from goldseam.people.actions import add_person, create_shop
from goldseam.people.queries import Role
from goldseam.site.doors import shops_of_request

pytestmark = pytest.mark.django_db(transaction=True)


def heard(cookie: str) -> frozenset[int] | None:
    scope = {"type": "http", "headers": [(b"host", b"x"), (b"cookie", cookie.encode("latin-1"))]}
    with ThreadPoolExecutor(1) as thread:  # the thread of the tests may have a browser's event loop
        return thread.submit(asyncio.run, shops_of_request(scope)).result()


@pytest.fixture
def signed_in():
    """An agent of two of three shops, and the session of a browser."""
    north, south, other = (create_shop(slug, slug, actor="test") for slug in ("north", "south", "other"))
    for shop in (north, south):
        agent = add_person(
            shop, "a@example.com", "A", "korrekt-pferd-9", role=Role.AGENT, limit=Decimal(0), actor="test"
        )
    request = HttpRequest()
    request.session = SessionStore()
    login(request, agent, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return agent, request.session, frozenset({north.pk, south.pk}), other.pk


def test_a_session_hears_the_shops_of_its_person(signed_in):
    _, session, shops, other = signed_in
    assert heard(f"theme=dark; sessionid={session.session_key}") == shops
    assert other not in shops


@pytest.mark.parametrize(
    "cookie", ["", "sessionid=", "sessionid=%00", "sessionid=nobody", "=;=;,", "a" * 9000]
)
def test_strangers_hear_nothing(signed_in, cookie: str):
    assert heard(cookie) is None


def end_session(agent, session) -> None:
    session.flush()


def deactivate(agent, session) -> None:
    agent.is_active = False
    agent.save()


def change_password(agent, session) -> None:
    agent.set_password("another-long-one-7")
    agent.save()


@pytest.mark.parametrize("ending", [end_session, deactivate, change_password])
def test_signing_out_in_any_way_ends_it(signed_in, ending: Callable[..., None]):
    agent, session, shops, _ = signed_in
    key = session.session_key
    assert heard(f"sessionid={key}") == shops
    ending(agent, session)
    assert heard(f"sessionid={key}") is None


def test_a_removed_membership_is_heard_no_more(signed_in):
    agent, session, shops, _ = signed_in
    gone = agent.memberships.order_by("pk").first()
    gone.delete()
    assert heard(f"sessionid={session.session_key}") == shops - {gone.shop_id}
