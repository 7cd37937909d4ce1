"""A danger to people locks a conversation for machines and calls a lead until one releases it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation
from goldseam.conversations.queries import locked_by_crisis
from goldseam.copilot import crisis
from goldseam.copilot.models import Crisis, CrisisKind
from goldseam.copilot.protocols import PROTOCOLS
from goldseam.core.errors import Conflict, DomainError, NotAllowed
from goldseam.core.models import AuditEntry
from goldseam.people.models import Agent, Shop

DANGER = "我活不下去了,真的不想活了"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    Crisis.objects.all().delete()
    Conversation.objects.update(locked_at=None)
    return porcelain


@pytest.fixture
def agent(shop: Shop) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


@pytest.fixture
def lead(shop: Shop) -> Agent:
    return Agent.objects.get(email="lead@porcelain.test")


@pytest.fixture
def talk(shop: Shop) -> Conversation:
    return Conversation.objects.get(external_id="c-1003")


def begun(talk: Conversation, text: str = DANGER, key: str = "d1") -> Crisis:
    inbox.receive_message(talk, text, key=key)
    return Crisis.objects.filter(conversation=talk).latest("id")


def test_a_sign_locks_calls_and_is_kept(talk: Conversation) -> None:
    found = begun(talk)
    assert (found.kind, found.taken_at) == (CrisisKind.SELF_HARM, None)
    assert found.evidence in DANGER
    assert locked_by_crisis(talk.pk)
    assert AuditEntry.objects.filter(verb="crisis.began").exists()
    inbox.receive_message(talk, "没人在乎我", key="d2")
    assert Crisis.objects.filter(conversation=talk).count() == 1


def test_only_a_lead_releases_it_with_a_reason_and_only_new_words_lock_again(
    talk: Conversation, agent: Agent, lead: Agent
) -> None:
    found = begun(talk)
    with pytest.raises(NotAllowed):
        crisis.release(found, agent, "没事了")
    with pytest.raises(DomainError, match="why"):
        crisis.release(found, lead, " ")
    crisis.release(found, lead, "家人已陪同")
    assert not locked_by_crisis(talk.pk)
    inbox.receive_message(talk, "谢谢你们,耳机的事也请处理一下", key="calm")
    assert not locked_by_crisis(talk.pk)
    again = begun(talk, "我还是想死", key="d3")
    assert again.pk != found.pk
    assert locked_by_crisis(talk.pk)


def test_steps_are_kept_with_who_and_when(talk: Conversation, agent: Agent, lead: Agent) -> None:
    found = begun(talk)
    crisis.mark_step(found, agent, "answer", done=True)
    done = crisis.mark_step(found, lead, "answer", done=True)
    assert done.steps["answer"]["name"] == agent.name, "the first one counts"
    assert crisis.mark_step(found, agent, "answer", done=False).steps == {}
    with pytest.raises(DomainError, match="no such step"):
        crisis.mark_step(found, agent, "dance", done=True)
    crisis.release(found, lead, "家人已陪同")
    with pytest.raises(Conflict):
        crisis.mark_step(found, agent, "answer", done=True)


def test_a_call_without_an_answer_is_shown_to_everybody(
    client: Client, talk: Conversation, agent: Agent, lead: Agent
) -> None:
    found = begun(talk)
    address = reverse("copilot:calls")
    client.force_login(agent)
    assert client.get(address).content.strip() == b""
    client.force_login(lead)
    assert found.evidence in client.get(address).content.decode()
    assert crisis.unanswered(timezone.now()) == []
    later = timezone.now() + crisis.ANSWER_WITHIN + timedelta(seconds=1)
    assert [crisis.escalate(call, later) for call in crisis.unanswered(later)] == [True]
    assert not crisis.escalate(found, later)
    client.force_login(agent)
    assert found.evidence in client.get(address).content.decode()
    client.force_login(lead)
    client.post(reverse("copilot:crisis_take", args=[found.pk]), headers=HTMX)
    found.refresh_from_db()
    assert found.taken_by == lead
    assert client.get(address).content.strip() == b""


def test_an_agent_cannot_take_the_leads_call(client: Client, talk: Conversation, agent: Agent) -> None:
    found = begun(talk)
    client.force_login(agent)
    answer = client.post(reverse("copilot:crisis_take", args=[found.pk]), headers=HTMX)
    assert answer.status_code == 403


@pytest.mark.parametrize("kind", CrisisKind.values)
def test_every_protocol_has_steps_and_sources(kind: str) -> None:
    protocol = PROTOCOLS[kind]
    codes = [step.code for step in protocol.steps]
    assert len(codes) == len(set(codes)) >= 5
    assert "lead" in codes
    assert all(source.url.startswith("http") for source in protocol.sources)


def test_the_panel_shows_the_steps_to_tick(client: Client, talk: Conversation, agent: Agent) -> None:
    found = begun(talk)
    client.force_login(agent)
    shown = client.get(reverse("copilot:panel", args=[talk.pk])).content.decode()
    assert shown.count('role="checkbox"') == len(PROTOCOLS[found.kind].steps)
    answer = client.post(
        reverse("copilot:crisis_step", args=[found.pk]), {"step": "answer", "done": "1"}, headers=HTMX
    )
    assert 'aria-checked="true"' in answer.content.decode()


def test_the_fragments_cost_few_queries(
    client: Client, talk: Conversation, lead: Agent, django_assert_max_num_queries: Any
) -> None:
    begun(talk)
    client.force_login(lead)
    with django_assert_max_num_queries(12):
        client.get(reverse("copilot:calls"))
    with django_assert_max_num_queries(12):
        client.get(reverse("copilot:panel", args=[talk.pk]))
