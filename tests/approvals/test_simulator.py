"""The simulator's pages, and the way from a suggestion to a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from goldseam.approvals.history import Decided, write_decided
from goldseam.approvals.models import ApprovalRequest, Turn
from goldseam.approvals.simulator import draft_with_limit, limit_now, past_requests, with_limit
from goldseam.core.errors import Conflict, NotAllowed
from goldseam.engine.decide.pack_canon import canonical
from goldseam.policies.models import PackVersion
from goldseam.workshop.load_terms import shipped_pack
from tests.ledger.conftest import House, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return build()


@pytest.fixture
def lead(house: House, client: Client) -> Client:
    client.force_login(house.lead, backend="django.contrib.auth.backends.ModelBackend")
    return client


def fill(house: House, count: int, *, amount: str = "60", granted: str | None = "60") -> None:
    now = timezone.now()
    write_decided(
        house.shop.pk,
        [
            Decided(
                key=f"{amount}-{number}",
                conversation_id=house.conversation.pk,
                order_id=None,
                issue="logistics.delay",
                remedy="coupon",
                amount=Decimal(amount),
                currency="CNY",
                reason="等太久",
                requester_id=house.agent.pk,
                decider_id=house.lead.pk,
                asked_at=now - timedelta(hours=number + 3),
                decided_at=now - timedelta(hours=number),
                granted=None if granted is None else Decimal(granted),
            )
            for number in range(count)
        ],
        actor="test",
    )


def test_history_is_written_once_with_its_turns(house: House) -> None:
    for _ in range(2):
        fill(house, 4)
    assert ApprovalRequest.objects.count() == 4
    assert Turn.objects.count() == 8
    past = past_requests(house.shop.pk, "CNY", timezone.now() - timedelta(days=9))
    assert {round(one.hours, 3) for one in past} == {3.0}


def test_the_page_says_what_the_past_supports(
    house: House, lead: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    assert lead.get("/approvals/simulator/").context["has_past"] is False
    fill(house, 12)
    assert lead.get("/approvals/simulator/").context["chosen"].suggestion.more == 8
    fill(house, 40, amount="70", granted="70")
    fill(house, 40, amount="300", granted=None)
    with django_assert_max_num_queries(14):
        page = lead.get("/approvals/simulator/?issue=logistics.delay")
    chosen = page.context["chosen"]
    assert (chosen.suggestion.verdict, chosen.suggestion.limit) == ("raise", 80)
    assert page.context["outlook"].at_once == 52
    figures = lead.get("/approvals/simulator/data/?issue=logistics.delay").json()
    assert figures["suggested"] == 80
    assert figures["curve"][0]["share"] == 1
    assert sum(step["count"] for step in figures["curve"]) == 92


@pytest.mark.parametrize(
    "address", ["?days=9&currency=zz&issue=x&limit=abc", "?limit=1e99", "?currency=", "?limit=NaN"]
)
def test_odd_addresses_show_the_page(lead: Client, house: House, address: str) -> None:
    fill(house, 3)
    assert lead.get(f"/approvals/simulator/{address}").status_code == 200
    assert lead.get(f"/approvals/simulator/data/{address}").status_code == 200


def test_agents_do_not_see_it(house: House, client: Client) -> None:
    client.force_login(house.agent, backend="django.contrib.auth.backends.ModelBackend")
    for address in ("", "data/"):
        assert client.get(f"/approvals/simulator/{address}").status_code == 403
    assert client.post("/approvals/simulator/apply/", {"currency": "CNY", "limit": "80"}).status_code == 403
    with pytest.raises(NotAllowed):
        draft_with_limit(house.shop, house.agent, issue="", currency="CNY", limit=Decimal(80))


def test_a_limit_becomes_a_draft_with_its_difference(house: House, lead: Client) -> None:
    answer = lead.post("/approvals/simulator/apply/", {"issue": "", "currency": "CNY", "limit": "80"})
    draft = PackVersion.objects.get()
    assert answer.headers["Location"] == f"/policies/{draft.pk}/difference/"
    assert draft.state == "draft"
    assert limit_now(draft.body) == 80
    assert lead.get(answer.headers["Location"]).status_code == 200
    again = lead.post("/approvals/simulator/apply/", {"issue": "", "currency": "CNY", "limit": "90"})
    assert again.headers["Location"] == "/approvals/simulator/"
    assert PackVersion.objects.count() == 1


def test_one_issue_changes_only_its_own_rules(house: House) -> None:
    draft = draft_with_limit(
        house.shop, house.lead, issue="logistics.delay", currency="CNY", limit=Decimal(120)
    )
    before = {rule["id"]: rule for rule in shipped_pack("default")["rules"]}
    assert draft.body["authority"] == shipped_pack("default")["authority"]
    changed = [rule for rule in draft.body["rules"] if before.get(rule["id"]) != rule]
    assert changed
    for rule in changed:
        old = before.get(rule["id"])
        if rule.get("grants", {}).get("agent") == 120:
            assert rule["when"]["issue"] == ["logistics.delay"]
        else:
            assert old is not None
            assert set(old["when"]["issue"]) > set(rule["when"]["issue"])
    for rule in draft.body["rules"]:
        old = before.get(rule["id"])
        if old and old.get("grants", {}).get("agent", 1) in (0, None):
            assert rule == old


def test_a_higher_limit_lifts_what_stands_on_it() -> None:
    body = with_limit(shipped_pack("default"), "", 900)
    assert body["authority"]["agent"]["per_case"] == 900
    assert body["authority"]["agent"]["per_day"] >= 900
    assert body["authority"]["lead"]["per_case"] >= 900
    assert canonical(body) == body


def test_nothing_to_change_is_told(house: House) -> None:
    limit = limit_now(shipped_pack("default"))
    assert limit is not None
    with pytest.raises(Conflict):
        draft_with_limit(house.shop, house.lead, issue="", currency="CNY", limit=limit)
    with pytest.raises(Conflict):
        draft_with_limit(house.shop, house.lead, issue="", currency="XXX", limit=Decimal(5))
