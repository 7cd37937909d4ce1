"""What can be said of two rules without any facts: that one lies inside the other, or that they never meet.

A rule's conditions become a `Shape`: the issues and order states it is open to, and the conditions that
remain. A condition on one fact often tells another (a parcel that stands still is on its way), so the order
states are narrowed by what every condition presupposes. Both relations are sound, not complete: what they
say is always true, and what they do not say may still be so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from goldseam.engine.decide.pack_terms import STATES
from goldseam.engine.decide.policy import Rule, Test

_ALL = frozenset(STATES) | {""}
_NO_ORDER = frozenset({"none", "unclear"})
_KNOWN = _ALL - _NO_ORDER
_MONEY_BACK = frozenset({"cancelled", "refunding", "refunded"})
_ARRIVED = frozenset({"delivered", "completed"})
_MAY_HAVE_ARRIVED = _ARRIVED | {"shipped", ""}

_FLAG_STATES: Mapping[tuple[str, bool], frozenset[str]] = {
    ("order_known", True): _KNOWN,
    ("order_known", False): _NO_ORDER,
    ("delivered", True): _MAY_HAVE_ARRIVED - {""},
    ("delivered", False): _ALL - _ARRIVED,
    ("delivery_disputed", True): _MAY_HAVE_ARRIVED - {""},
    ("shipped", True): _ARRIVED | _MONEY_BACK | {"shipped"},
    ("shipped", False): _ALL - _ARRIVED - {"shipped"},
    ("ship_promise_broken", True): _KNOWN - _MONEY_BACK - {"pending_payment"},
    ("delivery_promise_broken", True): _KNOWN - _MONEY_BACK,
    ("carrier_lost", True): _KNOWN,
    ("carrier_damaged", True): _KNOWN,
    ("returned_to_sender", True): _KNOWN,
    ("has_shipment", True): _KNOWN,
}
_NUMBER_STATES: Mapping[str, frozenset[str]] = {
    "days_since_delivered": _MAY_HAVE_ARRIVED - {""},
    "days_since_placed": _KNOWN,
    "stalled_hours": frozenset({"shipped"}),
    "late_ship_hours": _KNOWN - _MONEY_BACK - {"pending_payment"},
    "late_delivery_hours": _KNOWN - _MONEY_BACK,
    "order_total": _KNOWN,
}
_FLAG_TOLD_BY: Mapping[tuple[str, bool], frozenset[str]] = {
    ("order_known", True): _KNOWN,
    ("order_known", False): _NO_ORDER,
    ("delivered", True): _ARRIVED,
    ("delivered", False): _ALL - _MAY_HAVE_ARRIVED | {""},
    ("shipped", True): _ARRIVED | {"shipped"},
    ("shipped", False): frozenset({"none", "unclear", "pending_payment", "paid", "processing", ""}),
}
"""If a rule is open to these states only, the flag is certain without being a condition of its own."""

_LATE = {"late_ship_hours": "ship_promise_broken", "late_delivery_hours": "delivery_promise_broken"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A rule's conditions, narrowed. `issues` empty = any; `choices` and `flags` by field; `ranges` as
    (low, high); `wanted` and `unwanted` are the sets of words of which one must, or none may, be told."""

    issues: frozenset[str]
    states: frozenset[str]
    choices: Mapping[str, frozenset[str]]
    flags: Mapping[str, bool]
    ranges: Mapping[str, tuple[float, float]]
    wanted: Mapping[str, frozenset[str]]
    unwanted: Mapping[str, frozenset[str]]
    since: date
    until: date
    asked: bool

    @property
    def empty(self) -> bool:
        """Whether no facts can ever satisfy all conditions."""
        if not self.states or self.since > self.until:
            return True
        if any(low > high for low, high in self.ranges.values()):
            return True
        return any(
            not words or words <= self.unwanted.get(name, frozenset()) for name, words in self.wanted.items()
        )


