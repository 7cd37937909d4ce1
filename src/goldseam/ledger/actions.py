"""The verbs: write an entry, take one back, settle debts.

Concurrency: every verb holds the conversation's row first, so entries about one conversation stand in a row
and an open debt is settled once. A key that two conversations use at the same moment is kept apart by the
unique index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations.actions import hold, hold_root, stand_together
from goldseam.conversations.queries import conversation_by_id
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.ledger import events
from goldseam.ledger.booking import Booking, Open, book
from goldseam.ledger.budgets import watch_budgets
from goldseam.ledger.models import Entry, Line, Party, State
from goldseam.ledger.queries import open_items
from goldseam.people.queries import teams_of
from goldseam.workshop.load_terms import load_terms

if TYPE_CHECKING:
    from goldseam.conversations.events import ConversationsMerged
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent

MAX_AMOUNT = Decimal("9999999999.99")
_CENT = Decimal("0.01")
_SAME = (
    "state",
    "amount",
    "currency",
    "remedy",
    "agent_id",
    "approver_id",
    "issue",
    "liable_party",
)


@transaction.atomic
def post(
    shop_id: int,
    *,
    key: str,
    state: str,
    amount: Decimal,
    currency: str,
    remedy: str,
    conversation_id: int,
    order_id: int | None = None,
    agent_id: int | None = None,
    approver_id: int | None = None,
    issue: str = "",
    liable_party: str = "",
    source: str = "",
    at: datetime | None = None,
    by_right: bool = False,
    item: int | None = None,
) -> Entry:
    """Write what happened to an amount. The same `key` with the same content is the entry that stands;
    with other content it is a Conflict. A promise is taken from what was approved for the remedy on the
    conversation, a payment from what is owed; only what goes beyond counts as given by the writer
    (`booking.book`), and nothing does when it is owed by right. With `item` only what that entry opened is
    taken from. `at` is now unless history is written. What is written on a merged conversation stands where
    that was merged into. Raises Conflict when more is cancelled than is open."""
    given: dict[str, Any] = {
        "state": state,
        "amount": _checked_amount(amount),
        "currency": currency,
        "remedy": remedy,
        "agent_id": agent_id,
        "approver_id": approver_id,
        "issue": issue,
        "liable_party": liable_party or Party.UNCLEAR.value,
    }
    _check_words(key, given, source)
    conversation = hold_root(conversation_by_id(conversation_id))
    if conversation.shop_id != shop_id:
        raise DomainError(gettext_noop("This conversation belongs to another shop."), field="conversation_id")
    known = Entry.objects.filter(shop_id=shop_id, key=key).first()
    if known is not None:
        return _same_again(known, given, conversation)
    booking = _booking(conversation.pk, state, remedy, given["amount"], currency, item)
    columns = given | {
        "conversation": conversation,
        "home_id": conversation_id,
        "order_id": order_id if order_id is not None else conversation.order_id,
        "source": source,
        "at": at or timezone.now(),
        "team_id": _team_of(shop_id, agent_id),
        "granter_id": (approver_id or agent_id) if booking.granted and not by_right else None,
        "granted": booking.granted,
        "moved": booking.moved,
    }
    entry, is_new = Entry.objects.get_or_create(shop_id=shop_id, key=key, defaults=columns)
    if not is_new:
        return _same_again(entry, given, conversation)
    _write_lines(entry, booking)
    _tell(entry, state)
    return entry


@transaction.atomic
def reverse(entry: Entry, *, key: str, agent: Agent | None, reason: str, source: str = "") -> Entry:
    """Take an entry back by a new one with opposite lines; the old one stays. The same entry is taken back
    once: again with the same key is the same reversal. Raises Conflict when a later entry used what this one
    opened (take that one back first), and for a reversal of a reversal."""
    words = reason.replace("\x00", "").strip()
    if not words:
        raise DomainError(gettext_noop("Say why the entry is wrong."), field="reason")
    hold(entry.conversation_id)
    done = Entry.objects.filter(reverses=entry).first()
    if done is not None and done.key == key:
        return done
    if done is not None or entry.reverses_id is not None:
        raise Conflict(gettext_noop("This entry is taken back already, or takes another one back itself."))
    _must_be_whole(entry)
    lines = list(entry.lines.all())
    same = (*_SAME, "conversation_id", "home_id", "order_id", "team_id")
    columns = {name: getattr(entry, name) for name in same}
    taken = Entry.objects.create(
        shop_id=entry.shop_id,
        key=key,
        at=timezone.now(),
        reverses=entry,
        moved=entry.moved,
        source=f"{source or 'correction'}: {words}"[:200],
        **columns,
    )
    Line.objects.bulk_create(_line(taken, line.account, -line.amount, line.item_id) for line in lines)
    _tell(taken, "reversed", f"agent-{agent.pk}" if agent else "")
    return taken


def follow_merge(event: ConversationsMerged) -> None:
    """Entries stand where the conversation went that they were written on, and come back with it."""
    if stand_together(Entry.objects.all(), event.conversation_id, event.source_id):
        for conversation_id in (event.conversation_id, event.source_id):
            announce(event.shop_id, f"ledger-{conversation_id}")


@transaction.atomic
def move(shop_id: int, sources: Iterable[str], conversation_id: int) -> None:
    """What was written for these sources ("promise-7") belongs to another conversation from now on, with
    all that settled it or took it back. The caller holds both conversations."""
    rows = Entry.objects.filter(shop_id=shop_id, source__in=list(sources))
    first = set(rows.values_list("pk", flat=True))
    later = Q(lines__item__in=first) | Q(reverses__in=first)
    moving = first | set(Entry.objects.filter(later).values_list("pk", flat=True))
    Entry.objects.filter(pk__in=moving).update(conversation=conversation_id, home=conversation_id)


def _must_be_whole(entry: Entry) -> None:
    """What the entry opened must be untouched but for entries that were taken back themselves."""
    if (
        Line.objects.filter(item=entry)
        .exclude(entry=entry)
        .exclude(entry__reverses__isnull=False)
        .filter(entry__reversal=None)
        .exists()
    ):
        raise Conflict(
            gettext_noop("A later entry settled what this one opened. Take that one back first."),
            code="settled",
        )


def _team_of(shop_id: int, agent_id: int | None) -> int | None:
    """The team that a person's gifts weigh on: the first one they belong to."""
    if agent_id is None:
        return None
    own = teams_of(shop_id).filter(members__agent_id=agent_id).order_by("pk")
    return own.values_list("pk", flat=True).first()


