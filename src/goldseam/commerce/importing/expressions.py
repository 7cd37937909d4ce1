"""Compiles the mappings' expressions: JMESPath, whose bare names may be of any script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import jmespath
from jmespath import exceptions, visitor

from goldseam.commerce.importing.errors import ValueProblem
from goldseam.commerce.importing.functions import MappingFunctions

Getter = Callable[[dict[str, Any]], Any]

_PIECE = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[^\W\d]\w*""")
KNOWN = frozenset(MappingFunctions.FUNCTION_TABLE)
"""The names of all functions."""


class ExpressionError(ValueError):
    """The expression cannot be understood."""


class Expression:
    """A compiled expression with the columns (or top keys) it reads."""

    def __init__(self, text: str, functions: MappingFunctions) -> None:
        self.text = text
        try:
            tree = jmespath.compile(_quoted(text)).parsed
        except exceptions.JMESPathError as error:
            raise ExpressionError(f"The expression {text!r} cannot be read: {_first_line(error)}") from None
        for name in _calls(tree):
            if name not in KNOWN:
                raise ExpressionError(
                    f"There is no function {name}(); there are: {', '.join(sorted(KNOWN))}."
                )
        self.columns = frozenset(_roots(tree))
        self._tree = tree
        self._interpreter = visitor.TreeInterpreter(jmespath.Options(custom_functions=functions))
        self._key = tree["value"] if tree["type"] == "field" else None

    def __call__(self, context: dict[str, Any]) -> Any:
        """The expression's value; raises `ValueProblem` when the data does not suit it."""
        if self._key is not None:
            return context.get(self._key)
        try:
            return self._interpreter.visit(self._tree, context)
        except exceptions.JMESPathError as error:
            raise ValueProblem(f"The expression {self.text!r} fails: {_first_line(error)}") from None
        except ValueProblem:
            raise
        except (TypeError, AttributeError, ArithmeticError, ValueError, RecursionError) as error:
            raise ValueProblem(f"The expression {self.text!r} fails on this data: {error}") from None


def _quoted(text: str) -> str:
    """Bare names outside ASCII in double quotes, as JMESPath wants them."""

    def quote(match: re.Match[str]) -> str:
        piece = match.group()
        return piece if piece[0] in "'\"`" or piece.isascii() else f'"{piece}"'

    return _PIECE.sub(quote, text)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]


def _calls(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "function_expression":
            yield node["value"]
        for child in node.get("children", ()):
            yield from _calls(child)


def _roots(node: Any) -> Iterator[str]:
    """The names that are looked up in the row itself, not in parts of it."""
    if not isinstance(node, dict):
        return
    if node["type"] == "field":
        yield node["value"]
    children = node.get("children", ())
    inside_first = ("subexpression", "index_expression", "projection", "value_projection", "flatten")
    for child in children[:1] if node["type"] in (*inside_first, "filter_projection") else children:
        yield from _roots(child)
