"""Replies that can be taken back, closing, surveys, joining, mentions, delivery, presence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.conversations import actions, threads
from goldseam.conversations.models import Conversation, HeldReply, Mention, Message, Presence, Survey
from goldseam.conversations.queries import find_conversation, spoken
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.people.models import Agent, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


@pytest.fixture
def agent(shop: Shop) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


@pytest.fixture
def lead(shop: Shop) -> Agent:
    return Agent.objects.get(email="lead@porcelain.test")


@pytest.fixture
def desk(client: Client, agent: Agent) -> Client:
    client.force_login(agent)
    return client


def talk(key: str = "c-1004") -> Conversation:
    return Conversation.objects.select_related("shop", "customer").get(external_id=key)


def later(held: HeldReply) -> Any:
    return held.due_at + timedelta(seconds=1)


def test_a_held_reply_goes_out_once_when_its_time_is_over(agent: Agent) -> None:
    held = actions.hold_reply(talk(), agent, "您好", key="k")
    assert held is not None
    assert actions.hold_reply(talk(), agent, "您好", key="k") == held
    assert actions.release(held.pk) is None, "not before its time"
    assert talk().messages.filter(role="agent").count() == 0
    message = actions.release(held.pk, now=later(held))
    assert message is not None
    assert actions.release(held.pk, now=later(held)) is None
    assert actions.hold_reply(talk(), agent, "您好", key="k") is None
    assert talk().messages.filter(role="agent").count() == 1
    with pytest.raises(Conflict):
        actions.take_back(talk(), agent, held.pk)


def test_taken_back_it_never_goes_out(agent: Agent, lead: Agent) -> None:
    file = actions.upload(talk(), "a.txt", b"text", agent=agent, actor="t")
    held = actions.hold_reply(talk(), agent, "稍后回复您", key="k", files=[file.pk])
    assert held is not None
    with pytest.raises(NotFound):
        actions.take_back(talk(), lead, held.pk)
    taken = actions.take_back(talk(), agent, held.pk)
    assert (taken.text, [one.pk for one in taken.files]) == ("稍后回复您", [file.pk])
    assert actions.release(held.pk, now=later(held)) is None
    assert threads.unsent_files(talk(), agent) == [file]
    assert talk().messages.filter(role="agent").count() == 0


def test_the_job_sends_what_a_crashed_browser_left(agent: Agent) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    held = actions.hold_reply(talk(), agent, "您好", key="k")
    assert held is not None
    job = ProcrastinateJob.objects.get(task_name="conversations.send_held")
    assert job.args == {"held": held.pk}
    assert job.scheduled_at == held.due_at
    assert actions.overdue(timezone.now()) == []
    assert actions.overdue(held.due_at + timedelta(minutes=1)) == [held.pk]


def test_what_is_refused_is_told_at_once_and_nothing_is_held(agent: Agent) -> None:
    with pytest.raises(DomainError):
        actions.hold_reply(talk(), agent, "{{order.no}}", key="k")
    assert not HeldReply.objects.exists()


def test_what_is_refused_when_it_goes_out_waits_for_its_writer(agent: Agent) -> None:
    held = actions.hold_reply(talk(), agent, "您好", key="k")
    assert held is not None
    HeldReply.objects.filter(pk=held.pk).update(text="{{order.no}}")
    assert actions.release(held.pk, now=later(held)) is None
    held.refresh_from_db()
    assert "order.no" in held.error
    assert actions.release(held.pk, now=later(held)) is None
    assert actions.take_back(talk(), agent, held.pk).text == "{{order.no}}"


def test_send_and_close_in_one(agent: Agent, shop: Shop) -> None:
    held = actions.hold_reply(talk(), agent, "不客气", key="k", closing=actions.Closing("satisfied"))
    assert held is not None
    assert talk().status == "open"
    actions.release(held.pk, now=later(held))
    assert (talk().status, talk().outcome) == ("closed", "satisfied")


def test_a_second_answer_is_asked_about(desk: Client, agent: Agent, lead: Agent) -> None:
    target = talk()
    seen = target.messages.latest("id").pk
    answer = actions.send_reply(target, lead, "我来处理")
    address = reverse("conversations:write", args=[target.pk])
    data = {"text": "您好", "kind": "reply", "key": "k", "seen": seen}
    refused = desk.post(address, data, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert f'"answer": {answer.pk}' in refused["HX-Trigger"]
    assert lead.name in refused.content.decode()
    assert not Message.objects.filter(external_id="k").exists()
    assert desk.post(address, data | {"anyway": "1"}, headers={"HX-Request": "true"}).status_code == 200
    assert Message.objects.filter(external_id="k").exists()
    own = data | {"key": "k2", "seen": answer.pk}
    assert desk.post(address, own, headers={"HX-Request": "true"}).status_code == 200


def test_presence_is_told_and_ends(desk: Client, agent: Agent, lead: Agent) -> None:
    from goldseam.conversations import presence

    presence.note(talk(), lead, "writing")
    address = reverse("conversations:present", args=[talk().pk])
    body = desk.post(address, {"state": "reading"}).content.decode()
    assert lead.name in body
    assert [one.typing for one in threads.others_present(talk().pk, agent)] == [True]
    Presence.objects.filter(agent=lead).update(seen_at=timezone.now() - timedelta(minutes=2))
    assert threads.others_present(talk().pk, agent) == []
    presence.note(talk(), lead, "reading")
    presence.note(talk(), lead, "left")
    assert threads.others_present(talk().pk, agent) == []


def rules(shop: Shop, **more: Any) -> None:
    admin = Agent.objects.get(email=f"admin@{shop.slug}.test")
    plain = {"need_outcome": False, "need_cause": False, "need_note": False, "ask_customer": False}
    causes = [("carrier", "物流延误"), ("quality", "质量问题")]
    actions.set_close_rules(shop, admin, **plain | {"ask_days": 7, "causes": causes} | more)


def test_closing_needs_what_the_shop_asks(desk: Client, shop: Shop, agent: Agent) -> None:
    rules(shop, need_outcome=True, need_cause=True, need_note=True)
    address = reverse("conversations:close", args=[talk().pk])
    refused = desk.post(address, {"outcome": "accepted"})
    assert refused.status_code == 400
    assert "原因、" in refused.content.decode() or "原因" in refused.content.decode()
    with pytest.raises(actions.FieldsMissing) as caught:
        actions.close(talk(), outcome="accepted", actor=f"agent-{agent.pk}")
    assert caught.value.field == "cause"
    with pytest.raises(DomainError):
        actions.close(talk(), outcome="accepted", cause="nope", note="x", actor=f"agent-{agent.pk}")
    assert (
        desk.post(address, {"outcome": "accepted", "cause": "carrier", "note": "等快递"}).status_code == 302
    )
    assert (talk().status, talk().cause) == ("closed", "carrier")
    assert talk().messages.filter(is_note=True, text="等快递").exists()
    actions.close(talk("c-1005"), actor="clock")
    assert talk("c-1005").status == "closed"


def test_a_retired_cause_stays_with_what_it_closed(shop: Shop, agent: Agent) -> None:
    rules(shop)
    actions.close(talk(), cause="carrier", actor=f"agent-{agent.pk}")
    rules(shop, causes=[("quality", "质量")])
    assert [cause.code for cause in threads.causes_of(shop.pk)] == ["quality"]
    assert threads.cause_name(shop.pk, "carrier") == "物流延误"


def test_the_rules_page(client: Client, shop: Shop) -> None:
    client.force_login(Agent.objects.get(email="admin@porcelain.test"))
    address = reverse("conversations:close_rules")
    good = {
        "need_cause": "on",
        "causes": "carrier: 物流\nquality：质量",
        "ask_days": "5",
        "ask_customer": "on",
    }
    assert client.post(address, good).status_code == 302
    assert threads.close_rules(shop.pk).ask_days == 5
    assert [cause.code for cause in threads.causes_of(shop.pk)] == ["carrier", "quality"]
    for wrong in ("Carrier late", "a: x\na: y", "UPPER: x"):
        assert client.post(address, good | {"causes": wrong}).status_code == 422
    assert client.post(address, good | {"causes": ""}).status_code == 422


def asked(shop: Shop, agent: Agent, key: str = "c-1004") -> Survey:
    rules(shop, ask_customer=True)
    actions.close(talk(key), outcome="accepted", actor=f"agent-{agent.pk}")
    return Survey.objects.get(conversation=talk(key))


def test_the_customer_is_asked_once_by_a_signed_link(client: Client, shop: Shop, agent: Agent) -> None:
    survey = asked(shop, agent)
    link = actions.link_of(survey)
    message = Message.objects.get(pk=survey.message_id)
    assert (message.role, message.is_note) == ("bot", False)
    assert link in message.text
    path = link[link.index("/csat/") :]
    page = client.get(path)
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "same-origin"
    assert client.get(path + "?lang=en").content.decode().count("How did we do?") == 2
    assert client.post(path, {}).status_code == 422
    assert client.post(path, {"score": "9"}).status_code == 422
    done = client.post(path, {"score": "5", "reason": "speed", "comment": "<b>好</b>"})
    assert done.status_code == 200
    survey.refresh_from_db()
    assert (survey.score, survey.reason, survey.comment) == (5, "speed", "<b>好</b>")
    assert client.post(path, {"score": "1"}).status_code == 200
    survey.refresh_from_db()
    assert survey.score == 5, "one answer"
    assert (talk().status, talk().outcome) == ("closed", "satisfied")
    event = talk().messages.get(event="rated")
    assert event.details["score"] == 5
    assert event not in spoken(talk().pk)
    actions.reopen(talk(), actor="test")
    actions.close(talk(), outcome="accepted", actor=f"agent-{agent.pk}")
    assert Survey.objects.filter(conversation=talk()).count() == 1, "nobody is asked twice within days"


def test_a_low_score_brings_it_back_to_a_lead(shop: Shop, agent: Agent, lead: Agent) -> None:
    survey = asked(shop, agent)
    actions.answer_survey(survey, 1, "", "太慢")
    back = talk()
    assert (back.status, back.assignee, back.outcome) == ("open", lead, "")
    assert back.waiting_since is not None


def test_a_middling_score_says_nothing_against_what_is_known(shop: Shop, agent: Agent) -> None:
    actions.answer_survey(asked(shop, agent), 3, "", "")
    assert (talk().status, talk().outcome) == ("closed", "accepted")


@pytest.mark.parametrize("token", ["x", "1.abc", "1", "9.9.9"])
def test_a_made_up_link_opens_nothing(client: Client, shop: Shop, token: str) -> None:
    assert client.get(reverse("conversations:csat", args=[token])).status_code == 404


def test_an_old_link_is_over_and_many_tries_are_slowed(client: Client, shop: Shop, agent: Agent) -> None:
    survey = asked(shop, agent)
    link = actions.link_of(survey)
    path = link[link.index("/csat/") :]
    Survey.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert client.get(path).status_code == 410
    statuses = {client.get(path).status_code for _ in range(40)}
    assert 429 in statuses


def pair(shop: Shop, agent: Agent) -> tuple[Conversation, Conversation]:
    target = talk("c-1004")
    source = actions.open_conversation(shop, "c-2004", customer=target.customer, actor="test")
    actions.receive_message(source, "另外发票也开一下", key="m-1")
    actions.receive_message(target, "在吗", key="m-1")
    return Conversation.objects.get(pk=source.pk), target


def texts(conversation: Conversation) -> list[str]:
    return list(spoken(conversation.pk).values_list("text", flat=True))


def test_merged_and_taken_apart_again_nothing_is_lost(shop: Shop, agent: Agent) -> None:
    source, target = pair(shop, agent)
    before = texts(source), texts(target)
    row = actions.merge(source, target, agent)
    assert set(texts(target)) == {*before[0], *before[1]}
    assert find_conversation(shop.pk, "c-2004").pk == target.pk
    again, created = actions.take_in(
        shop, "c-2004", "customer", "x", customer=None, channel="api", key="m-1", at=None, actor="t"
    )
    assert (created, again.text) == (False, "另外发票也开一下")
    fresh, created = actions.take_in(
        shop, "c-2004", "customer", "还有一件事", customer=None, channel="api", key="m-2", at=None, actor="t"
    )
    assert (created, fresh.conversation_id) == (True, target.pk)
    assert threads.thread_id_of(target) == "c-2004"
    with pytest.raises(Conflict):
        actions.send_reply(source, agent, "x")
    with pytest.raises(Conflict):
        actions.reopen(source, actor="test")
    actions.undo_merge(row, agent)
    assert texts(source) == [*before[0], "还有一件事"]
    assert texts(target) == before[1]
    assert set(source.messages.values_list("external_id", "origin")) == {("m-1", None), ("m-2", None)}
    source.refresh_from_db()
    assert (source.status, source.merged_into_id) == ("open", None)
    assert source.waiting_since is not None
    with pytest.raises(Conflict):
        actions.undo_merge(row, agent)


def test_words_that_came_since_keep_a_conversation_open_that_was_closed(shop: Shop, agent: Agent) -> None:
    source, target = pair(shop, agent)
    actions.close(source, actor="test")
    row = actions.merge(source, target, agent)
    actions.take_in(
        shop, "c-2004", "customer", "还没到", customer=None, channel="api", key="m-9", at=None, actor="t"
    )
    actions.undo_merge(row, agent)
    source.refresh_from_db()
    assert (source.status, source.closed_at) == ("open", None)
    assert source.waiting_since is not None


def test_merges_follow_each_other_and_come_apart_in_order(shop: Shop, agent: Agent) -> None:
    source, target = pair(shop, agent)
    third = actions.open_conversation(shop, "c-3004", customer=target.customer, actor="test")
    actions.receive_message(third, "三", key="m-1")
    first = actions.merge(source, target, agent)
    second = actions.merge(talk("c-1004"), third, agent)
    assert find_conversation(shop.pk, "c-2004").pk == third.pk
    with pytest.raises(Conflict):
        actions.undo_merge(first, agent)
    actions.undo_merge(second, agent)
    assert texts(third) == ["三"]
    actions.undo_merge(first, agent)
    assert texts(source) == ["另外发票也开一下"]


@pytest.mark.parametrize("case", ["other customer", "held", "itself", "crisis", "late"])
def test_what_cannot_be_merged(shop: Shop, agent: Agent, case: str) -> None:
    source, target = pair(shop, agent)
    if case == "other customer":
        target = talk("c-1005")
    elif case == "held":
        actions.hold_reply(target, agent, "您好", key="h")
    elif case == "itself":
        target = source
    elif case == "crisis":
        Conversation.objects.filter(pk=source.pk).update(locked_at=timezone.now())
    if case == "late":
        row = actions.merge(source, target, agent)
        row.at = timezone.now() - timedelta(days=2)
        row.save()
        with pytest.raises(Conflict):
            actions.undo_merge(row, agent)
        return
    with pytest.raises(DomainError):
        actions.merge(source, target, agent)
    assert texts(source) == ["另外发票也开一下"]


def test_split_from_a_message_on(shop: Shop, agent: Agent) -> None:
    target = talk("c-1004")
    message, _ = actions.receive_message(target, "另外我想退货", key="s-1")
    actions.send_reply(target, agent, "好的")
    fresh = actions.split(target, message.pk, agent)
    assert texts(fresh) == ["另外我想退货", "好的"]
    assert len(texts(target)) == 1
    assert fresh.external_id == "c-1004~2"
    assert threads.thread_id_of(fresh) == "c-1004"
    again, created = actions.receive_message(target, "另外我想退货", key="s-1")
    assert (created, again.pk) == (False, message.pk)
    assert threads.linked_to(target)[0][0].pk == fresh.pk
    assert threads.linked_to(fresh)[0][0].pk == target.pk
    first = target.messages.filter(is_note=False).earliest("at")
    with pytest.raises(Conflict):
        actions.split(talk("c-1004"), first.pk, agent)
    actions.merge(fresh, talk("c-1004"), agent)
    assert {"另外我想退货", "好的"} <= set(texts(target))
    assert Message.objects.get(pk=message.pk).external_id == "s-1"


def test_links_show_both_ways(desk: Client, shop: Shop, agent: Agent) -> None:
    one, other = talk("c-1004"), talk("c-1005")
    address = reverse("conversations:link", args=[one.pk])
    for _ in range(2):
        assert desk.post(address, {"other": other.pk}).status_code == 200
    for first, second in ((one, other), (other, one)):
        assert [row.pk for row, _ in threads.linked_to(first)] == [second.pk]
    body = desk.get(reverse("conversations:related", args=[other.pk])).content.decode()
    assert reverse("conversations:page", args=[one.pk]) in body
    desk.post(reverse("conversations:unlink", args=[other.pk]), {"other": one.pk})
    assert threads.linked_to(one) == []


def test_a_mention_is_told_once_and_seen_when_opened(desk: Client, agent: Agent, lead: Agent) -> None:
    actions.add_note(talk(), lead, f"@{agent.name} 请跟进,@{lead.name} 自己不算,@没有这人", key="n")
    assert [row.agent for row in Mention.objects.all()] == [agent]
    bell = desk.get(reverse("conversations:bell"))
    assert "goldseam:toast" in bell["HX-Trigger"]
    assert "HX-Trigger" not in desk.get(reverse("conversations:bell"))
    assert "请跟进" in desk.get(reverse("conversations:mentions")).content.decode()
    assert threads.unseen_mentions(agent, talk().shop_id) == 1
    desk.post(reverse("conversations:present", args=[talk().pk]), {"state": "reading"})
    assert threads.unseen_mentions(agent, talk().shop_id) == 0


def test_delivery_only_gets_better_and_can_be_tried_again(desk: Client, agent: Agent) -> None:
    message = actions.send_reply(talk(), agent, "您好")
    assert actions.record_delivery(message.pk, "sending")
    assert actions.record_delivery(message.pk, "failed", error="HTTP 500")
    body = desk.get(reverse("conversations:thread", args=[talk().pk])).content.decode()
    assert "HTTP 500" in body
    retry = reverse("conversations:retry", args=[talk().pk, message.pk])
    assert desk.post(retry, headers={"HX-Request": "true"}).status_code == 200
    message.refresh_from_db()
    assert (message.delivery, message.delivery_error) == ("sending", "")
    assert actions.record_delivery(message.pk, "delivered")
    assert not actions.record_delivery(message.pk, "failed", error="late")
    assert desk.post(retry, headers={"HX-Request": "true"}).status_code == 409
    with pytest.raises(Conflict):
        actions.record_delivery(talk().messages.earliest("id").pk, "sent")


def test_a_persons_priority_stays_but_for_what_cannot_wait(shop: Shop, agent: Agent) -> None:
    actions.set_priority(talk(), "P3", actor=f"agent-{agent.pk}")
    actions.receive_message(talk(), "还没发货我就投诉到12315")
    assert talk().priority == "P3"
    actions.receive_message(talk(), "收到的养生壶一插电就冒烟着火,把我妈的手烫伤了")
    assert talk().priority == "P0"


@pytest.mark.parametrize("place", ["mentions", "bell", "emoji"])
def test_my_pages_within_the_queries(desk: Client, place: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        assert desk.get(reverse(f"conversations:{place}")).status_code == 200


@pytest.mark.parametrize("place", ["related", "join", "colleagues", "thread", "head", "page", "dialogs"])
def test_threads_within_the_queries(
    desk: Client, shop: Shop, agent: Agent, place: str, django_assert_max_num_queries: Any
) -> None:
    rules(shop, need_cause=True)
    source, target = pair(shop, agent)
    actions.merge(source, target, agent)
    file = actions.upload(talk(), "a.txt", b"text", agent=agent, actor="t")
    actions.hold_reply(talk(), agent, "您好", key="k", files=[file.pk])
    address = reverse(f"conversations:{place}", args=[target.pk])
    for headers in ({"HX-Request": "true"}, {}):
        with django_assert_max_num_queries(12):
            assert desk.get(address, headers=headers).status_code == 200
