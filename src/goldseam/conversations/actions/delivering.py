"""How far replies have come on their way, as channels and programs report it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop

from goldseam.conversations import events, rows
from goldseam.conversations.models import Conversation, Delivery, Message, MessageRole
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.unit import held, unit_of_work

_RANK = {
    "": 0,
    Delivery.SENDING: 1,
    Delivery.FAILED: 2,
    Delivery.SENT: 3,
    Delivery.DELIVERED: 4,
    Delivery.READ: 5,
}


@unit_of_work()
def record_delivery(message_id: int, state: str, *, error: str = "") -> bool:
    """A channel or a program says how far a reply has come; says whether that was news. A late report never
    takes back a better one, and one of several channels that fails does not hide that another delivered."""
    if state not in Delivery.values:
        raise DomainError(gettext_noop("Unknown delivery state."), field="state")
    message = held(rows.message_in_hand(message_id), lambda: _locked(message_id))
    if message is None:  # its conversation was deleted meanwhile
        return False
    if message.is_note or message.role not in (MessageRole.AGENT, MessageRole.BOT):
        raise Conflict(gettext_noop("Only replies are delivered."))
    if _RANK[message.delivery] >= _RANK[state] and not (message.delivery == state and error):
        return False
    message.delivery = state
    message.delivery_error = error[:300] if state in (Delivery.FAILED, Delivery.SENDING) else ""
    message.save(update_fields=["delivery", "delivery_error"])
    announce(message.conversation.shop_id, rows.subject(message.conversation))
    return True


def _locked(message_id: int) -> Message | None:
    found = Message.objects.select_for_update(of=("self",)).select_related("conversation")
    return found.filter(pk=message_id).first()


@transaction.atomic
def retry_delivery(conversation: Conversation, message_id: int, *, actor: str) -> Message:
    """Try once more to bring a reply to the customer."""
    message = Message.objects.select_for_update().filter(pk=message_id, conversation=conversation).first()
    if message is None or message.delivery != Delivery.FAILED:
        raise Conflict(gettext_noop("This reply is not waiting for another try."))
    message.delivery, message.delivery_error = Delivery.SENDING, ""
    message.save(update_fields=["delivery", "delivery_error"])
    audit.record(
        conversation.shop_id,
        actor,
        "reply.retried",
        rows.subject(conversation),
        after={"message": message.pk},
    )
    announce(conversation.shop_id, rows.subject(conversation))
    emit(events.DeliveryRetried(conversation.shop_id, conversation.pk, message.pk))
    return message
