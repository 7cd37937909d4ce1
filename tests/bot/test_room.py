"""The switchboard, suggestions, giving over, figures, the door of the shop's system."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.bot.cases import assume
from goldseam.bot.models import BotSettings, Case, Change, Switch, Turn
from goldseam.bot.queries import figures_of, modes_of, silent_cases
from goldseam.channels.helpcentre import actions as help_centre
from goldseam.channels.webhook.models import Delivery
from goldseam.conversations import actions as inbox
from goldseam.conversations.events import ReplySent
from goldseam.conversations.models import CloseRules, Conversation, Message, Survey
from goldseam.copilot.facts import forget_remedy_records
from goldseam.copilot.queries import latest_decision
from goldseam.copilot.replay import replay
from goldseam.core import events
from goldseam.core.errors import DomainError
from goldseam.core.models import AuditEntry
from goldseam.people.actions import create_shop, issue_token
from goldseam.people.models import Agent, Shop
from goldseam.routing.models import Placement, RoutingSettings
from goldseam.sla.actions import save_calendar
from goldseam.sla.models import Clock
from tests.bot.world import build_world

MOST_QUERIES = 14
MOST_IN_TURN = 66
MOST_WHERE_IT_IS_SILENT = 33


@pytest.fixture
def shop(db: None) -> Shop:
    return build_world()


def person(mailbox: str) -> Agent:
    return Agent.objects.get(email=f"{mailbox}@porcelain.test")


def talk(shop: Shop, *words: str, who: str = "way", key: str = "c-1", channel: str = "api") -> Conversation:
    customer = shop.customer_set.get(external_id=who) if who else None
    conversation = inbox.open_conversation(shop, key, customer=customer, channel=channel, actor="test")
    for text in words:
        inbox.receive_message(conversation, text)
    return Conversation.objects.get(pk=conversation.pk)


def said(conversation: Conversation) -> list[str]:
    rows = Message.objects.filter(conversation=conversation, role="bot", is_note=False).order_by("id")
    return [message.text for message in rows]


def test_what_was_closed_before_it_had_an_issue_teaches_nothing_and_stops_nobody(shop: Shop) -> None:
    old = inbox.open_conversation(shop, "old", actor="test")
    Conversation.objects.filter(pk=old.pk).update(
        status="closed", issue="", remedy="explain", outcome="satisfied"
    )
    forget_remedy_records(shop.pk)
    conversation = talk(shop, "我的快递到哪了")
    assert "广州中转场" in said(conversation)[0]
    decision = latest_decision(conversation.pk)
    assert decision is not None
    assert decision.facts["remedy_records"] == []
    assert replay(decision).differs == ()


def test_it_answers_though_an_order_stands_as_the_contract_does_not_know(shop: Shop) -> None:
    way = shop.customer_set.get(external_id="way")
    way.orders.update(status="held_at_customs")
    conversation = talk(shop, "我的快递到哪了")
    assert said(conversation)


def test_out_of_hours_it_says_in_the_shops_own_time_when_people_are_back(shop: Shop) -> None:
    tomorrow = (timezone.now().astimezone(ZoneInfo(shop.timezone)) + timedelta(days=1)).weekday()
    hours = ["09:00-18:00" if day == tomorrow else "" for day in range(7)]
    save_calendar(shop, None, name="一天", timezone=shop.timezone, hours=hours, team_id=None, actor="test")
    assert "09:00" in said(talk(shop, "转人工"))[0]


def links(conversation: Conversation) -> list[dict[str, str]]:
    latest = Message.objects.filter(conversation=conversation, role="bot", is_note=False).latest("pk")
    return latest.details.get("links", [])


def test_an_answer_links_to_its_article_where_the_help_centre_shows_it(shop: Shop, client: Client) -> None:
    assert links(talk(shop, "怎么退货", key="c-1")) == []
    centre = help_centre.set_up(shop, actor="test", is_on=True, kinds=["policy", "how_to"])
    (link,) = links(talk(shop, "怎么退货", key="c-2"))
    page = client.get(urlsplit(link["url"]).path)
    assert page.status_code == 200
    assert link["title"] in page.content.decode()
    help_centre.set_up(shop, actor="test", is_on=True, kinds=["product"])
    assert links(talk(shop, "怎么退货", key="c-3")) == [], centre


def test_without_a_switch_the_bot_is_off(shop: Shop) -> None:
    Switch.objects.all().delete()
    conversation = talk(shop, "我的快递到哪了", "人工")
    assert said(conversation) == []
    assert not Turn.objects.exists()
    assert modes_of(create_shop("new", "新店", actor="test").pk, "webchat") == {}


def test_the_most_particular_switch_counts(shop: Shop) -> None:
    Switch.objects.create(shop=shop, issue="logistics.tracking", channel="", mode="off")
    Switch.objects.create(shop=shop, issue="logistics.tracking", channel="webchat", mode="answer")
    assert said(talk(shop, "我的快递到哪了", key="a")) == []
    assert len(said(talk(shop, "我的快递到哪了", key="b", channel="webchat"))) == 1
    assert len(said(talk(shop, "怎么退货", key="c"))) == 1


def test_a_subject_that_is_switched_off_in_the_middle_is_given_over(shop: Shop) -> None:
    Switch.objects.create(shop=shop, issue="refund.return", channel="", mode="off")
    conversation = talk(shop, "我的快递到哪了", "怎么退货")
    assert conversation.bot == "wanted"
    assert conversation.handover == "policy"


def test_suggestions_are_kept_and_not_sent(shop: Shop, client: Client) -> None:
    Switch.objects.update(mode="suggest")
    conversation = talk(shop, "我的快递到哪了")
    turn = Turn.objects.get()
    assert (said(conversation), turn.mode, turn.reply, conversation.bot) == ([], "suggest", None, "")
    assert "广州中转场" in turn.text
    client.force_login(person("agent"))
    page = client.get(reverse("bot:beside", args=[conversation.pk])).content.decode()
    assert "广州中转场" in page
    assert client.post(reverse("bot:use", args=[conversation.pk, turn.pk])).status_code == 204
    turn.refresh_from_db()
    assert turn.used_at is not None
    inbox.send_reply(conversation, person("agent"), "您好,在广州。")
    page = client.get(reverse("bot:beside", args=[conversation.pk])).content.decode()
    assert "广州中转场" not in page


def test_a_switchboard_may_be_read_by_leads_and_written_by_admins(shop: Shop, client: Client) -> None:
    address = reverse("bot:switch")
    form = {"mode:@webchat": "answer", "mode:invoice@": "suggest", "most_turns": "9", "confirm_minutes": "20",
            "change_minutes": "5", "assumed_hours": "48", "back_days": "2"}  # fmt: skip
    for mailbox, status in (("agent", 403), ("lead", 403), ("admin", 302)):
        client.force_login(person(mailbox))
        assert client.post(address, form).status_code == status
    kept = {(row.issue, row.channel): row.mode for row in Switch.objects.filter(shop=shop)}
    assert kept == {("", "webchat"): "answer", ("invoice", ""): "suggest"}
    assert BotSettings.objects.get().assumed_hours == 48
    assert AuditEntry.objects.filter(verb="bot.switched").count() == 1
    for wrong in ({"mode:nonsense@": "answer"}, {"mode:@": "loud"}, {"most_turns": "0"}, {"back_days": "x"}):
        answer = client.post(address, form | wrong)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()
    assert {(r.issue, r.channel) for r in Switch.objects.filter(shop=shop)} == set(kept)


@pytest.mark.parametrize("name", ["bot:switch", "bot:figures"])
def test_pages_within_the_queries(
    shop: Shop, client: Client, name: str, django_assert_max_num_queries: Any
) -> None:
    talk(shop, "我的快递到哪了", "人工")
    client.force_login(person("lead"))
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(reverse(name)).status_code == 200
    client.force_login(person("agent"))
    assert client.get(reverse(name)).status_code == 403


def test_beside_is_for_the_shops_own_people(
    shop: Shop, client: Client, django_assert_max_num_queries: Any
) -> None:
    conversation = talk(shop, "我的快递到哪了")
    address = reverse("bot:beside", args=[conversation.pk])
    client.force_login(person("agent"))
    with django_assert_max_num_queries(MOST_QUERIES):
        assert "bot" in client.get(address).content.decode()
    stranger = Agent.objects.create(email="stranger@else.test", name="s")
    client.force_login(stranger)
    assert client.get(address).status_code in (302, 403, 404)
    assert client.post(reverse("bot:take", args=[conversation.pk])).status_code in (302, 403, 404)


def test_giving_over_leaves_a_summary_a_waiting_customer_and_a_running_clock(shop: Shop) -> None:
    RoutingSettings.objects.create(shop=shop, mode="assign")
    conversation = talk(shop, "我的快递到哪了")
    assert (conversation.bot, conversation.assignee, conversation.waiting_since) == ("serving", None, None)
    assert not Placement.objects.exists(), "nobody is looked for while the bot answers"
    conversation = talk(shop, "人工")
    assert (conversation.bot, conversation.handover) == ("wanted", "customer_request")
    assert conversation.waiting_since is not None
    assert conversation.assignee == person("agent")
    assert Clock.objects.filter(conversation=conversation, ended=False).exists()
    note = Message.objects.get(conversation=conversation, event="given_over")
    assert note.is_note
    assert note.details["reason"] == "customer_request"
    assert note.details["said"][-1] == "人工"
    assert "广州中转场" in note.details["tried"][0]
    inbox.send_reply(conversation, person("agent"), "您好,我来看看。")
    conversation.refresh_from_db()
    assert (conversation.bot, conversation.waiting_since) == ("", None)


def test_the_reason_stays_until_a_person_answers(shop: Shop) -> None:
    conversation = talk(shop, "我的快递到哪了", "还是不行")
    assert (conversation.bot, conversation.handover) == ("wanted", "missing_knowledge")
    conversation = talk(shop, "你好")
    assert conversation.bot == "wanted"
    assert conversation.handover, "a later assessment may name a graver reason, never none"


def test_confirmed_ends_it_and_asks_how_it_was(shop: Shop) -> None:
    CloseRules.objects.create(shop=shop, ask_customer=True)
    conversation = talk(shop, "我的快递到哪了", "解决了")
    assert (conversation.status, conversation.bot) == ("closed", "")
    case = Case.objects.get()
    assert (case.outcome, case.handed_over) == ("confirmed", "")
    survey = Survey.objects.get(conversation=conversation)
    assert survey.message is not None
    assert survey.message.details == {"ask": "rate"}
    inbox.answer_survey(survey, 1, "solution", "没用")
    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee) == ("open", person("lead"))
    inbox.receive_message(conversation, "在吗")
    assert len(said(conversation)) == 3, "answer, goodbye and survey; then the lead's"


def test_silence_is_assumed_never_confirmed(shop: Shop) -> None:
    conversation = talk(shop, "我的快递到哪了", "谢谢")
    now = timezone.now() + timedelta(hours=23)
    assert silent_cases(now) == []
    (case,) = silent_cases(now + timedelta(hours=2))
    assert assume(case, now)
    assert not assume(case, now)
    case.refresh_from_db()
    conversation.refresh_from_db()
    assert (case.outcome, conversation.status) == ("assumed", "closed")
    talk(shop, "还是不行")
    case.refresh_from_db()
    assert (case.outcome, case.handed_over) == ("reopened", "missing_knowledge")


def test_the_figures_count_each_ending_once(shop: Shop) -> None:
    talk(shop, "我的快递到哪了", "解决了", key="a")
    talk(shop, "我的快递到哪了", key="b")
    talk(shop, "我的快递到哪了", "人工", key="c")
    taken = talk(shop, "我的快递到哪了", key="d")
    inbox.send_reply(taken, person("agent"), "您好。")
    inbox.receive_message(taken, "好")
    now = timezone.now()
    (row,) = figures_of(shop.pk, now - timedelta(days=1), now + timedelta(days=1))
    assert (row.issue, row.taken_up, row.answered, row.confirmed) == ("logistics.tracking", 4, 4, 1)
    assert (row.assumed, row.reopened, row.taken, row.handed_over) == (0, 0, 1, 1)
    assert row.reasons == {"customer_request": 1}


def test_a_crisis_silences_the_bot(shop: Shop) -> None:
    conversation = talk(shop, "我的快递到哪了")
    inbox.set_lock(conversation.pk, timezone.now())
    assert len(said(talk(shop, "快递到哪了"))) == 1


def test_words_of_self_harm_reach_people_and_get_no_machine(shop: Shop) -> None:
    conversation = talk(shop, "我不想活了,都是你们害的")
    assert said(conversation) == []
    assert conversation.locked_at is not None


def test_old_messages_that_are_pushed_later_are_not_answered(shop: Shop) -> None:
    conversation = talk(shop)
    inbox.receive_message(conversation, "我的快递到哪了", at=timezone.now() - timedelta(days=2))
    assert said(conversation) == []


def change_of(shop: Shop) -> Change:
    talk(shop, "取消订单", "确认取消", who="paid")
    return Change.objects.get()


def call(secret: str, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    data = json.dumps(body) if body is not None else ""
    return Client().generic(
        method, f"/api/v1{path}", data=data, content_type="application/json", headers=headers
    )


def test_the_shops_system_hears_of_a_change_and_answers_once(shop: Shop) -> None:
    change = change_of(shop)
    delivery = Delivery.objects.get(event="change.requested")
    told = delivery.payload["change"]
    assert (told["kind"], told["order_id"], told["confirmed_by"]) == (
        "cancel_order",
        "880000010002",
        "确认取消",
    )
    _, secret = issue_token(shop, "erp", ["changes:write"], actor="test")
    _, other = issue_token(create_shop("else", "别家", actor="test"), "erp", ["changes:write"], actor="test")
    _, weak = issue_token(shop, "door", ["conversations:write"], actor="test")
    waiting = call(secret, "GET", "/changes?state=waiting").json()
    assert [row["id"] for row in waiting] == [str(change.pk)]
    path = f"/changes/{change.pk}/result"
    assert call(other, "POST", path, {"state": "done"}).status_code == 404
    assert call(weak, "POST", path, {"state": "done"}).status_code == 403
    assert call(secret, "POST", path, {"state": "perhaps"}).status_code == 422
    for _again in range(2):
        assert call(secret, "POST", path, {"state": "done"}).json()["state"] == "done"
    assert call(secret, "POST", path, {"state": "failed"}).status_code == 409
    conversation = change.conversation
    assert sum("已经取消好了" in text for text in said(conversation)) == 1
    conversation.refresh_from_db()
    assert conversation.remedy == "cancel_order"


def test_an_answer_after_people_took_over_is_theirs(shop: Shop) -> None:
    change = change_of(shop)
    conversation = change.conversation
    inbox.send_reply(conversation, person("agent"), "您好,我来跟进。")
    before = said(conversation)
    _, secret = issue_token(shop, "erp", ["changes:write"], actor="test")
    assert call(secret, "POST", f"/changes/{change.pk}/result", {"state": "done"}).status_code == 200
    assert said(conversation) == before
    assert Message.objects.filter(conversation=conversation, event="change_settled").exists()


def test_every_decision_is_kept_with_its_reasons(shop: Shop) -> None:
    talk(shop, "怎么退货", who="meter")
    turn = Turn.objects.get()
    assert (turn.kind, turn.reason, turn.topic) == ("answer", "article", "refund.return")
    assert turn.sources[0].startswith("article-")
    assert turn.reply is not None
    assert turn.version


def test_a_turn_within_the_statements(shop: Shop, client: Client, django_assert_max_num_queries: Any) -> None:
    """Door, assessment, clocks, answer and all that follows from it; what is read, is read once."""
    _, token = issue_token(shop, "shop", ["conversations:write"], actor="test")

    def post(text: str, most: int) -> None:
        body = json.dumps({"text": text, "customer": {"id": "way"}})
        with django_assert_max_num_queries(most):
            answer = client.post(
                "/api/v1/conversations/c-9/messages",
                body,
                content_type="application/json",
                headers={"Authorization": f"Bearer {token}"},
            )
        assert answer.status_code == 201

    post("我的快递到哪了", MOST_IN_TURN)
    post("转人工", MOST_IN_TURN)
    kinds = Turn.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["answer", "hand_over"]
    post("有人吗", MOST_WHERE_IT_IS_SILENT)
    assert Turn.objects.count() == 2


def test_what_was_refused_leaves_the_conversation_as_it_was(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that are taken back after they were written: the row in hand forgets them, too."""

    def refuse(event: ReplySent) -> None:
        if Message.objects.get(pk=event.message_id).text.count("广州"):
            raise DomainError("no")

    handlers = (*events._handlers[ReplySent], refuse)
    monkeypatch.setitem(events._handlers, ReplySent, handlers)
    conversation = talk(shop, "我的快递到哪了")
    (turn,) = Turn.objects.all()
    assert (turn.kind, turn.reason) == ("hand_over", "policy")
    assert conversation.waiting_since is not None
    assert conversation.bot == "wanted"
    assert not any("广州" in text for text in said(conversation))
