"""One outgoing text, judged as its writer's: role, own limit, what was given and granted so far."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goldseam.approvals.queries import grants_of
from goldseam.approvals.routing import spent_by
from goldseam.conversations.actions import signed
from goldseam.engine.reply.authority import MONEY, Author, Given, Granted, Said
from goldseam.engine.reply.check import ReplyCheck, check_prepared
from goldseam.engine.reply.request import ReplyRequest
from goldseam.people.queries import membership_in
from goldseam.promises.actions import KINDS
from goldseam.promises.actions import Commitment as NewPromise
from goldseam.promises.queries import gifts_of, standing_of

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.copilot.engine import ShopTables
    from goldseam.engine.reply.commitments import Commitment
    from goldseam.engine.reply.verdicts import Case, Judgement
    from goldseam.people.models import Agent

BOT = "bot"
MAY_OVERRIDE = frozenset({"lead", "admin"})
_HURRY = ("expedite",)
_CENT = Decimal("0.01")


def writer_of(
    conversation: Conversation, agent: Agent | None, case: Case, now: datetime, *, role: str = BOT
) -> Author:
    """The person who writes to this conversation, with all that their word may carry; without one the bot, or
    somebody unknown with this role. What was granted to somebody else here is granted to the conversation,
    but for words: they are the writer's own."""
    own = None
    if agent is not None:
        membership = membership_in(agent, conversation.shop_id)
        role, own = membership.role, float(membership.limit)
    currency = currency_of(conversation, case)
    gifts = gifts_of(conversation, agent.pk if agent else None, currency, now)
    day, month = gifts.day, gifts.month
    if agent is not None:  # what they approved for others weighs as well
        spent = spent_by(conversation.shop, agent.pk, currency, now)
        day, month = max(day, spent.day), max(month, spent.month)
    return Author(
        role=role,
        own=own,
        given=Given(float(gifts.case), float(day), float(month)),
        granted=tuple(_granted(conversation, agent)),
        said=tuple(
            Said(promise.kind, None if promise.amount is None else float(promise.amount))
            for promise in standing_of(conversation.pk)
        ),
    )


def _granted(conversation: Conversation, agent: Agent | None) -> Iterator[Granted]:
    for grant in grants_of(conversation.pk):
        amount = float(grant.amount) if grant.amount else None
        if not grant.text:
            yield Granted(str(grant.request_id), grant.remedy, amount)
        elif agent is not None and grant.granted_to == agent.pk:
            texts = (grant.text, signed(grant.text, conversation, agent))
            yield Granted(str(grant.request_id), grant.remedy, amount, texts)


def check_words(
    conversation: Conversation, author: Author, text: str, remedy: str, case: Case, loaded: ShopTables
) -> ReplyCheck:
    """What the engine says to the text of this writer."""
    request = ReplyRequest(str(conversation.external_id), text, author)
    return check_prepared(request, case, loaded.tables, remedy)


def currency_of(conversation: Conversation, case: Case) -> str:
    """The currency of the order spoken of, else the shop's."""
    order = case.view.order.order
    return order.currency if order is not None else conversation.shop.currency


@dataclass(frozen=True, slots=True)
class Part:
    """One commitment of a text that goes out, with what it costs its writer; JSON in `CheckedReply.extra`."""

    kind: str
    start: int
    end: int
    words: str
    due: str
    named: bool
    amount: str | None
    currency: str
    remedy: str
    policy: str
    grant: str | None
    gift: str

    def promise(self) -> NewPromise:
        """As the promises' room takes it."""
        return NewPromise(
            kind=self.kind,
            start=self.start,
            end=self.end,
            words=self.words,
            due_at=datetime.fromisoformat(self.due),
            named=self.named,
            amount=None if self.amount is None else Decimal(self.amount),
            currency=self.currency,
            policy=self.policy,
            gift=Decimal(self.gift),
        )


