"""What is asked for, checked before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.approvals.authority import MONEY
from goldseam.commerce.queries import order_by_number
from goldseam.conversations.queries import spoken
from goldseam.core.errors import Conflict, DomainError
from goldseam.engine.reply.authority import WORDING
from goldseam.workshop.load_terms import load_terms

if TYPE_CHECKING:
    from goldseam.approvals.models import ApprovalRequest
    from goldseam.conversations.models import Conversation

MAX_REASON = 2_000
MAX_EVIDENCE = 4_000
MAX_REPLY = 20_000
MAX_AMOUNT = Decimal("99999999.99")
MAX_REFERENCES = 20
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Asking:
    """One wish: a remedy of the taxonomy with its amount (0 for remedies without money), why, and what shows
    it: words, ids of messages of the conversation, numbers of the customer's orders. `reply` is the text that
    is to be sent when it is granted; with `WORDING` as the remedy it is what is asked for, to the letter."""

    remedy: str
    amount: Decimal
    currency: str
    reason: str
    evidence: str = ""
    messages: Sequence[int] = ()
    orders: Sequence[str] = ()
    reply: str = ""


def checked_amount(amount: Decimal, remedy: str) -> Decimal:
    """The amount in whole cents; refused when it is none, or none for a remedy that costs money."""
    if not amount.is_finite() or amount < 0 or amount > MAX_AMOUNT:
        raise DomainError(
            gettext_noop("The amount must be a number from 0 to 99,999,999.99."), field="amount"
        )
    rounded = amount.quantize(_CENT)
    if rounded != amount:
        raise DomainError(gettext_noop("The amount has more than two decimal places."), field="amount")
    if remedy == WORDING and rounded:
        raise DomainError(gettext_noop("Words have no amount."), field="amount")
    if remedy in MONEY and rounded == 0:
        raise DomainError(gettext_noop("Name the amount that you need."), field="amount")
    return rounded


def checked_asking(asking: Asking, conversation: Conversation) -> dict[str, Any]:
    """The columns of a new request. Raises DomainError with the field that is wrong."""
    if asking.remedy not in load_terms().remedies | {WORDING}:
        raise DomainError(gettext_noop("Choose a remedy from the list."), field="remedy")
    currency = asking.currency.strip().upper()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise DomainError(gettext_noop("A currency has three letters, such as CNY."), field="currency")
    amount = checked_amount(asking.amount, asking.remedy)
    needed = _("Write the reply that is to be approved.") if asking.remedy == WORDING else ""
    return {
        "remedy": asking.remedy,
        "amount": amount,
        "first_amount": amount,
        "currency": currency,
        "reason": checked_words(asking.reason, MAX_REASON, "reason", needed=_("Say why it is needed.")),
        "evidence": checked_words(asking.evidence, MAX_EVIDENCE, "evidence"),
        "reply": checked_words(asking.reply, MAX_REPLY, "reply", needed=needed),
        "references": _references(asking, conversation),
    }


def same_again(known: ApprovalRequest, columns: dict[str, Any]) -> ApprovalRequest:
    """The request that stands under a key, if it is the same; another one is a Conflict."""
    same = known.remedy == columns["remedy"] and known.first_amount == columns["amount"]
    other_words = known.is_wording and known.reply != columns["reply"]
    if not same or known.currency != columns["currency"] or other_words:
        raise Conflict(gettext_noop("This key was used for another request."), code="key_reused")
    return known


def checked_words(text: str, most: int, field: str, *, needed: str = "") -> str:
    """The words without what cannot be stored; refused when too long, or when they are `needed` (why) and
    there are none."""
    words = text.replace("\x00", "").strip()
    if needed and not words:
        raise DomainError(needed, field=field)
    if len(words) > most:
        raise DomainError(_("At most %(most)s characters.") % {"most": most}, field=field)
    return words


def _references(asking: Asking, conversation: Conversation) -> list[dict[str, Any]]:
    if len(asking.messages) + len(asking.orders) > MAX_REFERENCES:
        raise DomainError(_("At most %(most)s references.") % {"most": MAX_REFERENCES}, field="messages")
    wanted = set(asking.messages)
    known = (
        set(spoken(conversation.pk).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    )
    if known != wanted:
        raise DomainError(
            gettext_noop("A message of the evidence is not in this conversation."), field="messages"
        )
    found: list[dict[str, Any]] = [{"kind": "message", "id": number} for number in sorted(known)]
    for number in dict.fromkeys(asking.orders):
        order = order_by_number(conversation.shop_id, number)
        if order is None or order.customer_id != conversation.customer_id:
            raise DomainError(
                gettext_noop("An order of the evidence is not this customer's."), field="orders"
            )
        found.append({"kind": "order", "id": order.external_id})
    return found
