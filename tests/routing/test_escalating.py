"""Alerts that nobody acknowledged go to a lead, then to the admins, each once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation
from goldseam.core.models import AuditEntry
from goldseam.people.models import Agent, Shop
from goldseam.routing.escalating import escalate_due, steps_of
from goldseam.routing.models import Escalation, RoutingSettings
from goldseam.sla.models import Notice
from tests.journeys.shop import build_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    shop = build_shop()
    RoutingSettings.objects.create(shop=shop, lead_minutes=5, admin_minutes=10)
    Conversation.objects.exclude(external_id="c-1002").update(alerted_at=None)
    return shop


def alert(minutes: int) -> tuple[Conversation, datetime]:
    now = timezone.now()
    Conversation.objects.filter(external_id="c-1002").update(
        alerted_at=now - timedelta(minutes=minutes), acknowledged_by=None
    )
    return Conversation.objects.get(external_id="c-1002"), now


def told() -> list[str]:
    return sorted(notice.agent.email.split("@")[0] for notice in Notice.objects.filter(kind="escalation"))


def test_first_the_lead_then_the_admin(shop: Shop) -> None:
    conversation, now = alert(0)
    assert escalate_due(now + timedelta(minutes=4)) == 0
    assert escalate_due(now + timedelta(minutes=5)) == 1
    assert escalate_due(now + timedelta(minutes=6)) == 0
    assert told() == ["lead"]
    assert steps_of([conversation.pk]) == {conversation.pk: "lead"}
    assert escalate_due(now + timedelta(minutes=15)) == 1
    assert told() == ["admin", "lead"]
    assert steps_of([conversation.pk]) == {conversation.pk: "admin"}
    assert AuditEntry.objects.filter(verb="alert.escalated").count() == 2


def test_nothing_goes_up_once_somebody_has_seen_it(shop: Shop) -> None:
    conversation, now = alert(0)
    inbox.acknowledge(conversation, Agent.objects.get(email="agent@porcelain.test"))
    assert escalate_due(now + timedelta(hours=1)) == 0
    assert told() == []


def test_a_new_alert_of_the_same_conversation_goes_up_again(shop: Shop) -> None:
    _, now = alert(0)
    assert escalate_due(now + timedelta(minutes=6)) == 1
    conversation, later = alert(-60)
    assert steps_of([conversation.pk]) == {}
    assert escalate_due(later + timedelta(minutes=66)) == 1
    assert Escalation.objects.count() == 2


def test_what_was_closed_stays_down(shop: Shop) -> None:
    conversation, now = alert(0)
    Conversation.objects.filter(pk=conversation.pk).update(status="closed")
    assert escalate_due(now + timedelta(hours=1)) == 0
