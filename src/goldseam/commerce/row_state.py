"""The stored state of customers and products, and how a record changes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models

from goldseam.commerce.models import Customer, Product
from goldseam.commerce.records import BadRecord, told

COLUMNS: dict[type[models.Model], dict[str, Any]] = {
    Customer: {"name": "", "phone": "", "email": "", "tier": "", "language": "", "attributes": {}},
    Product: {
        "title": "",
        "category": "",
        "price": None,
        "currency": "CNY",
        "description": "",
        "attributes": {},
    },
}
"""Each table's columns that records fill, with their empty values."""


class RowState:
    """One row as it is stored (`stored`, None when it is new) and as it shall be (`values`)."""

    def __init__(
        self, external_id: str, empty: Mapping[str, Any], pk: int, stored: dict[str, Any] | None
    ) -> None:
        self.external_id = external_id
        self.pk = pk
        self.stored = stored
        self.values = dict(stored if stored is not None else empty)
        self._empty = empty
        self._is_known = stored is not None

    @property
    def is_dirty(self) -> bool:
        """Whether there is anything to write."""
        return self._is_known and (self.stored is None or self.values != self.stored)

    def merge(self, record: Any) -> str:
        """Take over what a customer's or product's record tells; says "created", "changed" or "unchanged"."""
        values = merge_columns(self.values, told(record), self._empty)
        if not values.get("title", "-"):
            raise BadRecord("title", "A product needs a title.", values["title"])
        result = "changed" if values != self.values else "unchanged"
        if not self._is_known:
            result = "created"
        self._is_known, self.values = True, values
        return result

    def difference(self) -> tuple[dict[str, Any] | None, dict[str, Any]]:
        """The columns before (None for a new row) and after, where they differ, as JSON values."""
        return difference(self.stored, self.values)


def merge_columns(
    values: Mapping[str, Any], news: Mapping[str, Any], empty: Mapping[str, Any]
) -> dict[str, Any]:
    """The columns after a record's news: None empties a column, attributes are merged by key."""
    merged = dict(values)
    for name, value in news.items():
        if name not in empty:
            continue
        if value is None:
            merged[name] = empty[name]
        elif name == "attributes":
            both = {**merged[name], **value}
            merged[name] = {key: item for key, item in both.items() if item is not None}
        else:
            merged[name] = value
    return merged


def difference(
    stored: Mapping[str, Any] | None, values: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """What an audit entry keeps: differing columns before and after."""
    if stored is None:
        return None, {name: as_json(value) for name, value in values.items() if value not in ("", None, {})}
    names = [name for name in values if values[name] != stored[name]]
    return (
        {name: as_json(stored[name]) for name in names},
        {name: as_json(values[name]) for name in names},
    )


def as_json(value: Any) -> Any:
    """A column's value in JSON's terms."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def load_rows(
    model: type[models.Model], shop_id: int, external_ids: Iterable[str], **empty: Any
) -> dict[str, RowState]:
    """The present states of the rows with these ids, by id; new ones are empty."""
    defaults = COLUMNS[model] | empty
    wanted = set(external_ids)
    rows = model._default_manager.filter(shop_id=shop_id, external_id__in=wanted)
    states = {
        key: RowState(key, defaults, pk, dict(zip(defaults, columns, strict=True)))
        for pk, key, *columns in rows.values_list("pk", "external_id", *defaults)
    }
    return states | {key: RowState(key, defaults, 0, None) for key in wanted - states.keys()}


def write_rows(model: type[models.Model], shop_id: int, states: Iterable[RowState]) -> None:
    """Insert the new states and update the others, in one statement; in order of id, so that two
    writers never wait for each other in a circle."""
    ordered = sorted(states, key=lambda state: state.external_id)
    rows = [model(shop_id=shop_id, external_id=state.external_id, **state.values) for state in ordered]
    written = model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["shop", "external_id"],
        update_fields=list(COLUMNS[model]),
    )
    for state, row in zip(ordered, written, strict=True):
        state.pk = row.pk
