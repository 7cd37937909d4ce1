"""Signing in and out, one's own settings, the people and keys of a shop, the audit trail, error pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goldseam.core import audit
from goldseam.core.models import AuditEntry
from goldseam.people.actions import create_shop
from goldseam.people.models import Agent, ApiToken, Membership, Role, Shop
from goldseam.people.queries import find_token
from tests.journeys.shop import PASSWORD, add_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    shop = create_shop("porcelain", "青瓷生活馆", actor="test")
    add_people(shop)
    return shop


@pytest.fixture
def admin(client: Client, shop: Shop) -> Client:
    client.force_login(Agent.objects.get(email="admin@porcelain.test"))
    return client


def sign_in(client: Client, password: str = PASSWORD, **extra: str) -> Any:
    data = {"username": "Agent@Porcelain.test", "password": password, **extra}
    return client.post(reverse("people:sign_in"), data)


def test_sign_in_and_out(client: Client, shop: Shop) -> None:
    assert sign_in(client).headers["Location"] == "/"
    assert client.get("/", follow=True).status_code == 200
    assert client.get(reverse("people:sign_out")).status_code == 405
    assert client.post(reverse("people:sign_out")).headers["Location"] == "/sign-in/"
    assert client.get("/inbox/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "javascript:alert(1)", "\\\\evil.test"]
)
def test_sign_in_leads_only_into_the_site(client: Client, shop: Shop, target: str) -> None:
    assert sign_in(client, next=target).headers["Location"] == "/"
    client.post(reverse("people:sign_out"))
    answer = client.post(reverse("people:language"), {"language": "en", "next": target})
    assert answer.headers["Location"] == "/"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client: Client, shop: Shop) -> None:
    assert sign_in(client, next="/audit/").headers["Location"] == "/audit/"


def test_wrong_passwords_lock_with_a_friendly_page(client: Client, shop: Shop) -> None:
    answers = [sign_in(client, "wrong").status_code for _ in range(8)]
    assert answers[:7] == [200] * 7
    locked = sign_in(client)
    assert locked.status_code == 429
    assert "15" in locked.content.decode()
    assert client.get("/inbox/").status_code == 302
    lead = {"username": "lead@porcelain.test", "password": PASSWORD}
    assert client.post(reverse("people:sign_in"), lead).status_code == 302


def test_a_closed_account_does_not_open(client: Client, shop: Shop) -> None:
    Agent.objects.filter(email="agent@porcelain.test").update(is_active=False)
    assert sign_in(client).status_code == 200
    assert client.get("/inbox/").status_code == 302


def test_somebody_without_a_shop_is_told_so(client: Client, shop: Shop) -> None:
    agent = Agent.objects.create_user("new@porcelain.test", PASSWORD, "New", language="en")
    client.force_login(agent)
    answer = client.get("/inbox/")
    assert answer.status_code == 403
    assert "do not work for any shop" in answer.content.decode()
    assert client.post(reverse("people:sign_out")).status_code == 302


def test_the_language_is_kept(client: Client, shop: Shop) -> None:
    client.post(reverse("people:language"), {"language": "en", "next": "/sign-in/"})
    assert "Sign in" in client.get(reverse("people:sign_in")).content.decode()
    sign_in(client)
    assert "收件箱" in client.get("/inbox/").content.decode()
    client.post(reverse("people:language"), {"language": "en"})
    assert ">Inbox<" in client.get("/inbox/").content.decode()
    assert client.post(reverse("people:language"), {"language": "tlh"}).status_code == 400


def test_my_settings(client: Client, shop: Shop) -> None:
    sign_in(client)
    data = {
        "name": "小满",
        "language": "en",
        "timezone": "America/New_York",
        "theme": "dark",
        "density": "compact",
        "sounds": "on",
        "signature": "青瓷生活馆 小满",
    }
    assert client.post(reverse("people:me"), data).status_code == 302
    agent = Agent.objects.get(email="agent@porcelain.test")
    assert (agent.name, agent.language, agent.timezone) == ("小满", "en", "America/New_York")
    assert (agent.theme, agent.density, agent.sounds) == ("dark", "compact", True)
    assert (agent.desktop_notices, agent.signature) == (False, "青瓷生活馆 小满")
    for wrong in ({"timezone": "Mars/Base"}, {"theme": "pink"}, {"density": ""}, {"name": ""}):
        assert client.post(reverse("people:me"), data | wrong).status_code == 400
    html = client.get(reverse("people:me")).content.decode()
    assert 'data-theme="dark" data-density="compact" data-sounds="on" data-notices="off"' in html


def test_a_form_without_its_key_is_refused(shop: Shop) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Agent.objects.get(email="agent@porcelain.test"))
    answer = strict.post(reverse("people:me"), {"name": "x"})
    assert answer.status_code == 403
    assert "刷新" in answer.content.decode()

    fragment = strict.post(reverse("people:me"), {"name": "x"}, headers={"HX-Request": "true"})
    assert fragment.status_code == 403
    assert "goldseam:toast" in fragment.headers["HX-Trigger"]


def test_somebody_of_two_shops_switches_between_them(client: Client, shop: Shop) -> None:
    other = create_shop("annex", "Annex", actor="test")
    agent = Agent.objects.get(email="agent@porcelain.test")
    Membership.objects.create(shop=other, agent=agent, role=Role.ADMIN)
    client.force_login(agent)
    for target, people in ((shop, 403), (other, 200)):
        assert client.post(reverse("people:work_for"), {"shop": target.pk}).status_code == 302
        assert client.get("/inbox/").wsgi_request.shop == target  # type: ignore[attr-defined]
        assert client.get("/people/").status_code == people
    for wrong in ("", "x", "0", "9" * 30):
        assert client.post(reverse("people:work_for"), {"shop": wrong}).status_code == 404
    Membership.objects.filter(shop=other).delete()
    assert client.get("/inbox/").wsgi_request.shop == shop  # type: ignore[attr-defined]


def add(client: Client, **given: str) -> Any:
    data = {"email": "zhou@porcelain.test", "name": "周周", "password": "", "role": "agent", "limit": "30"}
    return client.post(reverse("people:people"), data | given)


def test_an_admin_adds_somebody_who_can_then_sign_in(admin: Client, shop: Shop) -> None:
    assert add(admin, password="short").status_code == 400
    assert add(admin, limit="-1", password=PASSWORD).status_code == 400
    assert not Agent.objects.filter(email="zhou@porcelain.test").exists()
    assert add(admin, password=PASSWORD).status_code == 302
    membership = Membership.objects.get(agent__email="zhou@porcelain.test")
    assert (membership.role, membership.limit, membership.shop) == ("agent", Decimal(30), shop)
    other = Client()
    other.post(reverse("people:sign_in"), {"username": "zhou@porcelain.test", "password": PASSWORD})
    assert other.get("/inbox/").status_code == 200


def test_roles_change_but_an_admin_remains(admin: Client, shop: Shop) -> None:
    lead = Membership.objects.get(shop=shop, role=Role.LEAD)
    chief = Membership.objects.get(shop=shop, role=Role.ADMIN)
    change = {"role": "agent", "limit": "5"}
    assert admin.post(reverse("people:role", args=[lead.pk]), change).status_code == 302
    lead.refresh_from_db()
    assert (lead.role, lead.limit) == ("agent", Decimal(5))
    assert admin.post(reverse("people:role", args=[chief.pk]), change).status_code == 409
    assert admin.post(reverse("people:role", args=[chief.pk]), {"remove": "1"}).status_code == 409
    assert add(admin, email="admin@porcelain.test", role="agent").status_code == 409
    assert (
        admin.post(reverse("people:role", args=[lead.pk]), {"role": "king", "limit": "1"}).status_code == 400
    )
    assert admin.post(reverse("people:role", args=[lead.pk]), {"remove": "1"}).status_code == 302
    assert not Membership.objects.filter(pk=lead.pk).exists()
    verbs = list(
        AuditEntry.objects.filter(shop_id=shop.pk).order_by("-id").values_list("verb", flat=True)[:2]
    )
    assert verbs == ["person.removed", "person.changed"]


def test_a_token_is_shown_once_and_can_be_revoked(admin: Client, shop: Shop) -> None:
    assert admin.post(reverse("people:tokens"), {"name": "x", "scopes": ["everything"]}).status_code == 400
    answer = admin.post(reverse("people:tokens"), {"name": "ERP", "scopes": ["orders:write"]})
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert secret not in admin.get(reverse("people:tokens")).content.decode()
    token = find_token(secret)
    assert token is not None
    assert token.scopes == ["orders:write"]
    for _ in range(2):
        assert admin.post(reverse("people:revoke", args=[token.pk])).status_code == 302
    assert find_token(secret) is None
    assert ApiToken.objects.get().revoked_at is not None


def test_the_audit_trail_shows_values_of_every_name(shop: Shop, admin: Client) -> None:
    audit.record(shop.pk, "test", "order.made", "order-1", after={"items": 3, "keys": "k-7", "get": None})
    body = admin.get(reverse("audit")).content.decode()
    assert "<dt>items</dt><dd>3</dd>" in body
    assert "<dt>keys</dt><dd>k-7</dd>" in body


def test_the_audit_trail_pages_and_filters(
    admin: Client, shop: Shop, django_assert_max_num_queries: Any
) -> None:
    rows = [
        AuditEntry(shop_id=shop.pk, actor="agent-1", verb=f"n.{i}", subject=f"conversation-{i % 2}")
        for i in range(120)
    ]
    AuditEntry.objects.bulk_create(rows)
    AuditEntry.objects.create(shop_id=shop.pk + 1, actor="x", verb="foreign", subject="conversation-1")
    with django_assert_max_num_queries(12):
        page = admin.get(reverse("audit"), {"subject": "conversation-1"}).context["page"]
    assert [entry.verb for entry in page.entries] == [f"n.{i}" for i in range(119, 19, -2)]
    following = admin.get(
        reverse("audit"),
        {"subject": "conversation-1", "after": page.following},
        headers={"HX-Request": "true"},
    )
    assert [entry.verb for entry in following.context["page"].entries] == [f"n.{i}" for i in range(19, 0, -2)]
    assert "<html" not in following.content.decode()
    assert admin.get(reverse("audit"), {"after": "nonsense"}).status_code == 400
    assert admin.post(reverse("audit")).status_code == 405


@pytest.mark.parametrize(
    ("language", "word"), [("zh-hans", "这里什么都没有"), ("en", "There is nothing here")]
)
def test_the_page_for_what_is_not_there(client: Client, shop: Shop, language: str, word: str) -> None:
    client.cookies["django_language"] = language
    assert client.get("/nowhere/").status_code == 404
    assert word in client.get("/nowhere/").content.decode()


def test_the_page_for_our_own_faults_needs_nothing(client: Client) -> None:
    from goldseam.site.views import broken

    body = broken(client.get("/sign-in/").wsgi_request).content.decode()
    assert "我们这边出了问题" in body
    assert "Something of ours broke" in body


def test_pages_carry_no_inline_script_or_style(admin: Client) -> None:
    for path in ("/sign-in/", "/inbox/", "/people/", "/tokens/", "/audit/", "/me/", "/nowhere/"):
        answer = admin.get(path, follow=True)
        body = answer.content.decode()
        assert " style=" not in body
        assert "<style" not in body
        assert "<script>" not in body
        assert " onclick=" not in body
        assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