def _booking(
    conversation_id: int, state: str, remedy: str, amount: Decimal, currency: str, only: int | None
) -> Booking:
    opened = [
        Open(item.entry.pk, item.account, item.entry.remedy, item.left)
        for item in open_items(conversation_id=conversation_id)
        if item.entry.currency == currency and only in (None, item.entry.pk)
    ]
    booking = book(state, remedy, amount, opened)
    if booking is None:
        raise Conflict(
            gettext_noop("There is not so much open for this remedy that it could be cancelled."),
            code="nothing_open",
        )
    return booking


def _write_lines(entry: Entry, booking: Booking) -> None:
    Line.objects.bulk_create(
        _line(entry, part.account, part.amount, entry.pk if part.item == 0 else part.item)
        for part in booking.parts
    )


def _line(entry: Entry, account: str, amount: Decimal, item_id: int | None) -> Line:
    return Line(
        entry=entry,
        account=account,
        amount=amount,
        currency=entry.currency,
        item_id=item_id,
        shop_id=entry.shop_id,
        at=entry.at,
        team_id=entry.team_id,
    )


def _tell(entry: Entry, verb: str, actor: str = "") -> None:
    """Audit it, look at the budgets, and let the open pages know."""
    actor = actor or (f"agent-{entry.agent_id}" if entry.agent_id else (entry.source or "program")[:80])
    after: dict[str, Any] = {"amount": f"{entry.amount} {entry.currency}", "remedy": entry.remedy}
    if entry.reverses_id:
        after["reverses"] = entry.reverses_id
    subject = f"conversation-{entry.conversation_id}"
    audit.record(entry.shop_id, actor, f"ledger.{verb}", subject, after=after | {"key": entry.key})
    announce(entry.shop_id, subject, f"ledger-{entry.conversation_id}", "ledger")
    if entry.moved:
        watch_budgets(entry)
    emit(events.EntryPosted(entry.shop_id, entry.conversation_id, entry.pk, entry.state))


def _same_again(entry: Entry, given: dict[str, Any], conversation: Conversation) -> Entry:
    """The entry that stands, if it says the same."""
    other = [name for name in _SAME if getattr(entry, name) != given[name]]
    if other or entry.conversation_id != conversation.pk:
        raise Conflict(
            gettext_noop("Another entry has this key already, with other content."), code="key_taken"
        )
    return entry


def _checked_amount(amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount < 0 or amount > MAX_AMOUNT:
        raise DomainError(gettext_noop("The amount must be a number from 0 up."), field="amount")
    rounded = amount.quantize(_CENT)
    if rounded != amount:
        raise DomainError(gettext_noop("The amount has more than two decimal places."), field="amount")
    return rounded


def _check_words(key: str, given: dict[str, Any], source: str) -> None:
    """Every code must be one that exists; a broken caller hears which."""
    wrong = {
        "key": not 1 <= len(key) <= 160 or "\x00" in key,
        "state": given["state"] not in State.values,
        "currency": not (len(given["currency"]) == 3 and given["currency"].isascii())
        or not given["currency"].isupper(),
        "remedy": given["remedy"] not in load_terms().remedies,
        "issue": len(given["issue"]) > 40,
        "liable_party": given["liable_party"] not in Party.values,
        "source": len(source) > 200 or "\x00" in source,
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise DomainError(f"The ledger does not know this {field}.", field=field)
