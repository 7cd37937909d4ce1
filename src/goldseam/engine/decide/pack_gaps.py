"""Situations that customers usually have, and for which a pack leaves nothing (useful) to do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from typing import Any

from goldseam.engine.decide.pack_terms import ERROR, WARNING, Finding, Vocabulary
from goldseam.engine.decide.policy import PolicyPack

_HELPS = 0.45
"""From this prior chance on that the customer ends content, a remedy counts as help for the issue."""

_ARRIVED = frozenset({"delivered", "completed"})
_ON_ITS_WAY = _ARRIVED | {"shipped"}
_ESCALATIONS = frozenset({"escalate_supervisor", "escalate_safety", "escalate_crisis", "dispute"})
_LONGEST = 90.0
_USUAL_DAY = 3.0
_STALLED = {"logistics.delay": 60.0, "logistics.lost": 130.0}
"""Hours without a scan after which customers usually speak of a delay, or of a loss."""


def usual_facts(issue: str, state: str, days: float | None = None) -> dict[str, Any]:
    """The facts of an unspectacular case: nothing late, nothing asked, a calm customer, an order of 200.
    `days` since delivery, or since the order was placed when it has not arrived."""
    known = state != "none"
    arrived, sent = state in _ARRIVED, state in _ON_ITS_WAY
    passed = _USUAL_DAY if days is None else days
    return {
        "issue": issue,
        "secondary": (),
        "issue_confidence": 0.9,
        "language": "zh",
        "emotion": "calm",
        "intensity": 0,
        "signals": [],
        "requests": frozenset(),
        "risk_score": 0.3,
        "party": "unclear",
        "order_known": known,
        "order_state": state,
        "shipped": sent,
        "delivered": arrived,
        "delivery_disputed": arrived and issue == "logistics.false_delivery",
        "has_shipment": sent,
        "presumed_lost": state == "shipped" and _STALLED.get(issue, 0.0) >= 120,
        "stalled_hours": _STALLED.get(issue, 12.0) if state == "shipped" else None,
        "late_ship_hours": 0.0 if known and not sent else None,
        "late_delivery_hours": 0.0 if state == "shipped" else None,
        "days_since_placed": (passed + 3 if arrived else passed) if known else None,
        "days_since_delivered": passed if arrived else None,
        "order_total": 200.0 if known else None,
        "currency": "CNY" if known else None,
        "payment_method": "",
        "product_class": frozenset(),
        "tier": "",
        "contacts_30d": 1,
        "complaints_365d": 0,
        "refunds_365d": 0,
        "orders_365d": 2,
    }


def gaps(pack: PolicyPack, terms: Vocabulary, on: date) -> Iterator[Finding]:
    """Usual situations without any remedy ("gap"), or with none that helps ("thin"); for the time after
    delivery, which days they are."""
    for issue, states in terms.situations.items():
        for state in states:
            offered = _offered(pack, terms, usual_facts(issue, state), on)
            details = {"issue": issue, "state": state}
            if not offered:
                yield Finding("gap", ERROR, (), "rules", details)
            elif not _helps(terms, issue, offered):
                yield Finding("thin", WARNING, (), "rules", details | {"remedy": ", ".join(sorted(offered))})
            elif state == "delivered":
                yield from _days(pack, terms, issue, on)


def _offered(pack: PolicyPack, terms: Vocabulary, facts: dict[str, Any], on: date) -> set[str]:
    rules = pack.matching(facts, on)
    banned = {code for rule in rules if rule.effect == "forbid" for code in rule.remedies}
    offered = {code for rule in rules if rule.effect == "allow" for code in rule.remedies} - banned
    return {code for code in offered if _possible(code, facts, terms)}


def _possible(code: str, facts: dict[str, Any], terms: Vocabulary) -> bool:
    state = facts["order_state"]
    if state == "none" or code not in terms.states_of or state in terms.states_of[code]:
        return True
    return any(facts.get(flag) for flag in terms.facts_for.get(code, {}).get(state, ()))


def _helps(terms: Vocabulary, issue: str, offered: set[str]) -> bool:
    own, usual = terms.works.get(issue, {}), terms.works.get("*", {})
    if any(own.get(code, usual.get(code, 0.0)) >= _HELPS for code in offered):
        return True
    return not _ESCALATIONS.isdisjoint(offered) and max(own.values(), default=0.0) < _HELPS


def _days(pack: PolicyPack, terms: Vocabulary, issue: str, on: date) -> Iterator[Finding]:
    """Stretches of days after delivery, between two limits of the pack's rules, in which nothing helps
    although later something does again."""
    marks = {0.0}
    for rule in pack.rules:
        if not rule.issues or issue in rule.issues:
            for test in rule.tests:
                if test.field == "days_since_delivered":
                    marks |= {end for end in (test.low, test.high) if end is not None and end <= _LONGEST}
    ends = sorted(marks)
    helped = [
        _helps(terms, issue, _offered(pack, terms, usual_facts(issue, "delivered", (low + high) / 2), on))
        for low, high in itertools.pairwise(ends)
    ]
    last = max((place for place, helps in enumerate(helped) if helps), default=-1)
    for place, helps in enumerate(helped[:last]):
        if not helps:
            details = {"issue": issue, "low": f"{ends[place]:g}", "high": f"{ends[place + 1]:g}"}
            yield Finding("days_gap", WARNING, (), "when.days_since_delivered", details)
