"""What a person should know of a pack before it is published: errors of form first, then rules that can never
speak, that contradict or overlap each other, money beyond authority, and situations left without help."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from goldseam.engine.decide.pack_cover import covering
from goldseam.engine.decide.pack_form import examine_form
from goldseam.engine.decide.pack_gaps import gaps
from goldseam.engine.decide.pack_logic import Shape, apart, inside, shape_of
from goldseam.engine.decide.pack_money import money_findings
from goldseam.engine.decide.pack_terms import ERROR, NOTE, SEVERITIES, UNTOLD, WARNING, Finding, Vocabulary
from goldseam.engine.decide.policy import PolicyPack, Rule, compile_pack

_COSTLESS = frozenset(
    {"explain", "lookup", "troubleshoot", "expedite", "change_order", "issue_invoice", "dispute"}
)
"""Nothing is given away with these, so it does not matter which of two tied rules speaks."""

_OPEN_STATES = frozenset({"none", "unclear", ""})


@dataclass(frozen=True, slots=True)
class _Row:
    """A compiled rule with its shape and its place in the pack; the earlier one wins a tie."""

    rule: Rule
    shape: Shape
    place: int

    def before(self, other: _Row) -> bool:
        mine, theirs = self.rule.merit, other.rule.merit
        return mine > theirs or (mine == theirs and self.place < other.place)


def check_pack(data: object, terms: Vocabulary, on: date) -> list[Finding]:
    """All findings, the gravest first. `on` is the day by which dates are judged. Never raises."""
    found = examine_form(data, terms)
    if any(f.severity == ERROR for f in found) or not isinstance(data, dict):
        return _sorted(found)
    pack = compile_pack(data, terms.issues, terms.remedies)
    rows = [_Row(rule, shape_of(rule), place) for place, rule in enumerate(pack.rules)]
    found += _texts(pack, rows)
    found += _dates(rows, on)
    found += money_findings(pack)
    found += _unreachable(rows, terms)
    found += _meetings(rows)
    found += gaps(pack, terms, on)
    return _sorted(found)


def blocks(findings: list[Finding]) -> bool:
    """Whether a pack with these findings must not be published."""
    return any(f.severity == ERROR for f in findings)


def _sorted(found: list[Finding]) -> list[Finding]:
    return sorted(found, key=lambda f: SEVERITIES.index(f.severity))


def _texts(pack: PolicyPack, rows: list[_Row]) -> Iterator[Finding]:
    first = pack.locales[0][:2] if pack.locales else "en"
    for row in rows:
        rule = row.rule
        for cell, texts in (("words", rule.words), ("source", rule.source)):
            if not texts.get(first):
                yield Finding(f"no_{cell}", ERROR, (rule.id,), f"{cell}.{first}", {"language": first})
    used = {language for row in rows for language in row.rule.words}
    for language in sorted(used - {first}):
        without = tuple(row.rule.id for row in rows if not row.rule.words.get(language))
        if without:
            yield Finding("no_translation", NOTE, without, f"words.{language}", {"language": language})


def _dates(rows: list[_Row], on: date) -> Iterator[Finding]:
    for row in rows:
        if row.rule.valid_to is not None and row.rule.valid_to < on:
            yield Finding("expired", WARNING, (row.rule.id,), "valid_to", {"day": str(row.rule.valid_to)})
        elif row.rule.valid_from is not None and row.rule.valid_from > on:
            yield Finding("not_yet", NOTE, (row.rule.id,), "valid_from", {"day": str(row.rule.valid_from)})


def _unreachable(rows: list[_Row], terms: Vocabulary) -> Iterator[Finding]:
    for row in rows:
        rule = row.rule
        untold = [test.field for test in rule.tests if test.field in UNTOLD]
        if untold:
            yield Finding("untold", ERROR, (rule.id,), f"when.{untold[0]}", {"field": untold[0]})
        elif row.shape.empty:
            yield Finding("never", ERROR, (rule.id,), "when")
        elif rule.effect == "allow":
            never = [code for code in rule.remedies if not _possible(code, row.shape, terms)]
            if never:
                details = {"remedy": never[0], "states": ", ".join(sorted(row.shape.states))}
                yield Finding("impossible", WARNING, (rule.id,), "remedy", details)


def _possible(code: str, shape: Shape, terms: Vocabulary) -> bool:
    if code not in terms.states_of:
        return True
    special = terms.facts_for.get(code, {})
    open_to = (
        terms.states_of[code]
        | _OPEN_STATES
        | {state for state, flags in special.items() if not any(shape.flags.get(f) is False for f in flags)}
    )
    return not shape.states.isdisjoint(open_to)


def _meetings(rows: list[_Row]) -> Iterator[Finding]:
    """Pairs of rules about the same remedy: forbidden for good, never chosen, or a tie with other terms."""
    by_remedy: dict[str, list[_Row]] = {}
    for row in rows:
        if not row.shape.empty:
            for code in row.rule.remedies:
                by_remedy.setdefault(code, []).append(row)
    dead: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
    ties: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
    for code, same in by_remedy.items():
        allowing = [row for row in same if row.rule.effect == "allow"]
        banning = [row for row in same if row.rule.effect == "forbid"]
        for row in allowing:
            end = _end_of(row, allowing, banning)
            if end is not None:
                dead.setdefault(row.rule.id, []).append((code, *end))
        if code not in _COSTLESS:
            for pair, cells in _ties(allowing, dead):
                ties.setdefault(pair, (code, cells))
    for row in rows:
        yield from _dead(row.rule, dead.get(row.rule.id, []))
    yield from _overlaps(ties)


def _overlaps(ties: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]]) -> Iterator[Finding]:
    """One finding per earlier rule, with all the later ones that it ties with."""
    grouped: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
    for (first, second), (code, cells) in ties.items():
        grouped.setdefault(first, []).append((second, code, cells))
    for first, others in grouped.items():
        cells = tuple(sorted({cell for _, _, found in others for cell in found}))
        codes = sorted({code for _, code, _ in others})
        details = {"remedy": ", ".join(codes), "cells": ", ".join(cells)}
        yield Finding("overlap", WARNING, (first, *(name for name, _, _ in others)), cells[0], details)


def _end_of(row: _Row, allowing: list[_Row], banning: list[_Row]) -> tuple[str, tuple[str, ...]] | None:
    for other in banning:
        if inside(row.shape, other.shape):
            return "contradiction", (other.rule.id,)
    for other in allowing:
        if other is row or not other.before(row) or not inside(row.shape, other.shape):
            continue
        equal = inside(other.shape, row.shape)
        same = not _differences(row.rule, other.rule)
        kind = "duplicate" if equal and same else "opposed" if equal and _tied(row, other) else "shadowed"
        return kind, (other.rule.id,)
    return _ended_together(row, allowing, banning)


def _ended_together(
    row: _Row, allowing: list[_Row], banning: list[_Row]
) -> tuple[str, tuple[str, ...]] | None:
    """No single rule ends it, but several share out its cases among them."""
    stronger = [other for other in allowing if other is not row and other.before(row)]
    for kind, others in (("contradiction", banning), ("shadowed", stronger)):
        found = covering(row.shape, [other.shape for other in others])
        if found:
            return kind, tuple(others[place].rule.id for place in found)
    return None


def _dead(rule: Rule, ends: list[tuple[str, str, tuple[str, ...]]]) -> Iterator[Finding]:
    for code, kind, others in ends:
        if kind in ("contradiction", "opposed"):
            yield Finding(kind, ERROR, (rule.id, *others), "remedy", {"remedy": code})
    if len(ends) == len(rule.remedies):
        for code, kind, others in ends[:1]:
            if kind in ("shadowed", "duplicate"):
                yield Finding(kind, WARNING, (rule.id, *others), "when", {"remedy": code})


def _tied(one: _Row, other: _Row) -> bool:
    return one.rule.merit == other.rule.merit


def _ties(
    rows: list[_Row], dead: Mapping[str, list[tuple[str, str, tuple[str, ...]]]]
) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """Rules of equal merit that may hold at once with other terms: only their order decides."""
    for place, one in enumerate(rows):
        for other in rows[place + 1 :]:
            if not _tied(one, other) or one.rule.id in dead or other.rule.id in dead:
                continue
            cells = _differences(one.rule, other.rule)
            if cells and not inside(one.shape, other.shape) and not apart(one.shape, other.shape):
                yield (one.rule.id, other.rule.id), cells


_COMPARED: Mapping[str, Callable[[Rule], Any]] = {
    "amount": lambda rule: rule.amount,
    "grants": lambda rule: dict(rule.grants),
}


def _differences(one: Rule, other: Rule) -> tuple[str, ...]:
    """The cells about money and authority in which two rules differ."""
    return tuple(cell for cell, value in _COMPARED.items() if value(one) != value(other))
