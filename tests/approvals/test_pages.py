"""Pages and doors: what each shows to whom, how many questions it asks the database, and its errors."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from goldseam.approvals import actions
from goldseam.approvals.models import ApprovalRequest, ApprovalStep, Cover, State
from goldseam.people.actions import issue_token
from goldseam.people.models import Agent
from tests.approvals.conftest import House

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def as_person(client: Client, agent: Agent) -> Client:
    client.force_login(agent)
    return client


def asked(client: Client, conversation_id: int, **fields: Any) -> Any:
    data = {"remedy": "coupon", "amount": "200", "currency": "CNY", "reason": "急用", "key": "k"} | fields
    return client.post(reverse("approvals:ask", args=[conversation_id]), data, headers=HTMX)


def test_an_agent_asks_in_a_dialog_and_sees_the_state_beside_the_thread(house: House, client: Client) -> None:
    as_person(client, house.agent)
    conversation = house.conversation()
    path = reverse("approvals:ask", args=[conversation.pk])
    dialog = client.get(path, {"remedy": "coupon", "amount": "88", "text": "补您88元"}, headers=HTMX)
    page = dialog.content.decode()
    for words in ('value="88"', "补您88元", "杯子碎了一只", "ask-dialog"):
        assert words in page
    message = conversation.messages.get()
    answer = asked(client, conversation.pk, messages=[str(message.pk)], reply="补您200元")
    assert answer.status_code == 200
    assert "lead" in answer["HX-Trigger"]
    request = ApprovalRequest.objects.get()
    assert request.references == [{"kind": "message", "id": message.pk}]
    strip = client.get(reverse("approvals:strip", args=[conversation.pk])).content.decode()
    assert "200" in strip
    assert "lead" in strip


def test_what_is_wrong_comes_back_in_the_dialog_with_what_was_written(house: House, client: Client) -> None:
    as_person(client, house.agent)
    answer = asked(client, house.conversation().pk, amount="0", reason="一整段理由")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert "一整段理由" in page
    assert not ApprovalRequest.objects.exists()
    again = asked(client, house.conversation().pk, amount="x")
    assert again.status_code == 422


def test_without_htmx_there_is_a_whole_page(house: House, client: Client) -> None:
    as_person(client, house.agent)
    conversation = house.conversation()
    assert "<html" in client.get(reverse("approvals:ask", args=[conversation.pk])).content.decode()
    data = {"remedy": "coupon", "amount": "9", "currency": "CNY", "reason": "r", "key": "k"}
    answer = client.post(reverse("approvals:ask", args=[conversation.pk]), data)
    assert answer.status_code == 302


def test_a_lead_decides_on_one_screen(house: House, client: Client) -> None:
    request = house.ask(house.conversation(), 200)
    as_person(client, house.lead)
    page = client.get(reverse("approvals:request", args=[request.pk])).content.decode()
    for words in ("客户很着急", "data-decides", 'hx-get="/copilot/panel/', "/customers/", "200.00"):
        assert words in page
    path = reverse("approvals:decide", args=[request.pk])
    refused = client.post(path, {"verb": "refuse", "words": "", "key": "a"}, headers=HTMX)
    assert refused.status_code == 400
    done = client.post(path, {"verb": "approve", "amount": "180.00", "key": "b"}, headers=HTMX)
    assert done.status_code == 200
    request.refresh_from_db()
    assert (request.state, request.granted_amount) == (State.APPROVED, Decimal(180))
    repeat = client.post(path, {"verb": "approve", "amount": "180.00", "key": "b"}, headers=HTMX)
    assert repeat.status_code == 200
    late = client.post(path, {"verb": "refuse", "words": "no", "key": "c"}, headers=HTMX)
    assert late.status_code == 409


def test_small_requests_are_decided_together_and_large_ones_are_not(house: House, client: Client) -> None:
    small = [house.ask(house.conversation(f"s-{n}"), 60 + n).pk for n in range(3)]
    large = house.ask(house.conversation("l"), 400).pk
    as_person(client, house.lead)
    assert 'id="batch"' in client.get(reverse("approvals:queue")).content.decode()
    data = {"verb": "approve", "key": "b", "view": "mine", "request": [*small, large]}
    answer = client.post(reverse("approvals:batch"), data, headers=HTMX)
    assert answer.status_code == 200
    assert "3" in json.loads(answer["HX-Trigger"])["goldseam:toast"]["text"]
    assert set(ApprovalRequest.objects.filter(state=State.APPROVED).values_list("pk", flat=True)) == set(
        small
    )
    client.post(reverse("approvals:batch"), data, headers=HTMX)
    assert ApprovalRequest.objects.filter(state=State.APPROVED).count() == 3


def test_the_badge_counts_and_tells_news_once(house: House, client: Client) -> None:
    request = house.ask(house.conversation(), 200)
    as_person(client, house.lead)
    first = client.get(reverse("approvals:badge"))
    assert ">1<" in first.content.decode()
    assert "200" in json.loads(first["HX-Trigger"])["goldseam:toast"]["text"]
    assert "HX-Trigger" not in client.get(reverse("approvals:badge"))
    actions.approve(request.pk, house.lead)
    assert "nav-count" not in client.get(reverse("approvals:badge")).content.decode()
    as_person(client, house.agent)
    told = client.get(reverse("approvals:badge"))
    assert ">1<" in told.content.decode()  # a grant to be sent
    assert "lead" in json.loads(told["HX-Trigger"])["goldseam:toast"]["text"]


@pytest.mark.parametrize("view", ["mine", "open", "own", "history"])
def test_lists_ask_the_database_little_however_long_they_are(
    house: House, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, view: str
) -> None:
    for number in range(12):
        request = house.ask(house.conversation(f"c-{number}"), 50 + number)
        if number % 3 == 0:
            actions.approve(request.pk, house.lead)
    as_person(client, house.lead)
    with django_assert_max_num_queries(16):  # session, person and shop included
        client.get(reverse("approvals:queue"), {"view": view}, headers=HTMX)


def test_a_request_and_the_strip_ask_little(
    house: House, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    conversation = house.conversation()
    request = house.ask(conversation, 200)
    as_person(client, house.lead)
    for path, most in (
        (reverse("approvals:request", args=[request.pk]), 16),
        (reverse("approvals:strip", args=[conversation.pk]), 14),
        (reverse("approvals:badge"), 14),
    ):
        with django_assert_max_num_queries(most):
            client.get(path, headers=HTMX)


def test_history_is_filtered(house: House, client: Client) -> None:
    yes = house.ask(house.conversation("y"), 200)
    actions.approve(yes.pk, house.lead)
    no = house.ask(house.conversation("n"), 120, remedy="gift")
    actions.refuse(no.pk, house.other_lead, words="不合规则")
    as_person(client, house.lead)

    def shown(**filters: Any) -> set[int]:
        page = client.get(reverse("approvals:queue"), {"view": "history"} | filters).content.decode()
        return {r.pk for r in (yes, no) if f'data-row="{r.pk}"' in page}

    assert shown() == {yes.pk, no.pk}
    assert shown(state="refused") == {no.pk}
    assert shown(remedy="coupon") == {yes.pk}
    assert shown(person=house.other_lead.pk) == {no.pk}
    assert shown(days=7) == {yes.pk, no.pk}
    assert shown(q="周雨桐") == {yes.pk, no.pk}
    assert shown(q="没有这个") == set()
    as_person(client, house.colleague)
    assert shown() == set()  # agents see what they asked for themselves


def test_a_lead_names_a_deputy_and_ends_it(house: House, client: Client) -> None:
    as_person(client, house.lead)
    now = timezone.localtime()
    data = {
        "agent": house.lead.pk,
        "deputy": house.colleague.pk,
        "starts_at": f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "away": "1",
        "up_to": "120",
        "note": "年假",
    }
    path = reverse("approvals:covers")
    assert client.post(path, data).status_code == 302
    cover = Cover.objects.get()
    assert (cover.deputy, cover.up_to) == (house.colleague, Decimal(120))
    assert "年假" in client.get(path).content.decode()
    assert client.post(path, data).status_code == 409  # the time is taken
    assert client.post(path, data | {"agent": house.other_lead.pk}).status_code == 403
    as_person(client, house.colleague)
    assert client.get(path).status_code == 403
    assert client.post(reverse("approvals:end_cover", args=[cover.pk])).status_code == 403
    as_person(client, house.lead)
    assert client.post(reverse("approvals:end_cover", args=[cover.pk])).status_code == 302
    cover.refresh_from_db()
    assert cover.ended_at is not None


def test_an_admin_writes_the_steps(house: House, client: Client) -> None:
    path = reverse("approvals:steps")
    assert as_person(client, house.lead).get(path).status_code == 403
    as_person(client, house.admin)
    data = {
        "issue": ["*", "logistics.*", "*"],
        "remedy": ["*", "coupon", "*"],
        "over": ["0", "100", "0"],
        "levels": ["lead", "lead,admin", ""],
        "wait": ["30", "45", "60"],
        "small_amount": "80",
        "grant_days": "7",
    }
    assert client.post(path, data).status_code == 302
    rows = set(ApprovalStep.objects.values_list("issue", "remedy", "over", "wait_minutes"))
    assert rows == {("*", "*", Decimal(0), 30), ("logistics.*", "coupon", Decimal(100), 45)}
    for wrong in ({"over": ["-1", "1", "0"]}, {"wait": ["x", "1", "1"]}, {"issue": ["nope", "*", "*"]}):
        assert client.post(path, data | wrong).status_code == 422
    assert ApprovalStep.objects.count() == 2


def test_programs_ask_and_follow_but_never_decide(house: House, client: Client) -> None:
    _, secret = issue_token(house.shop, "erp", ["approvals:read", "approvals:write"], actor="test")
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "erp-1"}
    house.conversation("c-9")
    body = {
        "conversation": "c-9",
        "remedy": "partial_refund",
        "amount": "120.50",
        "reason": "外包装破损",
        "requester": "agent@bowls.test",
    }

    def post(**changes: Any) -> Any:
        return client.post(
            "/api/v1/approvals", json.dumps(body | changes), content_type="application/json", headers=headers
        )

    made = post()
    assert made.status_code == 201, made.content
    assert (made.json()["state"], made.json()["amount"]) == ("pending", "120.50")
    assert post().status_code == 200
    assert post(amount="99").status_code == 409
    assert post(requester="nobody@bowls.test").status_code == 404
    assert post(remedy="coupon", amount="1.234").status_code == 422
    number = made.json()["id"]
    got = client.get(f"/api/v1/approvals/{number}", headers=headers).json()
    assert got["requester"] == "agent@bowls.test"
    listed = client.get("/api/v1/approvals?state=pending&conversation=c-9", headers=headers).json()
    assert [item["id"] for item in listed["items"]] == [number]
    taken = client.post(f"/api/v1/approvals/{number}/withdraw", headers=headers)
    assert taken.json()["state"] == "withdrawn"
    _, blind = issue_token(house.shop, "blind", ["orders:read"], actor="test")
    refused = client.get("/api/v1/approvals", headers={"Authorization": f"Bearer {blind}"})
    assert refused.status_code == 403
