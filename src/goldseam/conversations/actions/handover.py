"""What somebody who leaves had open goes to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from goldseam.conversations.actions.states import assign
from goldseam.conversations.models import Conversation, Status
from goldseam.people.queries import colleague

if TYPE_CHECKING:
    from goldseam.people.events import PersonLeft


@transaction.atomic
def hand_over(event: PersonLeft) -> None:
    """Give all that is not closed to the heir, or to nobody; in one transaction with the leaving."""
    heir = colleague(event.shop_id, event.heir_id) if event.heir_id is not None else None
    rows = Conversation.objects.filter(shop_id=event.shop_id, assignee_id=event.agent_id)
    for conversation in rows.exclude(status=Status.CLOSED).order_by("pk"):
        assign(conversation, heir, actor=event.actor)
