"""Reads of the ledger, and their gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_noop

from goldseam.core.errors import NotFound
from goldseam.ledger.models import Account, Entry, Line
from goldseam.people.queries import shops_of

if TYPE_CHECKING:
    from goldseam.people.models import Agent

ZERO = Decimal("0.00")


def access_entry(agent: Agent, entry_id: int) -> Entry:
    """The gate: an entry of a shop of this person, else "not found"."""
    found = whole().filter(pk=entry_id, shop__in=shops_of(agent)).first()
    if found is None:
        raise NotFound(gettext_noop("There is no such entry."))
    return found


def whole(rows: QuerySet[Entry] | None = None) -> QuerySet[Entry]:
    """Entries (all of them, or `rows`) with everything that a page shows of them."""
    return (Entry.objects.all() if rows is None else rows).select_related(
        "shop", "conversation", "order", "agent", "approver", "team", "reverses", "reversal"
    )


def granted_sum(shop_id: int, agent_id: int, since: datetime, currency: str) -> Decimal:
    """What a person's authority has given since a moment: what they approved, and what they promised or paid
    on their own. What a reply promises out of an approval counts once, for who approved it; what was taken
    back by a reversing entry does not count, what was only cancelled does."""
    mine = Entry.objects.filter(shop_id=shop_id, granter_id=agent_id, currency=currency, at__gte=since)
    total: Decimal | None = mine.filter(reversal=None).aggregate(total=Sum("granted"))["total"]
    return total or ZERO


def balance(
    shop_id: int, account: str, currency: str, *, until: datetime | None = None, order_id: int | None = None
) -> Decimal:
    """An account's balance in one currency: debits are positive. `until` is exclusive."""
    lines = Line.objects.filter(shop_id=shop_id, account=account, currency=currency)
    if until is not None:
        lines = lines.filter(at__lt=until)
    if order_id is not None:
        lines = lines.filter(entry__order_id=order_id)
    total: Decimal | None = lines.aggregate(total=Sum("amount"))["total"]
    return total or ZERO


def of_conversation(conversation_id: int) -> list[Entry]:
    """Everything that was written about a conversation's money, the newest first; 200 at most."""
    return list(whole().filter(conversation_id=conversation_id).order_by("-at", "-id")[:200])


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something that is not settled yet: a grant (`reserved`) or a debt (`payable`) of `left` money. `entry`
    opened it."""

    entry: Entry
    account: str
    left: Decimal


def open_items(
    *,
    conversation_id: int | None = None,
    order_id: int | None = None,
    accounts: Iterable[str] = (Account.PAYABLE, Account.RESERVED),
) -> list[OpenItem]:
    """What is not settled yet on a conversation or an order, the oldest first, debts before grants."""
    place = Q(conversation_id=conversation_id) if conversation_id is not None else Q(order_id=order_id)
    entries = {entry.pk: entry for entry in Entry.objects.filter(place, moved__gt=0)}
    rows = (
        Line.objects.filter(item__in=entries, account__in=list(accounts))
        .values("item_id", "account")
        .annotate(left=-Sum("amount"))
        .filter(left__gt=0)
        .order_by("account", "item__at", "item_id")
    )
    return [OpenItem(entries[row["item_id"]], row["account"], row["left"]) for row in rows]


def left_of(entry: Entry) -> Decimal:
    """What is not settled yet of what an entry opened."""
    opened = open_items(conversation_id=entry.conversation_id)
    return next((item.left for item in opened if item.entry.pk == entry.pk), ZERO)


def owed(conversation_id: int) -> dict[str, Decimal]:
    """What the shop owes a conversation's customer, by currency."""
    rows = (
        Line.objects.filter(item__conversation_id=conversation_id, account=Account.PAYABLE)
        .values("currency")
        .annotate(left=-Sum("amount"))
        .filter(left__gt=0)
    )
    return {row["currency"]: row["left"] for row in rows.order_by("currency")}


def unbalanced(shop_id: int) -> list[int]:
    """Ids of entries whose lines do not sum to zero. There are none: the database refuses them; this is the
    proof for whoever checks the books."""
    rows = Line.objects.filter(shop_id=shop_id).values("entry_id", "currency")
    wrong = rows.annotate(total=Sum("amount")).exclude(total=0)
    foreign = Line.objects.filter(shop_id=shop_id).exclude(currency=F("entry__currency"))
    return sorted({*wrong.values_list("entry_id", flat=True), *foreign.values_list("entry_id", flat=True)})


def entry_of_shop(shop_id: int, entry_id: int) -> Entry | None:
    """An entry of this shop, for programs."""
    return whole().filter(shop_id=shop_id, pk=entry_id).first()


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as programs see it."""
    return {
        "id": entry.pk,
        "key": entry.key,
        "at": entry.at,
        "state": entry.state,
        "amount": str(entry.amount),
        "currency": entry.currency,
        "remedy": entry.remedy,
        "conversation": entry.conversation.external_id,
        "order": entry.order.external_id if entry.order else None,
        "issue": entry.issue,
        "liable_party": entry.liable_party,
        "agent": entry.agent.email if entry.agent else None,
        "approver": entry.approver.email if entry.approver else None,
        "source": entry.source,
        "reverses": entry.reverses_id,
    }


def entry_by_key(shop_id: int, key: str) -> Entry | None:
    """The entry with this key, for rooms that wrote it."""
    return Entry.objects.filter(shop_id=shop_id, key=key).first()
