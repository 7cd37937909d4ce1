"""Requests for compensation in the demo shop: some wait, some were just decided, one was withdrawn."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from goldseam.approvals import actions
from goldseam.approvals.asking import Asking
from goldseam.approvals.covering import name_deputy
from goldseam.conversations.queries import page_by_id
from goldseam.people.queries import agents_of

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent, Shop

_LOOKED_AT = 200


@cache
def wishes() -> dict[str, Any]:
    """The data file."""
    return tomllib.loads((files(__package__) / "data" / "approvals.toml").read_text("utf-8"))


def load_approvals(shop: Shop, now: datetime) -> None:
    """Ask, support, decide and withdraw as the table says, each on an open conversation of its issue."""
    table = wishes()
    people = {agent.email.partition("@")[0]: agent for agent in agents_of(shop.pk)}
    free, _ = page_by_id(shop.pk, status="open", after=None, limit=_LOOKED_AT)
    used: set[int] = set()
    for number, wish in enumerate(table["requests"]):
        conversation = _fitting(free, wish["issues"], used)
        if conversation is not None:
            used.add(conversation.pk)
            _tell(conversation, wish, people, f"demo-{number}")
    _cover(shop, table["cover"], people, now)


def _fitting(free: Iterable[Conversation], issues: list[str], used: set[int]) -> Conversation | None:
    """An open conversation about one of the issues, with an order where there is one, that nothing was asked
    on yet; people who paid in another currency are left to the lists."""
    fitting = [c for c in free if c.issue in issues and c.pk not in used and _pays_at_home(c)]
    return min(fitting, key=lambda c: (c.order_id is None, c.pk), default=None)


def _pays_at_home(conversation: Conversation) -> bool:
    order = conversation.order
    return order is None or order.currency == conversation.shop.currency


def _tell(conversation: Conversation, wish: dict[str, Any], people: dict[str, Agent], key: str) -> None:
    asking = Asking(
        wish["remedy"],
        Decimal(wish["amount"]),
        conversation.shop.currency,
        wish["reason"],
        evidence=wish.get("evidence", ""),
        reply=wish.get("reply", ""),
    )
    asker = people[wish["by"]]
    request, _ = actions.ask(conversation, asking, requester=asker, key=key)
    if "support" in wish:
        actions.approve(request.pk, people[wish["support"]], words=wish["support_words"])
    _decide(request.pk, wish, people)


def _decide(request_id: int, wish: dict[str, Any], people: dict[str, Agent]) -> None:
    word = wish.get("word")
    if word == "approve":
        amount = Decimal(wish["grant"]) if "grant" in wish else None
        actions.approve(request_id, people[wish["decider"]], amount=amount, words=wish["words"])
    elif word == "refuse":
        actions.refuse(request_id, people[wish["decider"]], words=wish["words"])
    elif word == "withdraw":
        actions.withdraw(request_id, people[wish["by"]])


def _cover(shop: Shop, cover: dict[str, Any], people: dict[str, Agent], now: datetime) -> None:
    agent = people[cover["agent"]]
    begin = now.replace(hour=1, minute=0, second=0, microsecond=0) + timedelta(days=cover["from_days"])
    name_deputy(
        shop,
        agent,
        agent.pk,
        deputy_id=people[cover["deputy"]].pk,
        starts_at=begin,
        ends_at=begin + timedelta(days=cover["days"]),
        away=True,
        note=cover["note"],
    )
