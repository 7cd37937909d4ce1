"""What changed between two packs in canonical form, cell by cell, in the order people read a pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


class Absent:
    """The value of a cell that is empty; None means "without limit" in an authority."""

    __slots__ = ()


ABSENT = Absent()
ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One changed cell; `rule` is empty for the pack's head. A rule that is added or removed is one change
    with the whole rule as its value. ABSENT = the cell is empty on this side."""

    kind: str
    rule: str
    cell: str = ""
    before: Any = ABSENT
    after: Any = ABSENT


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """All changes; the name and number of the version are no change."""
    return [*_head(old, new), *_rules(old, new)]


def _head(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in ("locales", "currencies", "default_role", "authority", "follow_up_hours", "product_classes"):
        yield from _cells("", key, old.get(key, ABSENT), new.get(key, ABSENT))


def _rules(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before = {rule["id"]: rule for rule in old["rules"]}
    after = {rule["id"]: rule for rule in new["rules"]}
    for name, rule in after.items():
        if name not in before:
            yield Change(ADDED, name, "", ABSENT, rule)
            continue
        for key in {**before[name], **rule}:
            yield from _cells(name, key, before[name].get(key, ABSENT), rule.get(key, ABSENT))
    for name, rule in before.items():
        if name not in after:
            yield Change(REMOVED, name, "", rule, ABSENT)
    kept_before = [name for name in before if name in after]
    kept_after = [name for name in after if name in before]
    if kept_before != kept_after:
        place = next(n for n, name in enumerate(kept_after) if name != kept_before[n])
        yield Change(MOVED, kept_after[place], "", kept_before.index(kept_after[place]) + 1, place + 1)


def _cells(rule: str, cell: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    tables = all(isinstance(value, dict | Absent) for value in (before, after))
    if not tables or _is_condition(before) or _is_condition(after):
        yield Change(CHANGED, rule, cell, before, after)
        return
    old: Mapping[str, Any] = before if isinstance(before, dict) else {}
    new: Mapping[str, Any] = after if isinstance(after, dict) else {}
    for key in {**old, **new}:
        yield from _cells(rule, f"{cell}.{key}", old.get(key, ABSENT), new.get(key, ABSENT))


def _is_condition(value: Any) -> bool:
    """A range or a negated list reads as one value."""
    return isinstance(value, dict) and bool(value) and value.keys() <= {"min", "max", "none"}
