"""Half a year of compensation in the demo shop: teams, budgets, decided requests, and what was paid."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any

from goldseam.approvals.history import Decided, write_decided
from goldseam.conversations.queries import page_by_id
from goldseam.demo.threads import Threads
from goldseam.ledger.budgets import month_of, set_budget
from goldseam.ledger.history import OldEntry, write_history
from goldseam.people.queries import Role, agents_of, memberships_in, teams_of
from goldseam.people.teams import create_team

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.conversations.records import ConversationRecord
    from goldseam.people.models import Agent, Shop

OLDER = 170
ASKED, OWN = 330, 150
_ACTOR = "demo"
_STEP = Decimal(5)
_BACK = timedelta(days=92)
_SMALL = ("coupon", "freight_refund", "gift", "partial_refund")


@cache
def money() -> dict[str, Any]:
    """The data file."""
    return tomllib.loads((files(__package__) / "data" / "money.toml").read_text("utf-8"))


def older_threads(threads: Threads) -> list[ConversationRecord]:
    """Ended conversations of the three months before the others."""
    return [_earlier(record) for record in threads.closed(OLDER)]


def _earlier(record: ConversationRecord) -> ConversationRecord:
    """The same, three months earlier; it no longer speaks of the order, which was placed later."""
    messages = tuple(replace(m, at=m.at - _BACK if m.at else None) for m in record.messages)
    moved = {
        name: moment - _BACK
        for name in ("created_at", "closed_at")
        if (moment := getattr(record, name)) is not None
    }
    return replace(record, messages=messages, order="", **moved)


def load_money(shop: Shop, chance: Random, now: datetime) -> None:
    """Make the teams and budgets, then the past: what was asked for, decided, promised and paid."""
    people = {agent.name: agent for agent in agents_of(shop.pk)}
    _make_teams(shop, people, now)
    rows, _ = page_by_id(shop.pk, status="closed", after=None, limit=5000)
    past = sorted((row for row in rows if row.closed_at), key=lambda row: row.external_id)
    cases = {case["code"]: case for case in money()["issues"]}
    fitting = [row for row in past if row.issue in cases]
    chosen = chance.sample(fitting, min(ASKED, len(fitting)))
    leads = [m.agent for m in memberships_in(shop.pk) if m.role != Role.AGENT]
    agents = [m.agent for m in memberships_in(shop.pk) if m.role == Role.AGENT]
    decided = [_decided(row, cases[row.issue], chance, agents, leads) for row in chosen]
    numbers = write_decided(shop.pk, decided, actor=_ACTOR)
    talks = {row.pk: row for row in past}
    entries = [
        entry
        for one in decided
        for entry in _entries(one, numbers[one.key], talks[one.conversation_id], chance, now)
    ]
    taken = {row.pk for row in chosen}
    others = [row for row in past if row.pk not in taken and row.issue]
    for row in chance.sample(others, min(OWN, len(others))):
        entries += _own(row, chance, chance.choice(agents), now)
    write_history(shop.pk, entries, actor=_ACTOR)


def _make_teams(shop: Shop, people: dict[str, Agent], now: datetime) -> None:
    known = {team.name: team for team in teams_of(shop.pk)}
    lead = next(m.agent for m in memberships_in(shop.pk) if m.role == Role.LEAD)
    month = month_of(now, shop.timezone)
    for entry in money()["teams"]:
        team = known.get(entry["name"]) or create_team(
            shop,
            entry["name"],
            lead=people.get(entry["lead"], lead),
            members=[people[name] for name in entry["members"] if name in people],
            actor=_ACTOR,
        )
        _budget(shop, lead, team.pk, month, entry["budget"])
    _budget(shop, lead, None, month, money()["shop"]["budget"])


def _budget(shop: Shop, lead: Agent, team_id: int | None, month: Any, amount: int) -> None:
    set_budget(shop, lead, team_id=team_id, since=month, currency=shop.currency, amount=Decimal(amount))


def _decided(
    row: Conversation, case: dict[str, Any], chance: Random, agents: list[Agent], leads: list[Agent]
) -> Decided:
    amount = max(_STEP * 11, _round(case["middle"] * chance.lognormvariate(0, 0.42)))
    asked = (row.closed_at or row.created_at) - timedelta(minutes=chance.randint(20, 90))
    waited = timedelta(hours=min(30.0, chance.lognormvariate(0.5, 0.9)))
    share = case["share"] if amount <= case["up_to"] else case["share"] * 0.45
    luck, words = chance.random(), money()["words"]
    granted, answer = amount, ""
    if luck > share:
        cut = chance.random() < 0.55
        granted = max(_STEP * 4, _round(float(amount) * chance.uniform(0.4, 0.7))) if cut else Decimal(0)
        answer = chance.choice(words["cut" if cut else "refused"])
    decider = leads[0] if chance.random() < 0.85 else leads[-1]
    return Decided(
        key=f"demo-{row.external_id}",
        conversation_id=row.pk,
        order_id=row.order_id,
        issue=row.issue,
        remedy=case["remedy"],
        amount=amount,
        currency="CNY",
        reason=chance.choice(case["reasons"]),
        requester_id=chance.choice(agents).pk,
        decider_id=decider.pk,
        asked_at=asked - waited,
        decided_at=asked,
        granted=granted if granted else None,
        answer=answer,
    )


def _entries(one: Decided, number: int, talk: Conversation, chance: Random, now: datetime) -> list[OldEntry]:
    """The decision, the promise that followed, and mostly the payment."""
    first = OldEntry(
        key=f"approval-{number}",
        at=one.decided_at,
        state="refused" if one.granted is None else "approved",
        amount=one.amount if one.granted is None else one.granted,
        currency=one.currency,
        remedy=one.remedy,
        conversation_id=one.conversation_id,
        order_id=one.order_id,
        agent_id=one.requester_id,
        approver_id=one.decider_id,
        issue=one.issue,
        liable_party=talk.liable_party or "unclear",
        source=f"approval-{number}",
    )
    if one.granted is None:
        return [first]
    promised = replace(
        first, key=f"grant-{number}", state="promised", at=one.decided_at + timedelta(minutes=4)
    )
    return [first, promised, *_paid(promised, f"paid-{number}", chance, now)]


def _own(row: Conversation, chance: Random, agent: Agent, now: datetime) -> list[OldEntry]:
    """A small gift within the agent's own authority."""
    promised = OldEntry(
        key=f"own-{row.pk}",
        at=(row.closed_at or row.created_at) - timedelta(minutes=6),
        state="promised",
        amount=_round(chance.uniform(5, 45)),
        currency="CNY",
        remedy=chance.choice(_SMALL),
        conversation_id=row.pk,
        order_id=row.order_id,
        agent_id=agent.pk,
        issue=row.issue,
        liable_party=row.liable_party or "unclear",
        source="reply",
    )
    return [promised, *_paid(promised, f"own-paid-{row.pk}", chance, now)]


def _paid(promised: OldEntry, key: str, chance: Random, now: datetime) -> list[OldEntry]:
    at = promised.at + timedelta(hours=chance.uniform(1, 60))
    if at > now or chance.random() < 0.06:
        return []
    return [replace(promised, key=key, state="paid", at=at, source="refund")]


def _round(value: float) -> Decimal:
    return max(_STEP, (Decimal(value) / _STEP).quantize(Decimal(1)) * _STEP)
