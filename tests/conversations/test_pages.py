"""The inbox's pages: how many queries they take, what they show in both languages, what they refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.conversations import actions, inbox
from goldseam.conversations.models import Conversation, Message
from goldseam.core.models import AuditEntry
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Membership, Shop
from tests.journeys.shop import build_shop

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


@pytest.fixture
def agent(shop: Shop) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


@pytest.fixture
def desk(client: Client, agent: Agent) -> Client:
    client.force_login(agent)
    return client


def conversation(key: str = "c-1001") -> Conversation:
    return Conversation.objects.get(external_id=key)


PLACES = ("page", "thread", "head", "former", "alike", "history", "peek")


@pytest.mark.parametrize("view", inbox.VIEWS)
def test_every_view_within_the_queries(desk: Client, view: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = desk.get(reverse("conversations:inbox"), {"view": view})
    assert answer.status_code == 200


@pytest.mark.parametrize("place", PLACES)
def test_every_fragment_within_the_queries(
    desk: Client, place: str, django_assert_max_num_queries: Any
) -> None:
    address = reverse(f"conversations:{place}", args=[conversation().pk])
    with django_assert_max_num_queries(MOST_QUERIES):
        assert desk.get(address, headers={"HX-Request": "true"}).status_code == 200
    with django_assert_max_num_queries(MOST_QUERIES):
        assert desk.get(address).status_code == 200


def test_search_within_the_queries(desk: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = desk.get(reverse("conversations:inbox"), {"q": "投诉"})
    assert answer.status_code == 200


def keys(answer: Any) -> list[str]:
    return [row.external_id for row in answer.context["page"].rows]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("曝光", ["c-1006"]),
        ("313021098902", ["c-1003"]),
        ("8902", ["c-1003"]),
        ("SF1029384702", ["c-1003"]),
        ("陈思远", ["c-1003"]),
        ("13800130002", ["c-1003"]),
        ("wedding", ["c-1007"]),
        ("c-1005", ["c-1005"]),
        ("没有这样的词", []),
        ("' & | ! :*", []),
    ],
)
def test_search_finds(desk: Client, words: str, found: list[str]) -> None:
    assert keys(desk.get(reverse("conversations:inbox"), {"q": words})) == found


def test_empty_search_teaches(desk: Client, agent: Agent) -> None:
    set_language(agent, "en")
    answer = desk.get(reverse("conversations:inbox"), {"q": "nothing-like-this"})
    assert "last four digits" in answer.content.decode()


def test_order_is_priority_then_waiting(desk: Client) -> None:
    rows = desk.get(reverse("conversations:inbox"), {"view": "needs"}).context["page"].rows
    order = [(row.priority, row.waiting_since) for row in rows]
    assert order == sorted(order)
    assert rows[0].external_id == "c-1002"


def test_views_hold_what_their_names_say(desk: Client, shop: Shop, agent: Agent) -> None:
    actions.snooze(conversation("c-1009"), timezone.now() + timedelta(hours=1), actor="test")
    actions.close(conversation("c-1010"), outcome="satisfied", actor="test")
    shown = {
        view: set(keys(desk.get(reverse("conversations:inbox"), {"view": view}))) for view in inbox.VIEWS
    }
    mine = set(
        Conversation.objects.filter(assignee=agent, status="open").values_list("external_id", flat=True)
    )
    assert shown["mine"] == mine
    assert shown["snoozed"] == {"c-1009"}
    assert "c-1010" in shown["closed"]
    assert not shown["closed"] & shown["open"]
    assert shown["unassigned"] & mine == set()
    assert shown["risk"] == {k for k in shown["open"] if conversation(k).priority in ("P0", "P1")}
    assert "c-1002" in shown["risk"]
    assert shown["needs"] == {k for k in shown["open"] if conversation(k).waiting_since}
    counts = inbox.view_counts(shop.pk, agent)
    for view, number in counts.items():
        assert number == len(shown[view]), view


@pytest.mark.parametrize("view", inbox.VIEWS)
def test_pages_follow_each_other_without_gap_or_repeat(shop: Shop, agent: Agent, view: str) -> None:
    now = timezone.now()
    rows = [
        Conversation(
            shop=shop,
            external_id=f"x-{i}",
            created_at=now,
            last_message_at=now - timedelta(minutes=i % 7),
            waiting_since=None if i % 5 == 0 else now - timedelta(minutes=i % 11),
            priority=("P1", "P2", "P3")[i % 3],
            status=("open", "open", "snoozed", "closed")[i % 4],
            snoozed_until=now + timedelta(hours=i % 3),
            closed_at=now - timedelta(hours=i % 3),
            promise_due_at=now + timedelta(hours=i % 3),
            assignee=agent if i % 2 else None,
            risk_level="high" if i % 3 else "low",
        )
        for i in range(150)
    ]
    Conversation.objects.bulk_create(rows)
    whole = inbox.inbox_page(shop.pk, agent, view=view, size=1000).rows
    seen: list[int] = []
    after = None
    while True:
        page = inbox.inbox_page(shop.pk, agent, view=view, after=after, size=7)
        seen += [row.pk for row in page.rows]
        after = page.following
        if after is None:
            break
    assert seen == [row.pk for row in whole]
    assert len(seen) == len(set(seen)) > 20


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJQMiIsIm5vIiwxXQ", "WyJQMiIsIjIwMjYtMDEtMDEiLDFd"])
def test_a_broken_page_link_is_the_callers_error(desk: Client, cursor: str) -> None:
    for view in ("needs", "closed"):
        answer = desk.get(reverse("conversations:inbox"), {"view": view, "after": cursor})
        assert answer.status_code == 400


def test_customer_text_is_never_markup(desk: Client) -> None:
    evil = "<img src=x onerror=alert(1)>\"'</textarea><script>alert(2)</script> 我要打12315"
    actions.receive_message(conversation(), evil)
    body = desk.get(reverse("conversations:page", args=[conversation().pk])).content.decode()
    assert "<img src=x" not in body
    assert "<script>alert" not in body
    assert "&lt;img src=x onerror=alert(1)&gt;" in body


def test_a_repeated_send_is_one_message(desk: Client) -> None:
    address = reverse("conversations:write", args=[conversation().pk])
    data = {"text": "马上处理", "kind": "reply", "key": "k-1", "remedy": "expedite"}
    for _ in range(3):
        assert desk.post(address, data, headers={"HX-Request": "true"}).status_code == 200
    sent = Message.objects.filter(conversation=conversation(), text="马上处理")
    assert [message.remedy for message in sent] == ["expedite"]


def test_a_note_stays_inside(desk: Client) -> None:
    address = reverse("conversations:write", args=[conversation().pk])
    desk.post(address, {"text": "先别回", "kind": "note", "key": "k-2"})
    note = Message.objects.get(text="先别回")
    assert note.is_note
    assert conversation().snippet != "先别回"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("write", {"text": "  ", "kind": "reply", "key": "k"}),
        ("write", {"text": "x", "kind": "shout", "key": "k"}),
        ("write", {"text": "x", "kind": "reply", "key": "k", "remedy": "DROP TABLE"}),
        ("write", {"text": "x" * 20_001, "kind": "reply", "key": "k"}),
        ("snooze", {}),
        ("snooze", {"until": "2020-01-01T10:00"}),
        ("snooze", {"until": "soon"}),
        ("close", {"outcome": "brilliant"}),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_bad_input_is_refused_with_words(desk: Client, name: str, data: dict[str, str], htmx: bool) -> None:
    before = conversation().version
    headers = {"HX-Request": "true"} if htmx else {}
    answer = desk.post(reverse(f"conversations:{name}", args=[conversation().pk]), data, headers=headers)
    assert answer.status_code == 400
    assert conversation().version == before
    assert ("goldseam:toast" in answer.headers.get("HX-Trigger", "")) == htmx


def test_only_colleagues_can_be_given_a_conversation(desk: Client) -> None:
    other = build_shop("other", "Other")
    outsider = Agent.objects.get(email="agent@other.test")
    address = reverse(
        "conversations:assign",
        args=[Conversation.objects.get(shop__slug="porcelain", external_id="c-1004").pk],
    )
    assert desk.post(address, {"assignee": outsider.pk}).status_code == 404
    assert other.memberships.count() == 3


def test_what_is_done_is_written_down(desk: Client, agent: Agent) -> None:
    target = conversation("c-1004")
    for name, data in (
        ("assign", {"assignee": agent.pk}),
        ("snooze", {"preset": "tomorrow"}),
        ("reopen", {}),
        ("close", {"outcome": "accepted"}),
    ):
        assert desk.post(reverse(f"conversations:{name}", args=[target.pk]), data).status_code == 302
    verbs = AuditEntry.objects.filter(subject=f"conversation-{target.pk}", actor=f"agent-{agent.pk}")
    assert [entry.verb.partition(".")[2] for entry in verbs.order_by("id")] == [
        "assigned",
        "snoozed",
        "reopened",
        "closed",
    ]
    assert all(entry.origin == "web 127.0.0.1" for entry in verbs)


def test_reading_takes_the_dot_away_and_a_new_message_brings_it_back(desk: Client, agent: Agent) -> None:
    target = conversation("c-1004")
    assert target.pk in inbox.unread_of(agent, [target])
    desk.get(reverse("conversations:page", args=[target.pk]))
    assert target.pk not in inbox.unread_of(agent, [conversation("c-1004")])
    actions.receive_message(target, "在吗")
    assert target.pk in inbox.unread_of(agent, [conversation("c-1004")])


def test_answering_takes_the_alert_away(desk: Client, shop: Shop) -> None:
    target = conversation("c-1002")
    assert target.pk in {row.pk for row in inbox.pending_alerts(shop.pk)}
    desk.post(
        reverse("conversations:write", args=[target.pk]), {"text": "您先就医", "kind": "reply", "key": "k"}
    )
    assert target.pk not in {row.pk for row in inbox.pending_alerts(shop.pk)}


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "现在需要我"), ("en", "Needs me now")])
def test_both_languages(desk: Client, agent: Agent, language: str, word: str) -> None:
    set_language(agent, language)
    answer = desk.get(reverse("conversations:inbox"))
    assert word in answer.content.decode()
    assert answer.headers["Content-Language"] == language


def test_a_conversation_of_my_other_shop_switches_the_shop(desk: Client, agent: Agent, shop: Shop) -> None:
    other = build_shop("other", "Other")
    Membership.objects.create(shop=other, agent=agent)
    assert desk.get(reverse("conversations:inbox")).wsgi_request.shop == other  # type: ignore[attr-defined]
    target = Conversation.objects.get(shop=shop, external_id="c-1001")
    answer = desk.get(reverse("conversations:page", args=[target.pk]), follow=True)
    assert answer.status_code == 200
    assert answer.wsgi_request.shop == shop


def test_a_long_thread_shows_its_end_first(desk: Client, django_assert_max_num_queries: Any) -> None:
    target = conversation("c-1004")
    start = timezone.now() - timedelta(days=3)
    Message.objects.bulk_create(
        Message(conversation=target, role="customer", text=f"n{i}n", at=start + timedelta(seconds=i))
        for i in range(350)
    )
    address = reverse("conversations:thread", args=[target.pk])
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = desk.get(address)
    shown = [bubble for day in answer.context["days"] for bubble in day.bubbles]
    assert len(shown) == 60
    assert shown[-1].message.role == "customer"
    assert "n100n" not in answer.content.decode()
    whole = desk.get(address, {"size": answer.context["earlier"]})
    assert "n0n" in whole.content.decode()
    assert whole.context["earlier"] is None
    for size in ("0", "-1", "x", "99999999"):
        assert len(desk.get(address, {"size": size}).context["days"]) >= 1
