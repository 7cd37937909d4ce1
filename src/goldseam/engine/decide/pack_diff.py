"""What changed between two packs in canonical form, cell by cell, in the order people read a pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One changed cell; `rule` is empty for the pack's head. A rule that is added or removed is one change with
    the whole rule as its value. None = the cell is empty on this side."""

    kind: str
    rule: str
    cell: str = ""
    before: Any = None
    after: Any = None


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """All changes; the name and number of the version are no change."""
    return [*_head(old, new), *_rules(old, new)]


def _head(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in ("locales", "currencies", "default_role", "authority", "follow_up_hours", "product_classes"):
        yield from _cells("", key, old.get(key), new.get(key))


def _rules(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before = {rule["id"]: rule for rule in old["rules"]}
    after = {rule["id"]: rule for rule in new["rules"]}
    for name, rule in after.items():
        if name not in before:
            yield Change(ADDED, name, "", None, rule)
            continue
        for key in {**before[name], **rule}:
            yield from _cells(name, key, before[name].get(key), rule.get(key))
    for name, rule in before.items():
        if name not in after:
            yield Change(REMOVED, name, "", rule, None)
    kept_before = [name for name in before if name in after]
    kept_after = [name for name in after if name in before]
    if kept_before != kept_after:
        place = next(n for n, name in enumerate(kept_after) if name != kept_before[n])
        yield Change(MOVED, kept_after[place], "", kept_before.index(kept_after[place]) + 1, place + 1)


def _cells(rule: str, cell: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    tables = isinstance(before, dict | None) and isinstance(after, dict | None)
    if not tables or _is_condition(before) or _is_condition(after):
        yield Change(CHANGED, rule, cell, before, after)
        return
    for key in {**(before or {}), **(after or {})}:
        yield from _cells(rule, f"{cell}.{key}", (before or {}).get(key), (after or {}).get(key))


def _is_condition(value: Any) -> bool:
    """A range or a negated list reads as one value."""
    return isinstance(value, dict) and bool(value) and value.keys() <= {"min", "max", "none"}
