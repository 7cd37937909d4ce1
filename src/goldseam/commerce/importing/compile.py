"""Compiles the tables of a mapping into shapes, and refuses what cannot work, by line and key."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from goldseam.commerce.importing.document import Table
from goldseam.commerce.importing.errors import FieldProblem
from goldseam.commerce.importing.expressions import Expression, ExpressionError
from goldseam.commerce.importing.fields import Conversion, Field, ListShape, Shape
from goldseam.commerce.importing.functions import MappingFunctions
from goldseam.commerce.importing.schema import FieldSchema, Schema

ROWS = "_rows"
_RAW = FieldSchema("object")
_SOURCES = ("column", "expr", "value")


def expression_at(table: Table, key: str, functions: MappingFunctions) -> Expression | None:
    """The expression under a key, or None."""
    text = table.take(key, str)
    return None if text is None else compiled(table, key, text, functions)


def compiled(table: Table, key: str, text: str, functions: MappingFunctions) -> Expression:
    """An expression; what is wrong with it is an error of the key."""
    try:
        return Expression(text, functions)
    except ExpressionError as error:
        raise table.error(key, str(error)) from None


class Compiler:
    """Turns tables into shapes, with a source's functions, conversions and the mapping's value maps."""

    def __init__(
        self, functions: MappingFunctions, conversion: Conversion, maps: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.functions = functions
        self._conversion = conversion
        self._maps = maps

    def shape(self, table: Table, schema: Schema, *, is_grouped: bool) -> Shape:
        """The shape that a table gives to an entity or to one of its lists."""
        fields = [
            self._field(table, name, kind)
            for name, kind in schema.fields.items()
            if name in table.data and not (kind.kind == "object" and isinstance(table.data[name], dict))
        ]
        missing = schema.required - {field.name for field in fields}
        if missing:
            raise table.error("", f"{schema.name} needs {', '.join(sorted(missing))}.")
        attributes = self._attributes(table, schema)
        lists = {
            name: self._list(table, name, below, is_grouped)
            for name, below in schema.lists.items()
            if name in table.data
        }
        table.finish((*schema.fields, *schema.lists))
        return Shape(schema, fields, attributes, lists)

    def _attributes(self, table: Table, schema: Schema) -> list[Field]:
        if "attributes" not in schema.fields or not isinstance(table.data.get("attributes"), dict):
            return []
        below = table.table("attributes")
        assert below is not None  # noqa: S101 - just looked at
        return [
            dataclasses.replace(self._field(below, name, _RAW), name=f"attributes.{name}")
            for name in below.data
        ]

    def _list(self, table: Table, name: str, schema: Schema, is_grouped: bool) -> ListShape:
        below = table.table(name)
        assert below is not None  # noqa: S101 - the caller looked
        each = expression_at(below, "each", self.functions)
        if each is None and not is_grouped:
            raise below.error("each", "say with 'each' where the elements are (or group the source's rows).")
        when = expression_at(below, "when", self.functions)
        return ListShape(self.shape(below, schema, is_grouped=is_grouped), each, when)

    def _field(self, table: Table, name: str, schema: FieldSchema) -> Field:
        value = table.take(name, object)
        if isinstance(value, str):
            return Field(name, schema, self._conversion, compiled(table, name, value, self.functions))
        if isinstance(value, dict):
            below = table.table(name)
            assert below is not None  # noqa: S101 - it is a dict
            return self._field_table(below, name, schema)
        field = Field(name, schema, self._conversion, constant=value)
        return self._tried(table, name, field)

    def _field_table(self, table: Table, name: str, schema: FieldSchema) -> Field:
        given = [key for key in _SOURCES if key in table.data]
        if len(given) != 1:
            raise table.error("", f"say exactly one of {', '.join(_SOURCES)}.")
        formats = table.texts("format")
        conversion = dataclasses.replace(self._conversion, dates=formats) if formats else self._conversion
        column = table.take("column", str)
        field = Field(
            name=name,
            schema=schema,
            conversion=conversion,
            expression=expression_at(table, "expr", self.functions),
            column=column,
            constant=table.take("value", object),
            table=self._table(table, schema),
            otherwise=table.take("otherwise", object),
            default=table.take("default", object),
            is_required=table.take("required", bool, False),
        )
        self._check_code(table, "otherwise", field.otherwise, schema)
        self._check_code(table, "default", field.default, schema)
        table.finish()
        return self._tried(table, "value", field) if given == ["value"] else field

    def _table(self, table: Table, schema: FieldSchema) -> Mapping[str, Any] | None:
        given = table.take("map", (str, dict))
        if given is None:
            return None
        if isinstance(given, str):
            if given not in self._maps:
                known = ", ".join(self._maps) or "none"
                raise table.error("map", f"there is no map {given!r} under [maps]; there are: {known}.")
            given = self._maps[given]
        for value in given.values():
            self._check_code(table, "map", value, schema)
        return dict(given)

    def _check_code(self, table: Table, key: str, value: Any, schema: FieldSchema) -> None:
        if schema.kind == "code" and value not in (None, "") and value not in schema.choices:
            raise table.error(key, f"{value!r} is no known code; allowed: {', '.join(schema.choices)}.")

    def _tried(self, table: Table, key: str, field: Field) -> Field:
        try:
            field.value({})
        except FieldProblem as problem:
            raise table.error(key, f"{field.constant!r}: {problem.reason}") from None
        return field
