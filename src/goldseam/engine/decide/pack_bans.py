"""Which rules that forbid another pack gives up or loosens.

Judged by what stays forbidden, not by name: a rule that is renamed, split or swallowed by a wider one is
kept. Sound, as `pack_logic`: what is said to be kept is kept for all facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from goldseam.engine.decide.pack_cover import covering
from goldseam.engine.decide.pack_logic import Shape, shape_of
from goldseam.engine.decide.pack_terms import Vocabulary
from goldseam.engine.decide.policy import ROLES, Rule, compile_pack


def loosened(old: Mapping[str, Any], new: Mapping[str, Any], terms: Vocabulary, on: date) -> tuple[str, ...]:
    """The ids of the old pack's rules that forbid, and of which from the day `on` something is forbidden no
    more or to fewer people: removed, disabled, narrowed, ended, opened to more exceptions, or speaking of a
    class of goods that has been redefined. Both packs must be without errors of form."""
    bans = _bans(new, terms, on)
    return tuple(
        rule.id
        for rule, shape in _bans(old, terms, on)
        if _redefined(rule, old["product_classes"], new["product_classes"])
        or not all(_kept(code, rule, shape, bans) for code in rule.remedies)
    )


def _bans(body: Mapping[str, Any], terms: Vocabulary, on: date) -> list[tuple[Rule, Shape]]:
    rules = compile_pack(body, terms.issues, terms.remedies).rules
    shaped = [(rule, shape_of(rule)) for rule in rules if rule.effect == "forbid"]
    dated = [(rule, replace(shape, since=max(shape.since, on))) for rule, shape in shaped]
    return [(rule, shape) for rule, shape in dated if not shape.empty]


def _kept(code: str, rule: Rule, shape: Shape, bans: list[tuple[Rule, Shape]]) -> bool:
    strict = [other for ban, other in bans if code in ban.remedies and _as_strict(ban, rule)]
    return bool(covering(shape, strict))


def _as_strict(ban: Rule, than: Rule) -> bool:
    """Whether nobody may make an exception from `ban` who could not, or not as high, from the other."""
    return all(_most(ban, role) <= _most(than, role) for role in ROLES)


def _most(ban: Rule, role: str) -> float:
    most = ban.grants.get(role, 0.0)
    return float("inf") if most is None else most


def _redefined(rule: Rule, old: Mapping[str, list[str]], new: Mapping[str, list[str]]) -> bool:
    """Whether a class of goods that the rule names lost words, or one that it spares got more."""
    for test in rule.tests:
        if test.field != "product_class":
            continue
        less, more = (new, old) if test.kind == "none" else (old, new)
        if any(not set(less.get(name, ())) <= set(more.get(name, ())) for name in test.values):
            return True
    return False
