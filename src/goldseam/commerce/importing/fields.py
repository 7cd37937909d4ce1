"""How one field of a record is filled: where the value comes from, the value map, the conversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from goldseam.commerce.importing import values
from goldseam.commerce.importing.errors import FieldProblem, ValueProblem
from goldseam.commerce.importing.expressions import Expression
from goldseam.commerce.importing.schema import FieldSchema, Schema


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a source's values look like: zone and formats of dates, the decimal sign."""

    zone: tzinfo
    dates: Sequence[str] = ()
    decimal_comma: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a mapping. Exactly one of `expression` and `constant` gives the value."""

    name: str
    schema: FieldSchema
    conversion: Conversion
    expression: Expression | None = None
    column: str | None = None
    constant: Any = None
    table: Mapping[str, Any] | None = None
    otherwise: Any = None
    default: Any = None
    is_required: bool = False

    def value(self, context: dict[str, Any]) -> Any:
        """The field's value for a row, None for nothing; raises `FieldProblem`."""
        raw: Any = None
        try:
            raw = self._raw(context)
            found = self._mapped(raw)
            if values.is_empty(found):
                found = self.default
            converted = self._converted(found)
        except ValueProblem as problem:
            raise FieldProblem(self.name, raw, str(problem)) from None
        if converted is None and self.is_required:
            raise FieldProblem(self.name, raw, "This must not be empty.")
        return converted

    def _raw(self, context: dict[str, Any]) -> Any:
        if self.column is not None:
            return context.get(self.column)
        return self.constant if self.expression is None else self.expression(context)

    def _mapped(self, raw: Any) -> Any:
        if self.table is None or values.is_empty(raw):
            return raw
        text = values.to_text(raw) or ""
        if text in self.table:
            return self.table[text]
        if self.otherwise is not None:
            return self.otherwise
        if text in self.schema.choices:
            return text
        raise ValueProblem("The value map does not know this value; add it, or give 'otherwise'.")

    def _converted(self, value: Any) -> Any:
        kind = self.schema.kind
        if kind == "text":
            return values.to_text(value)
        if kind == "money":
            return values.to_money(value, self.conversion.decimal_comma)
        if kind == "moment":
            return values.to_moment(value, self.conversion.dates, self.conversion.zone)
        if kind == "integer":
            return values.to_integer(value)
        if kind == "code":
            return self._code(values.to_text(value))
        return _plain(value)

    def _code(self, text: str | None) -> str | None:
        if text is not None and text not in self.schema.choices:
            allowed = ", ".join(self.schema.choices)
            raise ValueProblem(f"Unknown value; give the field a map to one of: {allowed}.")
        return text


def _plain(value: Any) -> Any:
    """A JSON value for `attributes`; blank text is nothing."""
    if isinstance(value, str):
        return value.strip() or None
    return value


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list that hangs on a record: `each` gives its elements, `when` chooses among them."""

    shape: Shape
    each: Expression | None
    when: Expression | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A record's compiled fields, attributes and lists."""

    schema: Schema
    fields: Sequence[Field]
    attributes: Sequence[Field] = ()
    lists: Mapping[str, ListShape] | None = None
