"""Short ways to make a conversation and read it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from goldseam.engine.facts import Conversation, Message, Order
from goldseam.engine.reading import Reading
from goldseam.engine.text.read import read
from goldseam.engine.text.tables import ReadingTables

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=timezone(timedelta(hours=8)))


def talk(*texts: str, orders: tuple[Order, ...] = ()) -> Conversation:
    """Customer first, then the agent, in turn."""
    roles = ("customer", "agent")
    messages = tuple(Message(roles[place % 2], text) for place, text in enumerate(texts))
    return Conversation("c", messages, now=NOW, locale="", orders=orders)


def reading(tables: ReadingTables, *texts: str, orders: tuple[Order, ...] = ()) -> Reading:
    """Read such a conversation."""
    return read(talk(*texts, orders=orders), tables)


def codes(tables: ReadingTables, *texts: str) -> set[str]:
    """The signals that such a conversation raises."""
    return {signal.code for signal in reading(tables, *texts).signals}