def shape_of(rule: Rule) -> Shape:
    """The shape of a compiled rule."""
    states = _ALL
    for test in rule.tests:
        states &= _states_of(test)
    by_kind = {kind: [t for t in rule.tests if t.kind == kind] for kind in ("choice", "range", "any", "none")}
    flags = {t.field: t.flag for t in rule.tests if t.kind == "flag"}
    for (name, flag), told_by in _FLAG_TOLD_BY.items():
        if states and states <= told_by:
            flags.setdefault(name, flag)
    for test in by_kind["range"]:
        if test.field in _LATE and (test.low or 0) > 0:
            flags.setdefault(_LATE[test.field], True)
    return Shape(
        issues=rule.issues,
        states=states,
        choices={t.field: t.values for t in by_kind["choice"] if t.field != "order_state"},
        flags=flags,
        ranges={t.field: _ends(t) for t in by_kind["range"]},
        wanted={t.field: t.values for t in by_kind["any"]},
        unwanted={t.field: t.values for t in by_kind["none"]},
        since=rule.valid_from or date.min,
        until=rule.valid_to or date.max,
        asked=rule.asked,
    )


def without_states(shape: Shape) -> Shape:
    """The shape open to every order state, and without the flags that its states tell by themselves."""
    told = {name for (name, _flag), told_by in _FLAG_TOLD_BY.items() if shape.states <= told_by}
    flags = {name: flag for name, flag in shape.flags.items() if name not in told}
    return replace(shape, states=_ALL, flags=flags)


def inside(inner: Shape, outer: Shape) -> bool:
    """Whether wherever `inner` holds, `outer` holds too (for a remedy that both name)."""
    return (
        (not outer.issues or (bool(inner.issues) and inner.issues <= outer.issues))
        and inner.states <= outer.states
        and (inner.asked or not outer.asked)
        and outer.since <= inner.since
        and inner.until <= outer.until
        and all(inner.flags.get(name) is flag for name, flag in outer.flags.items())
        and all(name in inner.choices and inner.choices[name] <= v for name, v in outer.choices.items())
        and all(name in inner.wanted and inner.wanted[name] <= v for name, v in outer.wanted.items())
        and all(v <= inner.unwanted.get(name, frozenset()) for name, v in outer.unwanted.items())
        and all(_within(inner.ranges.get(name), ends) for name, ends in outer.ranges.items())
    )


def apart(one: Shape, other: Shape) -> bool:
    """Whether no facts can ever satisfy both."""
    if one.empty or other.empty or not (one.states & other.states):
        return True
    if one.issues and other.issues and one.issues.isdisjoint(other.issues):
        return True
    if max(one.since, other.since) > min(one.until, other.until):
        return True
    if any(other.flags.get(name, flag) is not flag for name, flag in one.flags.items()):
        return True
    if any(words.isdisjoint(other.choices.get(name, words)) for name, words in one.choices.items()):
        return True
    if any(_miss(ends, other.ranges.get(name)) for name, ends in one.ranges.items()):
        return True
    return _refused(one, other) or _refused(other, one)


def _refused(one: Shape, other: Shape) -> bool:
    return any(words <= other.unwanted.get(name, frozenset()) for name, words in one.wanted.items())


def _within(inner: tuple[float, float] | None, outer: tuple[float, float]) -> bool:
    return inner is not None and outer[0] <= inner[0] and inner[1] <= outer[1]


def _miss(one: tuple[float, float], other: tuple[float, float] | None) -> bool:
    return other is not None and max(one[0], other[0]) > min(one[1], other[1])


def _ends(test: Test) -> tuple[float, float]:
    low = float("-inf") if test.low is None else test.low
    return low, float("inf") if test.high is None else test.high


def _states_of(test: Test) -> frozenset[str]:
    if test.kind == "choice":
        return test.values & _ALL if test.field == "order_state" else _ALL
    if test.kind == "flag":
        return _FLAG_STATES.get((test.field, test.flag), _ALL)
    return _NUMBER_STATES.get(test.field, _ALL) if test.kind == "range" else _ALL
