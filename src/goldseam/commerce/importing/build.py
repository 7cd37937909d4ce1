"""From rows to records, as a mapping's shapes say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from goldseam.commerce.importing import values
from goldseam.commerce.importing.errors import FieldProblem, ValueProblem
from goldseam.commerce.importing.expressions import Expression
from goldseam.commerce.importing.fields import Field, ListShape, Shape
from goldseam.commerce.importing.mapping import Clock, EntityMapping
from goldseam.commerce.importing.rows import Row
from goldseam.commerce.records import MAX_LINES

Context = dict[str, Any]


def context_of(rows: Sequence[Row], clock: Clock | None, *, is_grouped: bool) -> Context:
    """What a record's expressions see: the row's values (of a group, of each column the first that is
    not empty) with `_keys`, `_number`, `_at` and, in a group, `_rows`."""
    first = rows[0]
    context: Context = {**first.data, **_place(first, clock)}
    if is_grouped:
        for row in rows[1:]:
            for name, value in row.data.items():
                if value not in ("", None) and values.is_empty(context.get(name)):
                    context[name] = value
        context["_rows"] = [{**row.data, **_place(row, clock)} for row in rows]
    return context


def _place(row: Row, clock: Clock | None) -> Context:
    place: Context = {"_keys": row.keys, "_number": row.number}
    if clock is not None:
        place["_at"] = clock.start + timedelta(seconds=clock.seconds * row.number)
    return place


def is_wanted(condition: Expression | None, context: Context, field: str) -> bool:
    """Whether a `when` holds."""
    if condition is None:
        return True
    try:
        return bool(condition(context))
    except ValueProblem as problem:
        raise FieldProblem(field, None, str(problem)) from None


def build_record(mapping: EntityMapping, context: Context, *, clears: bool) -> Any:
    """The record that a context tells, or None when `when` says no; raises `FieldProblem`."""
    if not is_wanted(mapping.when, context, "when"):
        return None
    filled = _filled(mapping.shape, context, "", clears=clears)
    schema = mapping.shape.schema
    for name in schema.fields:
        if name in schema.required and filled.get(name) is None:
            raise FieldProblem(name, None, "This must not be empty.")
    return schema.build(**filled)


def _filled(shape: Shape, context: Context, prefix: str, *, clears: bool) -> Context:
    filled: Context = {}
    for field in shape.fields:
        value = _value(field, context, prefix)
        if value is not None or (clears and field.name not in shape.schema.required):
            filled[field.name] = value
    if shape.attributes:
        filled["attributes"] = _attributes(shape.attributes, context, prefix, clears=clears)
    for name, below in (shape.lists or {}).items():
        elements = _list(below, context, f"{prefix}{name}")
        if elements is not None:
            filled[name] = elements
    return filled


def _value(field: Field, context: Context, prefix: str) -> Any:
    try:
        return field.value(context)
    except FieldProblem as problem:
        raise FieldProblem(prefix + problem.field, problem.value, problem.reason) from None


def _attributes(fields: Sequence[Field], context: Context, prefix: str, *, clears: bool) -> Mapping[str, Any]:
    found = {field.name.removeprefix("attributes."): _value(field, context, prefix) for field in fields}
    return found if clears else {name: value for name, value in found.items() if value is not None}


def _list(below: ListShape, context: Context, path: str) -> list[Any] | None:
    """The records of a list; None when the row says nothing of it."""
    elements = _elements(below, context, path)
    if elements is None:
        return None
    built = []
    for index, element in enumerate(elements):
        inner = _inner(element, context, index)
        if not is_wanted(below.when, inner, f"{path}[{index}].when"):
            continue
        filled = _filled(below.shape, inner, f"{path}[{index}].", clears=False)
        if any(value != [] for value in filled.values()):
            built.append(_made(below, filled, f"{path}[{index}]"))
    return built


def _made(below: ListShape, filled: Context, path: str) -> Any:
    for name in below.shape.schema.required:
        if name not in filled:
            raise FieldProblem(f"{path}.{name}", None, "This must not be empty.")
    return below.shape.schema.build(**filled)


def _elements(below: ListShape, context: Context, path: str) -> Sequence[Any] | None:
    if below.each is None:
        found = context["_rows"]
    else:
        try:
            found = below.each(context)
        except ValueProblem as problem:
            raise FieldProblem(path, None, str(problem)) from None
    if found is None:
        return None
    if not isinstance(found, list):
        found = [found]
    if len(found) > MAX_LINES:
        raise FieldProblem(path, None, f"This list is longer than {MAX_LINES}.")
    return found


def _inner(element: Any, context: Context, index: int) -> Context:
    inner = dict(element) if isinstance(element, dict) else {"_value": element}
    inner["_index"] = index
    inner["_record"] = context
    for name in ("_keys", "_number", "_at", "_rows"):
        if name in context:
            inner.setdefault(name, context[name])
    return inner
