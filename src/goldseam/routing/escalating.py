"""Alerts that nobody acknowledged: to a lead after the shop's time, then to the admins."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from goldseam.conversations import actions as inbox
from goldseam.conversations.workload import unacknowledged
from goldseam.core import audit
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.people.queries import Role
from goldseam.routing import queries
from goldseam.routing.events import AlertEscalated
from goldseam.routing.models import Escalation, RoutingSettings
from goldseam.sla.notices import NoticeKind, leads_for, people_with_role, tell_people

LEAD, ADMIN = "lead", "admin"
_LOOKS_BACK = timedelta(days=3)


def escalate_due(now: datetime) -> int:
    """Take every alert that stands too long one step up, each step once; returns how many went up."""
    waiting = unacknowledged(now - _LOOKS_BACK, now - timedelta(minutes=1))
    known = Escalation.objects.filter(conversation__in=[row.pk for row in waiting])
    done = set(known.values_list("conversation_id", "alerted_at", "step"))
    settings: dict[int, RoutingSettings] = {}
    raised = 0
    for row in waiting:
        if row.shop_id not in settings:
            settings[row.shop_id] = queries.settings_of(row.shop_id)
        minutes = settings[row.shop_id].lead_minutes
        for step, after in ((LEAD, minutes), (ADMIN, minutes + settings[row.shop_id].admin_minutes)):
            stands = now - (row.alerted_at or now)
            if stands >= timedelta(minutes=after) and (row.pk, row.alerted_at, step) not in done:
                raised += raise_alert(row.pk, step, now)
    return raised


@transaction.atomic
def raise_alert(conversation_id: int, step: str, now: datetime) -> bool:
    """Tell the people of this step, once per alert; says whether it was new."""
    conversation = inbox.hold(conversation_id)
    seen = conversation.acknowledged_by_id is not None or conversation.status != "open"
    if seen or conversation.alerted_at is None:
        return False
    _, created = Escalation.objects.get_or_create(
        conversation=conversation,
        alerted_at=conversation.alerted_at,
        step=step,
        defaults={"shop_id": conversation.shop_id, "at": now},
    )
    if not created:
        return False
    if step == LEAD:
        people = leads_for(conversation.shop_id, conversation.assignee)
    else:
        people = people_with_role(conversation.shop_id, Role.ADMIN)
    key = f"{step}-{conversation_id}-{int(conversation.alerted_at.timestamp())}"
    tell_people(conversation.shop_id, people, conversation_id, NoticeKind.ESCALATION, key)
    subject = f"conversation-{conversation_id}"
    audit.record(conversation.shop_id, "clock", "alert.escalated", subject, after={"step": step})
    announce(conversation.shop_id, f"alert-{conversation_id}", subject)
    emit(AlertEscalated(conversation.shop_id, conversation_id, step))
    return True


def steps_of(conversation_ids: list[int]) -> dict[int, str]:
    """How far up the present alert of each conversation went: "lead" or "admin"."""
    rows = Escalation.objects.filter(conversation__in=conversation_ids).select_related("conversation")
    found: dict[int, str] = {}
    for row in rows.order_by("pk"):
        if row.alerted_at == row.conversation.alerted_at:
            found[row.conversation_id] = row.step
    return found