def carrier_of(kind: str, judgement: Judgement, case: Case, loaded: ShopTables) -> str:
    """The remedy that would carry a commitment of this kind: the one that it was judged by, else the first
    that the facts allow, else the first of all; empty where no remedy does."""
    codes = loaded.tables.deciding.reply.remedies.get(kind, ())
    first = codes[0] if codes else ""
    return judgement.remedy or next((code for code in codes if code in case.offers), first)


def parts_of(
    check: ReplyCheck,
    remedy: str,
    conversation: Conversation,
    author: Author,
    case: Case,
    loaded: ShopTables,
    now: datetime,
) -> list[dict[str, Any]]:
    """What a checked text promises for the future, each part with its due moment."""
    clock = _Clock(conversation, case, loaded, now)
    currency = currency_of(conversation, case)
    found = [
        _part(c, j, clock, currency)
        for c, j in check.commitments
        if c.kind in KINDS and not c.claim and not (c.guessed and c.due is None and c.amount is None)
    ]
    if check.remedy is not None and remedy:
        found += _silent(remedy, check.remedy, clock, currency)
    return [dataclasses.asdict(part) for part in found]


def _part(commitment: Commitment, judgement: Judgement, clock: _Clock, currency: str) -> Part:
    named = commitment.due is not None and commitment.due > clock.now
    due = commitment.due if named and commitment.due else clock.due(commitment.kind, judgement.policy)
    gift = judgement.gift
    if judgement.verdict != "ok" and commitment.kind in MONEY:
        gift = commitment.amount or 0.0  # sent in spite of the rules: it is the writer's own
    return Part(
        kind=commitment.kind,
        start=commitment.span[0],
        end=commitment.span[1],
        words=commitment.text,
        due=due.isoformat(),
        named=named,
        amount=_money(commitment.amount),
        currency=currency if commitment.kind in MONEY else "",
        remedy=carrier_of(commitment.kind, judgement, clock.case, clock.loaded),
        policy=judgement.policy or "",
        grant=judgement.grant,
        gift=_money(gift) or "0",
    )


def _silent(remedy: str, judgement: Judgement, clock: _Clock, currency: str) -> Iterator[Part]:
    """The solution that the reply brings without a word about it."""
    kinds = [kind for kind, codes in clock.loaded.tables.deciding.reply.remedies.items() if remedy in codes]
    if not kinds:
        return
    offer = clock.case.offers.get(remedy)
    amount = None
    if offer is not None:
        from goldseam.engine.decide.remedies import offered_amount

        amount = offered_amount(clock.case.view, offer)[0]
    yield Part(
        kind=kinds[0],
        start=0,
        end=0,
        words="",
        due=clock.due(kinds[0], judgement.policy).isoformat(),
        named=False,
        amount=_money(amount),
        currency=currency if amount is not None else "",
        remedy=remedy,
        policy=judgement.policy or "",
        grant=judgement.grant,
        gift=_money(judgement.gift) or "0",
    )


@dataclass(frozen=True, slots=True)
class _Clock:
    """When something falls due that names no time: by the rule's promise time, else by that of any rule which
    could carry it here, else by the pack's time for an answer to this priority."""

    conversation: Conversation
    case: Case
    loaded: ShopTables
    now: datetime

    def due(self, kind: str, policy: str | None) -> datetime:
        """The moment, as the policy pack has it."""
        pack = self.case.view.pack
        rule = pack.rule(policy) if policy else None
        hours = rule.promise_hours if rule is not None else None
        if hours is None:
            codes = self.loaded.tables.deciding.reply.remedies.get(kind, _HURRY)
            offers = (self.case.offers[code] for code in codes if code in self.case.offers)
            hours = min((o.rule.promise_hours for o in offers if o.rule.promise_hours), default=None)
        if hours is None:
            hours = pack.follow_up_hours.get(self.conversation.priority, 24.0)
        return self.now + timedelta(hours=hours)


def _money(amount: float | None) -> str | None:
    return None if amount is None else str(Decimal(str(amount)).quantize(_CENT))
