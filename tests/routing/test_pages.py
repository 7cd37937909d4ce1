"""The pages of the distribution of work, and the board of risks: who may, what is kept, what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation
from goldseam.people.models import Agent, Membership, Shop
from goldseam.routing.models import Placement, Profile, RoutingSettings

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12
CHOICES = {
    "mode": "suggest",
    "hand_over": "queue",
    "prefer_last": "on",
    "lead_minutes": "3",
    "admin_minutes": "9",
}


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


@pytest.fixture
def admin(client: Client, shop: Shop) -> Client:
    client.force_login(Agent.objects.get(email="admin@porcelain.test"))
    return client


def member(shop: Shop, mailbox: str = "agent") -> int:
    return Membership.objects.get(shop=shop, agent__email=f"{mailbox}@porcelain.test").pk


@pytest.mark.parametrize("name", ["routing:switch", "routing:people", "routing:load", "copilot:board"])
def test_pages_within_the_queries(admin: Client, name: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        assert admin.get(reverse(name)).status_code == 200


def test_one_persons_page_and_the_reasons_within_the_queries(
    admin: Client, shop: Shop, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        assert admin.get(reverse("routing:person", args=[member(shop)])).status_code == 200
    RoutingSettings.objects.create(shop=shop, mode="suggest")
    conversation = inbox.open_conversation(shop, "fresh", actor="test")
    inbox.receive_message(conversation, "在吗")
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = admin.get(reverse("routing:why", args=[conversation.pk]))
    assert "林小满" in answer.content.decode()


def test_choices_are_kept(admin: Client, shop: Shop) -> None:
    given = CHOICES | {"weight-full": "40", "weight-strain": "55"}
    assert admin.post(reverse("routing:switch"), given).status_code == 302
    row = RoutingSettings.objects.get()
    assert (row.mode, row.hand_over, row.lead_minutes, row.relax_skills) == ("suggest", "queue", 3, False)
    assert row.weights == {"strain": 55.0}


@pytest.mark.parametrize(
    "wrong", [{"mode": "magic"}, {"lead_minutes": "0"}, {"weight-full": "much"}, {"weight-half_life": "0"}]
)
def test_choices_that_cannot_be(admin: Client, wrong: dict[str, str]) -> None:
    assert admin.post(reverse("routing:switch"), CHOICES | wrong).status_code == 400
    assert not RoutingSettings.objects.exists()


def abilities(**values: Any) -> dict[str, Any]:
    usual = {"takes_part": "on", "most_open": "8", "most_hard": "2", "products": "SKU-1, tea"}
    return usual | {f"hours-{n}": "" for n in range(7)} | values


def test_abilities_are_kept(admin: Client, shop: Shop) -> None:
    given = abilities(issues=["invoice", "logistics.delay"], languages=["zh"], **{"hours-0": "9:00-18:00"})
    assert admin.post(reverse("routing:person", args=[member(shop)]), given).status_code == 302
    row = Profile.objects.get()
    assert (row.most_open, row.most_hard, row.issues) == (8, 2, ["invoice", "logistics.delay"])
    assert (row.languages, row.products) == (["zh"], ["sku-1", "tea"])
    assert row.hours == ["09:00-18:00", "", "", "", "", "", ""]


@pytest.mark.parametrize(
    "wrong",
    [{"most_open": "0"}, {"most_hard": "9"}, {"issues": ["x"]}, {"hours-1": "late"}, {"most_open": "-1"}],
)
def test_abilities_that_cannot_be(admin: Client, shop: Shop, wrong: dict[str, Any]) -> None:
    answer = admin.post(reverse("routing:person", args=[member(shop)]), abilities(**wrong))
    assert answer.status_code == 400
    assert not Profile.objects.exists()


def test_leads_read_and_agents_stay_out(client: Client, shop: Shop) -> None:
    client.force_login(Agent.objects.get(email="lead@porcelain.test"))
    assert client.get(reverse("routing:switch")).status_code == 200
    assert client.post(reverse("routing:switch"), CHOICES).status_code == 403
    assert client.post(reverse("routing:person", args=[member(shop)]), abilities()).status_code == 403
    client.force_login(Agent.objects.get(email="agent@porcelain.test"))
    for name in ("routing:switch", "routing:people", "routing:load", "copilot:board"):
        assert client.get(reverse(name)).status_code == 403


def test_a_suggestion_is_taken_or_passed_over(client: Client, shop: Shop) -> None:
    RoutingSettings.objects.create(shop=shop, mode="suggest")
    agent = Agent.objects.get(email="agent@porcelain.test")
    client.force_login(agent)
    for key, address, owner, state in (
        ("one", "routing:take", agent, "taken"),
        ("two", "routing:pass", None, "passed"),
    ):
        conversation = inbox.open_conversation(shop, key, actor="test")
        inbox.receive_message(conversation, "在吗")
        assert client.post(reverse(address, args=[conversation.pk])).status_code == 302
        conversation.refresh_from_db()
        assert conversation.assignee == owner
        assert Placement.objects.latest("id").state == state


def test_the_board_shows_why_and_acts(client: Client, shop: Shop) -> None:
    lead = Agent.objects.get(email="lead@porcelain.test")
    client.force_login(lead)
    shown = client.get(reverse("copilot:board"))
    risks = {risk.row.external_id: risk for risk in shown.context["risks"]}
    assert {"c-1001", "c-1002"} <= set(risks)
    assert risks["c-1002"].factors
    assert risks["c-1002"].state == "unseen"
    number = risks["c-1002"].row.pk
    headers = {"HX-Request": "true"}
    client.post(reverse("copilot:board_assign", args=[number]), {"assignee": lead.pk}, headers=headers)
    answer = client.post(reverse("copilot:board_acknowledge", args=[number]), headers=headers)
    assert "顾远山" in answer.content.decode()
    row = Conversation.objects.get(pk=number)
    assert (row.assignee, row.acknowledged_by) == (lead, lead)


@pytest.mark.parametrize("sort", ["urgency", "age", "risk", "owner", "nonsense"])
def test_the_board_in_every_order(admin: Client, sort: str) -> None:
    answer = admin.get(reverse("copilot:board"), {"sort": sort})
    assert answer.status_code == 200
    if sort == "risk":
        scores = [risk.row.risk_score for risk in answer.context["risks"]]
        assert scores == sorted(scores, reverse=True)


def test_the_load_page_suggests_a_break(admin: Client, shop: Shop) -> None:
    from goldseam.routing.models import Strain

    agent = Agent.objects.get(email="agent@porcelain.test")
    for conversation in Conversation.objects.filter(shop=shop)[:3]:
        values = {"points": 10, "furious": True, "at": timezone.now(), "shop": shop}
        Strain.objects.update_or_create(agent=agent, conversation=conversation, defaults=values)
    rows = admin.get(reverse("routing:load")).context["rows"]
    mine = next(row for row in rows if row.profile.agent == agent)
    assert mine.needs_break
    assert mine.share == 100
