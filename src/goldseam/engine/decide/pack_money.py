"""Money and authority in a pack: who may grant what, and whether anybody may grant it at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from goldseam.engine.decide.pack_terms import ERROR, GESTURES, LADDER, NOTE, PERIODS, WARNING, Finding
from goldseam.engine.decide.policy import PolicyPack, Rule

_WITHOUT = float("inf")


def money_findings(pack: PolicyPack) -> Iterator[Finding]:
    """Authority that does not grow with the role or the period, grants beyond it, money nobody may grant."""
    yield from _ladder(pack)
    for rule in pack.rules:
        if rule.effect == "forbid":
            yield from _exception(pack, rule)
            continue
        yield from _grants(pack, rule)
        yield from _amount(pack, rule)


def _exception(pack: PolicyPack, rule: Rule) -> Iterator[Finding]:
    """What a rule that forbids says of amounts and authority: only who may make an exception."""
    if rule.amount is not None:
        yield Finding("terms_of_nothing", WARNING, (rule.id,), "amount")
    asked = rule.exception_from
    if rule.grants and asked is None:
        yield Finding("terms_of_nothing", WARNING, (rule.id,), "grants")
    if asked in LADDER[:2]:
        yield Finding("exception_alone", WARNING, (rule.id,), f"grants.{asked}", {"role": str(asked)})
    yield from _grants(pack, rule)


def _limit(value: float | None) -> float:
    return _WITHOUT if value is None else value


def _shown(value: float | None) -> str:
    return "∞" if value is None or value == _WITHOUT else f"{value:g}"


def _ladder(pack: PolicyPack) -> Iterator[Finding]:
    for period in PERIODS:
        for lower, higher in itertools.pairwise(LADDER):
            low, high = pack.limit(lower, period), pack.limit(higher, period)
            if _limit(low) > _limit(high):
                details = {"lower": lower, "higher": higher, "low": _shown(low), "high": _shown(high)}
                yield Finding("ladder", ERROR, (), f"authority.{higher}.{period}", details)
    for role in LADDER:
        for short, long in itertools.pairwise(PERIODS):
            low, high = pack.limit(role, short), pack.limit(role, long)
            if _limit(low) > _limit(high):
                details = {"role": role, "low": _shown(low), "high": _shown(high)}
                yield Finding("periods", ERROR, (), f"authority.{role}.{long}", details)


def _grants(pack: PolicyPack, rule: Rule) -> Iterator[Finding]:
    gestures = GESTURES.intersection(rule.remedies)
    for role, granted in rule.grants.items():
        own = pack.limit(role)
        if _limit(granted) > _limit(own):
            details = {
                "role": role,
                "granted": _shown(granted),
                "limit": _shown(own),
                "remedy": min(gestures, default=rule.remedies[0]),
            }
            kind, severity = ("over_authority", ERROR) if gestures else ("by_right", NOTE)
            yield Finding(kind, severity, (rule.id,), f"grants.{role}", details)
    named = [role for role in LADDER if role in rule.grants]
    for lower, higher in itertools.pairwise(named):
        if _limit(rule.grants[lower]) > _limit(rule.grants[higher]):
            details = {"lower": lower, "higher": higher}
            details |= {"low": _shown(rule.grants[lower]), "high": _shown(rule.grants[higher])}
            yield Finding("ladder", ERROR, (rule.id,), f"grants.{higher}", details)


def _amount(pack: PolicyPack, rule: Rule) -> Iterator[Finding]:
    amount = rule.amount
    if amount is None:
        return
    most = max(_limit(pack.limit_under(rule, role)) for role in LADDER)
    asked = amount.value if amount.kind == "fixed" else amount.cap
    if asked is not None and asked > most:
        cell = "amount.value" if amount.kind == "fixed" else "amount.cap"
        yield Finding("nobody", ERROR, (rule.id,), cell, {"amount": _shown(asked), "limit": _shown(most)})
    if amount.kind == "fixed" and amount.cap is not None and amount.cap < amount.value:
        details = {"amount": _shown(amount.value), "cap": _shown(amount.cap)}
        yield Finding("cap_below", WARNING, (rule.id,), "amount.cap", details)
    if amount.kind == "share" and amount.cap is None and GESTURES.intersection(rule.remedies):
        yield Finding("no_cap", WARNING, (rule.id,), "amount.cap")
