"""The filter builder's form: posted fields to a draft, a draft to the JSON of `filters.py`, and back.

Every node of the tree has a path ("n", "n-0", "n-0-2"); its inputs are named after it (`kind:n`, `field:n-0`,
`op:n-0`, `value:n-0`, `unit:n-0`). A draft may be unfinished: only reading it as a filter judges it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.utils import timezone

from goldseam.conversations.filter_fields import FIELDS
from goldseam.conversations.filters import GROUPS, MAX_CONDITIONS, MAX_DEPTH, VERSION, Condition, Group

ROOT = "n"
UNITS = {"minutes": 1, "hours": 60, "days": 1440}
_INDEX = re.compile(r"\[([0-9]+)\]")


class Posted(Protocol):
    """What a browser sends."""

    def __getitem__(self, key: str) -> Any:
        """The last value of a name."""

    def __contains__(self, key: object) -> bool:
        """Whether there is a value."""

    def getlist(self, key: str) -> list[str]:
        """All values of a name."""


@dataclass(slots=True)
class DraftCondition:
    """A condition as it stands in the form."""

    field: str
    op: str
    values: list[str] = made(default_factory=list)
    unit: str = "hours"


@dataclass(slots=True)
class DraftGroup:
    """A group as it stands in the form."""

    kind: str = "all"
    parts: list[DraftCondition | DraftGroup] = made(default_factory=list)


def posted_draft(data: Posted) -> DraftGroup:
    """The draft in a posted form; what has no meaning is left out."""
    group = _posted_group(data, ROOT, 1)
    return group if group is not None else first_draft()


def _one(data: Posted, key: str) -> str:
    return str(data[key]) if key in data else ""


def first_draft() -> DraftGroup:
    """What a new view starts with: everything that is open."""
    return DraftGroup("all", [DraftCondition("status", "in", ["open"])])


def _posted_group(data: Posted, path: str, depth: int) -> DraftGroup | None:
    kind = _one(data, f"kind:{path}")
    if kind not in GROUPS or depth > MAX_DEPTH:
        return None
    group = DraftGroup(kind)
    for index in range(MAX_CONDITIONS):
        part = f"{path}-{index}"
        name = _one(data, f"field:{part}")
        node = _posted_condition(data, part, name) if name else _posted_group(data, part, depth + 1)
        if node is None:
            break
        group.parts.append(node)
    return group


def _posted_condition(data: Posted, path: str, name: str) -> DraftCondition:
    """A field that was changed gets its own way of comparing, and no value of the former one's."""
    if name not in FIELDS:
        name = "status"
    op = _one(data, f"op:{path}")
    was = _one(data, f"was:{path}") or name
    if was != name or op not in FIELDS[name].ops:
        return DraftCondition(name, FIELDS[name].ops[0])
    values = data.getlist(f"value:{path}")
    if FIELDS[name].widget == "texts":
        values = [part.strip() for value in values for part in re.split("[,\uff0c\u3001]", value)]
    unit = _one(data, f"unit:{path}")
    return DraftCondition(name, op, [v for v in values if v], unit if unit in UNITS else "hours")


def change(draft: DraftGroup, command: str) -> str:
    """Do what a button asks ("add", "group", "drop", "up" or "down", then the path); returns the path of the
    part that is to have the focus."""
    verb, _, path = command.partition(":")
    if verb in ("add", "group"):
        return _add(draft, verb, path)
    parent_path, _, last = path.rpartition("-")
    parent = find(draft, parent_path)
    if not isinstance(parent, DraftGroup) or not last.isdecimal() or int(last) >= len(parent.parts):
        return ROOT
    index = int(last)
    if verb == "drop":
        parent.parts.pop(index)
        return f"{parent_path}-{index - 1}" if index else parent_path
    to = index + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= to < len(parent.parts):
        parent.parts.insert(to, parent.parts.pop(index))
        return f"{parent_path}-{to}"
    return path


def _add(draft: DraftGroup, verb: str, path: str) -> str:
    group = find(draft, path)
    if not isinstance(group, DraftGroup) or len(group.parts) >= MAX_CONDITIONS:
        return path
    if verb == "group" and path.count("-") < MAX_DEPTH - 1:
        group.parts.append(DraftGroup("any", [DraftCondition("issue", "in")]))
    elif verb == "add":
        group.parts.append(DraftCondition("issue", "in"))
    return f"{path}-{len(group.parts) - 1}"


def find(draft: DraftGroup, path: str) -> DraftCondition | DraftGroup | None:
    """The part with this path."""
    node: DraftCondition | DraftGroup = draft
    for step in path.split("-")[1:]:
        if not isinstance(node, DraftGroup) or not step.isdecimal() or int(step) >= len(node.parts):
            return None
        node = node.parts[int(step)]
    return node if path.split("-")[0] == ROOT else None


def as_json(draft: DraftGroup) -> dict[str, Any]:
    """The draft as a filter's JSON, for `read_filter` to judge."""
    return {"version": VERSION, "where": _node_json(draft)}


def _node_json(node: DraftCondition | DraftGroup) -> dict[str, Any]:
    if isinstance(node, DraftGroup):
        return {node.kind: [_node_json(part) for part in node.parts]}
    value = _value_json(node)
    return {"field": node.field, "op": node.op} | ({} if value is None else {"value": value})


def _value_json(node: DraftCondition) -> Any:
    widget, first = FIELDS[node.field].widget, node.values[0] if node.values else ""
    if node.op in ("set", "unset", "overdue") or widget == "none":
        return None
    if widget == "minutes" or node.op in ("last", "within"):
        return _minutes(first, node.unit)
    if widget == "moment":
        return _aware(first)
    if widget in ("number", "words"):
        return first
    return list(node.values)


def _minutes(text: str, unit: str) -> Any:
    try:
        amount = Decimal(text.strip()) * UNITS[unit]
    except ArithmeticError:
        return text
    return int(amount) if amount.is_finite() and amount == amount.to_integral_value() else text


def _aware(text: str) -> str:
    """A moment of the person's own clock, with its offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        moment = timezone.make_aware(moment)
    return moment.isoformat()


def draft_of(tree: Group) -> DraftGroup:
    """A filter that was read, as a draft to be changed."""
    return DraftGroup(
        tree.kind,
        [draft_of(part) if isinstance(part, Group) else _draft_condition(part) for part in tree.parts],
    )


def _draft_condition(condition: Condition) -> DraftCondition:
    value = condition.value
    draft = DraftCondition(condition.field, condition.op)
    widget = FIELDS[condition.field].widget
    if isinstance(value, tuple):
        draft.values = [str(item) for item in value]
    elif isinstance(value, datetime):
        draft.values = [timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")]
    elif isinstance(value, int) and (widget == "minutes" or condition.op in ("last", "within")):
        draft.unit = next(unit for unit in reversed(UNITS) if value % UNITS[unit] == 0)
        draft.values = [str(value // UNITS[draft.unit])]
    elif isinstance(value, Decimal):
        draft.values = [f"{value.normalize():f}"]
    elif value is not None:
        draft.values = [str(value)]
    return draft


def path_of(place: str) -> str:
    """The path in the form of a place that a refused filter names."""
    return "-".join([ROOT, *_INDEX.findall(place)])


def chosen(values: Sequence[str], names: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """Choices as (value, name, whether it is chosen); chosen ones that are unknown stay, so that nothing is
    lost unseen."""
    known = [(value, name, value in values) for value, name in names.items()]
    return known + [(value, value, True) for value in values if value not in names]
