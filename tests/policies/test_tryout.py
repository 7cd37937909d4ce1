"""Trying a version out on the past: the figures are those of deciding again by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goldseam.conversations.models import Conversation
from goldseam.copilot.actions import assess
from goldseam.copilot.models import Decision
from goldseam.copilot.tryout import run_tryout
from goldseam.core.errors import Conflict, DomainError, NotAllowed
from goldseam.core.jobs import work
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Role, Shop
from goldseam.policies import actions, trying
from goldseam.policies.models import PackVersion, TryOut
from goldseam.policies.outcome import Offered, Outcome
from tests.journeys.shop import build_shop
from tests.policies.conftest import person
from tests.policies.packs import rule

pytestmark = pytest.mark.django_db

GIFT = rule("sorry-gift", "gift", when={"issue": ["logistics.not_shipped"]}, merit=0.95)


@pytest.fixture
def shop() -> Shop:
    return build_shop()


@pytest.fixture
def author(shop: Shop) -> Agent:
    return person(shop, "author", Role.LEAD)


@pytest.fixture
def draft(shop: Shop, author: Agent) -> PackVersion:
    started = actions.start_draft(shop, "default", author)
    return actions.put_rule(started, author, GIFT, revision=0)


def tried(draft: PackVersion, author: Agent) -> TryOut:
    asked = trying.start_tryout(draft, author, wanted=200)
    run_tryout(asked.pk)
    asked.refresh_from_db()
    return asked


def test_the_same_pack_changes_nothing(shop: Shop, author: Agent) -> None:
    result = tried(actions.start_draft(shop, "default", author), author).result
    conversations = Decision.objects.values("conversation").distinct().count()
    assert result["decisions"] + result["skipped"]["elsewhere"] == conversations
    assert (result["changed"], result["examples"], result["remedies"]) == (0, [], [])
    assert result["approvals"][0] == result["approvals"][1]


def test_it_shows_what_the_draft_then_does(shop: Shop, author: Agent, draft: PackVersion) -> None:
    decided = Decision.objects.count()
    outcome = tried(draft, author)
    assert Decision.objects.count() == decided
    (example,) = outcome.result["examples"]
    waiting = Conversation.objects.get(external_id="c-1004")
    assert example["conversation"] == waiting.pk
    assert outcome.result["changed"] == outcome.result["first_changed"] == 1
    gift = next(found for found in outcome.result["remedies"] if found["remedy"] == "gift")
    assert gift["first"] == [0, 1]
    lead = person(shop, "second", Role.LEAD)
    now = Decision.objects.filter(conversation=waiting).latest("pk")
    assert [o["code"] for o in example["before"]] == [r["code"] for r in now.assessment["remedies"]]
    actions.publish(actions.submit(draft, author), lead)
    after = assess(waiting, now=now.made_at).assessment["remedies"]
    assert [o["code"] for o in example["after"]] == [r["code"] for r in after]


def test_only_a_conversations_newest_decision_counts(shop: Shop, author: Agent, draft: PackVersion) -> None:
    before = tried(draft, author).result["decisions"]
    assess(Conversation.objects.get(external_id="c-1004"))
    assert tried(draft, author).result["decisions"] == before


def test_decisions_that_cannot_be_read_are_counted(shop: Shop, author: Agent, draft: PackVersion) -> None:
    newest = Decision.objects.latest("pk")
    newest.facts["messages"] = None
    newest.save()
    assert tried(draft, author).result["skipped"]["unreadable"] == 1


def test_one_at_a_time_and_only_for_leads(shop: Shop, author: Agent, draft: PackVersion) -> None:
    asked = trying.start_tryout(draft, author, wanted=200)
    with pytest.raises(Conflict):
        trying.start_tryout(draft, author, wanted=200)
    trying.stop_tryout(asked, author)
    run_tryout(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.result) == ("failed", {})
    with pytest.raises(DomainError):
        trying.start_tryout(draft, author, wanted=7)
    with pytest.raises(NotAllowed):
        trying.start_tryout(draft, Agent.objects.get(email="agent@porcelain.test"), wanted=200)


def test_a_draft_that_changed_meanwhile_is_told(shop: Shop, author: Agent, draft: PackVersion) -> None:
    asked = trying.start_tryout(draft, author, wanted=200)
    actions.switch_rule(draft, author, "sorry-gift", revision=draft.revision, on=False)
    run_tryout(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "failed"
    assert "changed" in asked.problem


def test_another_shops_decisions_are_not_looked_at(shop: Shop, author: Agent) -> None:
    other = build_shop("elsewhere", "别处")
    boss = Agent.objects.get(email="admin@elsewhere.test")
    draft = actions.start_draft(other, "default", boss)
    draft = actions.put_rule(draft, boss, GIFT, revision=0)
    found = {example["conversation"] for example in tried(draft, boss).result["examples"]}
    assert found == {Conversation.objects.get(shop=other, external_id="c-1004").pk}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_goes_with_it(client: Client, author: Agent, draft: PackVersion, language: str) -> None:
    set_language(author, language)
    client.force_login(author)
    answer = client.post(reverse("policies:try_out", args=[draft.pk]), {"wanted": "200"})
    address = answer["Location"]
    assert "<progress" in client.get(address).content.decode()
    run_tryout(TryOut.objects.get().pk)
    body = client.get(address).content.decode()
    waiting = Conversation.objects.get(external_id="c-1004")
    assert reverse("conversations:page", args=[waiting.pk]) in body
    assert "sorry-gift" in body
    assert "<html" not in client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert address in client.get(reverse("policies:version", args=[draft.pk])).content.decode()
    assert client.post(reverse("policies:stop_tryout", args=[TryOut.objects.get().pk])).status_code == 302
    assert TryOut.objects.get().state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_it(shop: Shop, author: Agent, draft: PackVersion) -> None:
    asked = trying.start_tryout(draft, author, wanted=200)
    asyncio.run(work(concurrency=1, once=True))
    asked.refresh_from_db()
    assert asked.state == "done"
    assert asked.result["changed"] == 1


def offered(code: str, amount: float | None = None, approval: bool = False, **more: Any) -> Offered:
    return Offered(code, more.get("policy", "r"), amount, more.get("currency", "CNY"), approval)


def test_the_sums() -> None:
    outcome = Outcome()
    outcome.add(1, "a", "x", [offered("coupon", 20)], [offered("coupon", 30, True), offered("gift", 5)])
    outcome.add(2, "a", "y", [offered("explain")], [offered("explain", policy="other")])
    outcome.add(3, "b", "z", [], [offered("refund_only", 9, currency="USD")])
    result = outcome.as_json()
    assert (result["decisions"], result["changed"], result["first_changed"]) == (3, 2, 1)
    assert result["approvals"] == [0, 1]
    assert result["money"] == {"CNY": [20, 30], "USD": [0, 9]}
    assert result["at_once"] == {"CNY": [20, 5]}
    assert [(i["issue"], i["decisions"], i["changed"]) for i in result["issues"]] == [
        ("a", 2, 1),
        ("b", 1, 1),
    ]
    assert {r["remedy"]: r["offered"] for r in result["remedies"]} == {"gift": [0, 1], "refund_only": [0, 1]}
    assert [e["conversation"] for e in result["examples"]] == [1, 3]


def test_examples_show_every_issue_a_few_times() -> None:
    outcome = Outcome()
    for number in range(50):
        outcome.add(number, "a" if number < 49 else "b", "", [], [offered("gift")])
    issues = [example["issue"] for example in outcome.as_json()["examples"]]
    assert (issues.count("a"), issues.count("b")) == (6, 1)
