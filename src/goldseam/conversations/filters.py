"""Filters over conversations: a tree of conditions, read strictly from JSON and compiled to one `Q`.

A filter is `{"version": 1, "where": node}`; a node is a condition `{"field", "op", "value"}` or a group
`{"all": [nodes]}`, `{"any": [nodes]}`, `{"none": [nodes]}`. An empty "all" matches everything. Reading
either gives a tree of known fields with values of the right kind, or refuses with the place and a remedy;
compiling a tree that was read cannot fail and touches nothing but memory.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from goldseam.conversations.filter_errors import BadFilter
from goldseam.conversations.filter_fields import FIELDS
from goldseam.conversations.filter_kinds import ME, MY_TEAMS, Scene, Value

VERSION = 1
GROUPS = ("all", "any", "none")
MAX_DEPTH = 5
MAX_CONDITIONS = 40


@dataclass(frozen=True, slots=True)
class Condition:
    """A field compared with a value."""

    field: str
    op: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes of which all, any or none must hold."""

    kind: str
    parts: tuple[Node, ...] = ()


Node = Condition | Group


def read_filter(data: Any) -> Group:
    """A stored or posted filter as a tree whose root is a group; raises BadFilter."""
    if not isinstance(data, dict) or set(data) != {"version", "where"}:
        raise BadFilter("filter", _("It must be an object with “version” and “where”."))
    if isinstance(data["version"], bool) or data["version"] != VERSION:
        raise BadFilter("version", _("This version is not known; the present one is %(n)s.") % {"n": VERSION})
    count = [0]
    node = _read_node(data["where"], "where", 1, count)
    return node if isinstance(node, Group) else Group("all", (node,))


def _read_node(data: Any, place: str, depth: int, count: list[int]) -> Node:
    if not isinstance(data, dict):
        raise BadFilter(place, _("This must be a condition or a group."))
    if depth > MAX_DEPTH:
        raise BadFilter(place, _("Groups are nested more than %(n)s deep.") % {"n": MAX_DEPTH})
    kinds = [key for key in GROUPS if key in data]
    if not kinds:
        count[0] += 1
        if count[0] > MAX_CONDITIONS:
            raise BadFilter(place, _("There are more than %(n)s conditions.") % {"n": MAX_CONDITIONS})
        return _read_condition(data, place)
    kind = kinds[0]
    parts = data[kind]
    if len(data) != 1 or not isinstance(parts, list):
        raise BadFilter(place, _("A group has one list, “all”, “any” or “none”, and nothing else."))
    if len(parts) > MAX_CONDITIONS:
        raise BadFilter(place, _("There are more than %(n)s conditions.") % {"n": MAX_CONDITIONS})
    nodes = (
        _read_node(part, f"{place}.{kind}[{index}]", depth + 1, count) for index, part in enumerate(parts)
    )
    return Group(kind, tuple(nodes))


def _read_condition(data: dict[str, Any], place: str) -> Condition:
    unknown = set(data) - {"field", "op", "value"}
    if unknown:
        stray = str(sorted(map(str, unknown))[0])[:40]
        raise BadFilter(place, _("“%(name)s” has no meaning here.") % {"name": stray})
    name, op = data.get("field"), data.get("op")
    if not isinstance(name, str) or name not in FIELDS:
        raise BadFilter(
            f"{place}.field",
            _("There is no field “%(name)s”. Fields are: %(known)s.")
            % {"name": str(name)[:40], "known": ", ".join(FIELDS)},
        )
    kind = FIELDS[name]
    if not isinstance(op, str) or op not in kind.ops:
        raise BadFilter(
            f"{place}.op",
            _("“%(op)s” cannot be asked of “%(name)s”; it can be: %(known)s.")
            % {"op": str(op)[:40], "name": name, "known": ", ".join(kind.ops)},
        )
    return Condition(name, op, kind.read(op, data.get("value"), f"{place}.value"))


def write_filter(tree: Node) -> dict[str, Any]:
    """The tree as JSON to be stored; reading it again gives the same tree."""
    return {"version": VERSION, "where": _write_node(tree)}


def _write_node(node: Node) -> dict[str, Any]:
    if isinstance(node, Group):
        return {node.kind: [_write_node(part) for part in node.parts]}
    written: dict[str, Any] = {"field": node.field, "op": node.op}
    if node.value is not None:
        written["value"] = _plain(node.value)
    return written


def _plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def compile_filter(tree: Node, scene: Scene) -> Q:
    """The tree as one condition on rows of conversations."""
    if isinstance(tree, Condition):
        return FIELDS[tree.field].query(tree.op, tree.value, scene)
    parts = [compile_filter(part, scene) for part in tree.parts]
    if tree.kind == "all":
        return reduce(operator.and_, parts, Q(pk__isnull=False))  # an empty Q() would vanish in an "any"
    inside = reduce(operator.or_, parts, Q(pk__in=[]))
    return inside if tree.kind == "any" else ~inside


def conditions(tree: Node) -> Iterator[Condition]:
    """Every condition of the tree."""
    if isinstance(tree, Condition):
        yield tree
    else:
        for part in tree.parts:
            yield from conditions(part)


def is_personal(tree: Node) -> bool:
    """Whether what it matches depends on who looks."""
    words = {ME, MY_TEAMS}
    return any(
        condition.field == "unread" or (isinstance(condition.value, tuple) and words & set(condition.value))
        for condition in conditions(tree)
    )


def names_of(tree: Node, field: str) -> set[int]:
    """The ids that the tree's conditions on this field name."""
    return {
        item
        for condition in conditions(tree)
        if condition.field == field and isinstance(condition.value, tuple)
        for item in condition.value
        if isinstance(item, int)
    }


def stays_open(tree: Node) -> bool:
    """Whether it can match open and snoozed conversations only: such a filter reads few rows of many."""
    if isinstance(tree, Condition):
        if tree.field != "status" or not isinstance(tree.value, tuple):
            return False
        return "closed" not in tree.value if tree.op == "in" else "closed" in tree.value
    if tree.kind == "all":
        return any(stays_open(part) for part in tree.parts)
    return tree.kind == "any" and bool(tree.parts) and all(stays_open(part) for part in tree.parts)
