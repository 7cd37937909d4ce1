"""Orders of a list, with their keyset: the next page begins after the last row's key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from goldseam.conversations.models import Conversation
from goldseam.core.paging import BrokenCursor, decode_cursor, encode_cursor


@dataclass(frozen=True, slots=True)
class Column:
    """A stored column to order by; empty moments come last when ascending, as PostgreSQL has it."""

    name: str
    is_descending: bool = False
    is_moment: bool = False
    is_nullable: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """An order of rows that ends in the id, so that no two rows are equal."""

    columns: tuple[Column, ...]

    def names(self) -> tuple[str, ...]:
        """For `order_by`."""
        return tuple(f"-{column.name}" if column.is_descending else column.name for column in self.columns)

    def cursor(self, row: Conversation) -> str:
        """The row's key, for the address of the page after it."""
        key = [getattr(row, column.name) for column in self.columns]
        return encode_cursor(
            [value.isoformat() if isinstance(value, datetime) else value or "" for value in key]
        )

    def after(self, cursor: str) -> Q:
        """The rows that come after a cursor's; one that was cut or changed is refused."""
        kinds = [int if column.name == "id" else str for column in self.columns]
        values = decode_cursor(cursor, *kinds)
        return _beyond([(c, _value(c, value)) for c, value in zip(self.columns, values, strict=True)])


def _value(column: Column, value: Any) -> Any:
    if not column.is_moment:
        return value
    if not value and column.is_nullable:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise BrokenCursor from error
    if moment.tzinfo is None:
        raise BrokenCursor
    return moment


def _beyond(key: list[tuple[Column, Any]]) -> Q:
    """The first condition of each step bounds the walk along the index."""
    (column, value), rest = key[0], key[1:]
    if value is None:
        return Q(**{f"{column.name}__isnull": True}) & _beyond(rest)
    side = "lt" if column.is_descending else "gt"
    strictly = Q(**{f"{column.name}__{side}": value})
    if column.is_nullable:
        strictly |= Q(**{f"{column.name}__isnull": True})
    if not rest:
        return strictly
    found = strictly | (Q(**{column.name: value}) & _beyond(rest))
    return found if column.is_nullable else Q(**{f"{column.name}__{side}e": value}) & found


_ID = Column("id")
URGENCY = Order((Column("priority"), Column("waiting_since", is_moment=True, is_nullable=True), _ID))
LATEST = Order(
    (Column("last_message_at", is_descending=True, is_moment=True), Column("id", is_descending=True))
)
OLDEST = Order((Column("created_at", is_moment=True), _ID))
DONE = Order((Column("closed_at", is_descending=True, is_moment=True), Column("id", is_descending=True)))
ASLEEP = Order((Column("snoozed_until", is_moment=True), _ID))
PROMISED = Order((Column("promise_due_at", is_moment=True), _ID))
DUE = Order((Column("sla_due_at", is_moment=True, is_nullable=True), _ID))

BY_NAME = {"urgency": URGENCY, "latest": LATEST, "oldest": OLDEST, "due": DUE}
"""The orders that a saved view may choose."""
