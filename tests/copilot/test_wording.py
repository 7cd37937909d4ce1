"""A model words what has been decided: through the pages, a real socket, the judge, and without a model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from goldseam.conversations.models import Conversation
from goldseam.copilot.actions import assess
from goldseam.copilot.models import Wording
from goldseam.copilot.queries import latest_decision
from goldseam.copilot.wording import request_wording, run_wording
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.llm.port import LlmSettings
from goldseam.core.models import AuditEntry, LlmCall
from goldseam.knowledge.actions import import_articles
from goldseam.knowledge.records import build_record
from goldseam.people.models import Agent, Shop
from tests.core.llm_server import Endpoint, endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(porcelain: Shop) -> Conversation:
    found = Conversation.objects.get(external_id="c-1001")
    assess(found, now=timezone.now())
    return found


@pytest.fixture
def agent(conversation: Conversation) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


@pytest.fixture
def desk(client: Client, agent: Agent) -> Client:
    client.force_login(agent)
    return client


@pytest.fixture
def model(settings) -> Iterator[Endpoint]:
    with endpoint(lambda _: (500, "{}")) as twin:
        settings.LLM = LlmSettings(url=twin.url, model="m", retries=0, timeout=5)
        yield twin


def says(model: Endpoint, **fields: Any) -> None:
    model.answer = lambda _: (200, json.dumps(fields, ensure_ascii=False))


def run(conversation: Conversation, agent: Agent, task: str, text: str = "") -> Wording:
    row = request_wording(conversation, agent, task, text)
    run_wording(row.pk)
    row.refresh_from_db()
    return row


def echo(body: dict[str, Any], change: Callable[[str], str] = str) -> tuple[int, str]:
    """A model that gives the draft back, as a careful one would."""
    content = body["messages"][1]["content"]
    draft = content.rpartition("## 草稿\n")[2].rpartition("\n=====")[0]
    return 200, json.dumps({"reply": change(draft)}, ensure_ascii=False)


def test_without_a_model_the_panel_offers_none_and_the_summary_stands(
    desk: Client, conversation: Conversation
):
    panel = desk.get(reverse("copilot:panel", args=[conversation.pk]))
    assert "copilot/word" not in panel.content.decode()
    short = desk.get(reverse("copilot:short", args=[conversation.pk])).content.decode()
    assert escape(conversation.messages.first().text)[:10] in short
    assert desk.post(reverse("copilot:word", args=[conversation.pk]), {"task": "draft"}).status_code == 409


def test_a_draft_is_worded_judged_shown_and_rated(
    desk: Client, conversation: Conversation, model: Endpoint, django_capture_on_commit_callbacks: Any
):
    model.answer = echo
    asked = desk.post(reverse("copilot:word", args=[conversation.pk]), {"task": "draft"})
    row = Wording.objects.get()
    assert f"wording-{row.pk}" in asked.content.decode()
    run_wording(row.pk)
    row.refresh_from_db()
    draft = latest_decision(conversation.pk).assessment["draft"]["text"]
    assert (row.state, row.text) == ("ready", draft)
    shown = desk.get(reverse("copilot:worded", args=[conversation.pk, row.pk])).content.decode()
    assert escape(draft) in shown
    desk.post(reverse("copilot:rate-wording", args=[conversation.pk, row.pk]), {"verdict": "good"})
    assert LlmCall.objects.get().rating == "good"
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"wording.asked", "wording.rated"}
    panel = desk.get(reverse("copilot:panel", args=[conversation.pk])).content.decode()
    assert f'id="wording-{row.pk}"' in panel


def test_nothing_personal_leaves(conversation: Conversation, agent: Agent, model: Endpoint):
    model.answer = echo
    run(conversation, agent, "draft")
    sent = json.dumps(model.asked, ensure_ascii=False)
    customer = conversation.customer
    assert customer.name
    assert customer.name not in sent
    assert customer.phone not in sent
    for order in customer.orders.all():
        assert order.external_id not in sent


def test_a_wording_that_promises_more_is_refused(
    desk: Client, conversation: Conversation, agent: Agent, model: Endpoint
):
    model.answer = lambda body: echo(body, lambda draft: draft + "另外再给您退款88元。")
    row = run(conversation, agent, "draft")
    assert (row.state, row.text) == ("refused", "")
    assert {"added", "number"} <= set(row.problems)
    shown = desk.get(reverse("copilot:worded", args=[conversation.pk, row.pk])).content.decode()
    assert "88" not in shown


def test_a_failing_endpoint_leaves_the_template(conversation: Conversation, agent: Agent, model: Endpoint):
    row = run(conversation, agent, "draft")
    assert (row.state, row.reason) == ("failed", "failed")


def test_the_same_is_not_asked_twice_and_a_done_one_stays(
    conversation: Conversation, agent: Agent, model: Endpoint
):
    model.answer = echo
    first = request_wording(conversation, agent, "draft")
    assert request_wording(conversation, agent, "draft").pk == first.pk
    run_wording(first.pk)
    run_wording(first.pk)
    assert len(model.asked) == 1


def test_an_agents_own_text_is_rewritten(conversation: Conversation, agent: Agent, model: Endpoint):
    says(model, reply="抱歉让您久等了,我这就帮您查一下包裹。")
    row = run(conversation, agent, "rewrite", "我帮您查一下包裹。")
    assert (row.state, row.text) == ("ready", "抱歉让您久等了,我这就帮您查一下包裹。")


def test_a_summary_rests_on_messages(desk: Client, conversation: Conversation, agent: Agent, model: Endpoint):
    line = {"text": "想知道包裹何时送达", "messages": [0]}
    says(model, need=line, done=[], open=[line], next={"text": "催促快递", "messages": []})
    row = run(conversation, agent, "summary")
    assert row.state == "ready"
    shown = desk.get(reverse("copilot:short", args=[conversation.pk])).content.decode()
    assert "想知道包裹何时送达" in shown


def test_an_answer_cites_the_shops_articles(
    desk: Client, conversation: Conversation, agent: Agent, model: Endpoint
):
    article = {"title": "空气炸锅冒烟", "body": "首次使用有轻微白烟属正常,是涂层油脂。"}
    import_articles(conversation.shop, [build_record(article)], actor="test")
    says(model, answer="首次使用有轻微白烟属正常,是涂层油脂 [1]。", citations=[1])
    row = run(conversation, agent, "answer", "空气炸锅第一次用冒白烟正常吗")
    assert row.state == "ready"
    shown = desk.get(reverse("copilot:worded", args=[conversation.pk, row.pk])).content.decode()
    assert "空气炸锅冒烟" in shown


@pytest.mark.parametrize(("task", "text"), [("nonsense", ""), ("rewrite", "  "), ("answer", "")])
def test_what_cannot_be_worded_is_said(
    conversation: Conversation, agent: Agent, model: Endpoint, task: str, text: str
):
    with pytest.raises(DomainError):
        request_wording(conversation, agent, task, text)


def test_without_a_decision_there_is_nothing_to_word(
    conversation: Conversation, agent: Agent, model: Endpoint
):
    conversation.decisions.all().delete()
    with pytest.raises(Conflict):
        request_wording(conversation, agent, "draft")


def test_a_rating_is_good_or_bad(desk: Client, conversation: Conversation, agent: Agent, model: Endpoint):
    model.answer = echo
    row = run(conversation, agent, "draft")
    address = reverse("copilot:rate-wording", args=[conversation.pk, row.pk])
    assert desk.post(address, {"verdict": "so-so"}).status_code == 400


def test_in_short_within_the_queries(
    desk: Client, conversation: Conversation, django_assert_max_num_queries: Any
):
    with django_assert_max_num_queries(12):
        assert desk.get(reverse("copilot:short", args=[conversation.pk])).status_code == 200


def test_the_models_page_tells_what_it_cost(
    client: Client, conversation: Conversation, agent: Agent, model: Endpoint
):
    model.answer = lambda body: echo(body, lambda draft: draft + "另外再给您退款88元。")
    run(conversation, agent, "draft")
    client.force_login(Agent.objects.get(email="admin@porcelain.test"))
    shown = client.get(reverse("copilot:llm")).content.decode()
    assert model.url in shown
    assert "=====DATA-" in shown
    assert conversation.customer.name not in shown


def test_the_models_page_is_for_admins(desk: Client):
    assert desk.get(reverse("copilot:llm")).status_code == 403
