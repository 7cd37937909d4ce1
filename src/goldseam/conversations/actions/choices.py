"""What a person decides on a conversation beside its state: the remedy that solved it, its priority."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from goldseam.conversations import rows
from goldseam.conversations.models import Conversation
from goldseam.core import audit
from goldseam.core.errors import DomainError
from goldseam.core.unit import unit_of_work

PRIORITIES = ("P0", "P1", "P2", "P3")


@unit_of_work()
def set_remedy(conversation: Conversation, remedy: str, *, actor: str) -> None:
    """This remedy solved it, though no reply of ours carried it out."""
    conversation = rows.locked(conversation.pk)
    if conversation.remedy == remedy:
        return
    before, conversation.remedy = conversation.remedy, remedy
    rows.save(conversation, "remedy")
    audit.record(
        conversation.shop_id,
        actor,
        "remedy.set",
        rows.subject(conversation),
        before={"remedy": before},
        after={"remedy": remedy},
    )


@unit_of_work()
def set_priority(conversation: Conversation, priority: str, *, actor: str) -> None:
    """A person's priority; later decisions leave it, unless they find what cannot wait (P0)."""
    if priority not in PRIORITIES:
        raise DomainError(gettext_noop("Unknown priority."), field="priority")
    conversation = rows.locked(conversation.pk)
    before = conversation.priority
    conversation.priority, conversation.priority_corrected = priority, True
    rows.save(conversation, "priority", "priority_corrected")
    audit.record(
        conversation.shop_id,
        actor,
        "priority.set",
        rows.subject(conversation),
        before={"priority": before},
        after={"priority": priority},
    )
