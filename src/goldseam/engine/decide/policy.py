"""Policy packs: which remedy is allowed for which facts, up to what amount, granted by whom.

A pack is data. `compile_pack` checks it and turns it into tuples that are matched behind a prefilter by
issue, because a decision has to cost microseconds: a generic decision-table engine was measured at a fifth
of a millisecond for two columns over 200 rules, this matcher at a twentieth of that for all columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from goldseam.engine.facts import ORDER_STATUSES

SET_FIELDS = frozenset({"signals", "requests", "secondary", "product_class"})
NUMBER_FIELDS = frozenset(
    {
        "days_since_delivered",
        "days_since_placed",
        "stalled_hours",
        "late_delivery_hours",
        "late_ship_hours",
        "order_total",
        "contacts_30d",
        "complaints_365d",
        "refunds_365d",
        "orders_365d",
        "intensity",
        "risk_score",
        "issue_confidence",
    }
)
CHOICE_FIELDS = frozenset(
    {"issue", "order_state", "tier", "party", "payment_method", "currency", "emotion", "language", "priority"}
)
FLAG_FIELDS = frozenset(
    {
        "order_known",
        "shipped",
        "delivered",
        "delivery_disputed",
        "carrier_lost",
        "carrier_damaged",
        "returned_to_sender",
        "ship_promise_broken",
        "delivery_promise_broken",
        "has_shipment",
    }
)
_STATES = (*ORDER_STATUSES, "none", "unclear", "")
EFFECTS = ("allow", "forbid")
AMOUNT_KINDS = ("fixed", "share", "full")
ROLES = ("bot", "agent", "lead", "admin")


class InvalidPack(ValueError):
    """A policy pack breaks its format: the message names the rule and the field."""


@dataclass(frozen=True, slots=True)
class AmountRule:
    """How much: `fixed` (value), `share` (value of the order's total), `full` (the whole total); never more
    than `cap`, never more than the order's total; in the order's currency."""

    kind: str
    value: float = 0.0
    cap: float | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """One condition. `choice`: fact in values; `any`/`none`: sets meet or do not; `range`: low ≤ fact ≤ high
    (an unknown fact fails); `flag`: equality."""

    field: str
    kind: str
    values: frozenset[str] = frozenset()
    low: float | None = None
    high: float | None = None
    flag: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the pack: under `tests` the remedies are allowed (with their terms) or forbidden.

    `asked`: only for a remedy the customer asks for. `grants`: role → the most it may grant under this rule
    (None = without limit, 0 = never alone); a role not named has the pack's general authority. In
    a rule that forbids, `grants` says who may make an exception and up to what amount. `merit` moves the
    ranking where the rule describes a right or the usual way."""

    id: str
    effect: str
    remedies: tuple[str, ...]
    words: Mapping[str, str]
    source: Mapping[str, str]
    tests: tuple[Test, ...]
    issues: frozenset[str]
    valid_from: date | None = None
    valid_to: date | None = None
    amount: AmountRule | None = None
    payer: str = "seller"
    grants: Mapping[str, float | None] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    promise_hours: float | None = None
    merit: float = 0.0
    asked: bool = False

    @property
    def exception_from(self) -> str | None:
        """The lowest role that may make an exception from a rule that forbids; None: nobody may."""
        if self.effect != "forbid":
            return None
        return next((role for role in ROLES if self.grants.get(role, 0) != 0), None)


@dataclass(frozen=True, slots=True)
class PolicyPack:
    """A compiled pack. `authority`: the most a role may grant in one case, in the pack's currency."""

    name: str
    version: int
    locales: tuple[str, ...]
    currencies: tuple[str, ...]
    rules: tuple[Rule, ...]
    authority: Mapping[str, Mapping[str, float | None]]
    product_classes: tuple[tuple[str, re.Pattern[str]], ...]
    follow_up_hours: Mapping[str, float]
    default_role: str = "agent"
    index: Mapping[tuple[str, str], tuple[tuple[Rule, tuple[Test, ...]], ...]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The version beside each decision: "default@1"."""
        return f"{self.name}@{self.version}"

    def rule(self, rule_id: str) -> Rule | None:
        """The rule with this id."""
        return next((r for r in self.rules if r.id == rule_id), None)

    def limit(self, role: str, period: str = "per_case") -> float | None:
        """The authority of a role per "per_case", "per_day" or "per_month"; None = without limit. A role the
        pack does not know has none at all."""
        return self.authority.get(role, {}).get(period, 0.0)

    def limit_under(self, rule: Rule, role: str, own: float | str | None = "role") -> float | None:
        """The most a role may grant under this rule: its own grant; when it is not named, its authority (or a
        person's `own`) or what a role below it is granted, whichever is more. None = without limit."""
        if role in rule.grants:
            return rule.grants[role]
        below = ROLES[: ROLES.index(role)] if role in ROLES else ()
        authority = self.limit(role) if isinstance(own, str) else own
        limits = [authority, *(rule.grants[name] for name in below if name in rule.grants)]
        known = [limit for limit in limits if limit is not None]
        return max(known) if len(known) == len(limits) else None

    def never_alone(self, rule: Rule, role: str) -> bool:
        """Whether the rule leaves the remedy to higher roles, whatever it costs. What an agent may not, the
        bot may not either. What is forbidden is left to the roles that may make an exception."""
        if rule.effect == "forbid":
            lowest = rule.exception_from
            return lowest is None or role not in ROLES or ROLES.index(role) < ROLES.index(lowest)
        if role in rule.grants:
            return rule.grants[role] == 0
        above = ROLES[ROLES.index(role) + 1 :] if role in ROLES else ROLES
        return any(rule.grants.get(name) == 0 for name in above)

    def matching(self, facts: Mapping[str, Any], on: date | None) -> list[Rule]:
        """All rules whose tests hold, in the pack's order; `on` is the day their validity is judged by. Rules
        for what the customer asks are left out when nothing of it is asked."""
        candidates = self.index.get((facts["issue"], facts["order_state"]))
        if candidates is None:
            candidates = indexed(self.rules, facts["issue"], facts["order_state"])
        asked = facts["requests"]
        return [
            rule
            for rule, tests in candidates
            if (not rule.asked or not asked.isdisjoint(rule.remedies))
            and _holds(tests, facts)
            and _in_force(rule, on)
        ]


def indexed(rules: tuple[Rule, ...], issue: str, state: str) -> tuple[tuple[Rule, tuple[Test, ...]], ...]:
    """The rules that an issue and order state leave open, with the tests that remain."""
    found = []
    for rule in rules:
        if rule.issues and issue not in rule.issues:
            continue
        if all(state in test.values for test in rule.tests if test.field == "order_state"):
            found.append((rule, tuple(test for test in rule.tests if test.field != "order_state")))
    return tuple(found)


def _in_force(rule: Rule, on: date | None) -> bool:
    if on is None:
        return rule.valid_to is None
    return (rule.valid_from is None or rule.valid_from <= on) and (
        rule.valid_to is None or on <= rule.valid_to
    )


def _holds(tests: tuple[Test, ...], facts: Mapping[str, Any]) -> bool:
    for test in tests:
        fact = facts.get(test.field)
        kind = test.kind
        if kind == "choice":
            if fact not in test.values:
                return False
        elif kind == "flag":
            if bool(fact) is not test.flag:
                return False
        elif kind == "range":
            if fact is None or (test.low is not None and fact < test.low):
                return False
            if test.high is not None and fact > test.high:
                return False
        elif test.values.isdisjoint(fact or ()) is (kind == "any"):
            return False
    return True


def compile_pack(data: Mapping[str, Any], issues: frozenset[str], remedies: frozenset[str]) -> PolicyPack:
    """Check a pack's JSON against the taxonomy and compile it; disabled rules are left out. Raises
    InvalidPack."""
    rules = tuple(_rule(raw, issues, remedies) for raw in data["rules"] if not raw.get("disabled"))
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise InvalidPack(f"rule {rule.id}: the id is used twice")
        seen.add(rule.id)
    return PolicyPack(
        name=data["name"],
        version=int(data["version"]),
        locales=tuple(data.get("locales", ())),
        currencies=tuple(data.get("currencies", ())),
        rules=rules,
        authority={role: dict(limits) for role, limits in data["authority"].items()},
        product_classes=tuple(
            (name, re.compile("|".join(map(re.escape, words))))
            for name, words in data["product_classes"].items()
            if words
        ),
        follow_up_hours=dict(data["follow_up_hours"]),
        default_role=data.get("default_role", "agent"),
        index={(code, state): indexed(rules, code, state) for code in issues for state in _STATES},
    )


def _rule(raw: Mapping[str, Any], issues: frozenset[str], remedies: frozenset[str]) -> Rule:
    name = raw["id"]
    wanted = raw["remedy"] if isinstance(raw["remedy"], list) else [raw["remedy"]]
    _only(name, "remedy", wanted, remedies)
    _only(name, "effect", [raw.get("effect", "allow")], frozenset(EFFECTS))
    when = dict(raw.get("when", {}))
    codes = _issue_codes(name, when.pop("issue", None), issues)
    grants = dict(raw.get("grants", {}))
    _only(name, "grants", list(grants), frozenset(ROLES))
    return Rule(
        id=name,
        effect=raw.get("effect", "allow"),
        remedies=tuple(wanted),
        words=raw["words"],
        source=raw.get("source", {}),
        tests=tuple(_test(name, key, value) for key, value in when.items()),
        issues=codes,
        valid_from=_day(name, raw.get("valid_from")),
        valid_to=_day(name, raw.get("valid_to")),
        amount=_amount(name, raw.get("amount")),
        payer=raw.get("payer", "seller"),
        grants=grants,
        evidence=tuple(raw.get("evidence", ())),
        promise_hours=raw.get("promise_hours"),
        merit=float(raw.get("merit", 0.0)),
        asked=bool(raw.get("asked", False)),
    )


def _issue_codes(name: str, wanted: str | list[str] | None, issues: frozenset[str]) -> frozenset[str]:
    if wanted is None:
        return frozenset()
    codes: set[str] = set()
    for pattern in wanted if isinstance(wanted, list) else [wanted]:
        found = {c for c in issues if c == pattern or (pattern.endswith("*") and c.startswith(pattern[:-1]))}
        if not found:
            raise InvalidPack(f"rule {name}, field issue: no issue code is {pattern!r}")
        codes |= found
    return frozenset(codes)


def _test(rule: str, name: str, value: Any) -> Test:
    if name in SET_FIELDS:
        kind = "none" if isinstance(value, dict) else "any"
        words = value["none"] if isinstance(value, dict) else value
        return Test(name, kind, values=frozenset(words if isinstance(words, list) else [words]))
    if name in CHOICE_FIELDS:
        return Test(name, "choice", values=frozenset(value if isinstance(value, list) else [value]))
    if name in FLAG_FIELDS and isinstance(value, bool):
        return Test(name, "flag", flag=value)
    if name in NUMBER_FIELDS and isinstance(value, dict) and value.keys() <= {"min", "max"}:
        return Test(name, "range", low=value.get("min"), high=value.get("max"))
    raise InvalidPack(f"rule {rule}, field {name}: unknown field or wrong kind of value {value!r}")


def _amount(rule: str, raw: Mapping[str, Any] | None) -> AmountRule | None:
    if raw is None:
        return None
    _only(rule, "amount.kind", [raw["kind"]], frozenset(AMOUNT_KINDS))
    return AmountRule(kind=raw["kind"], value=float(raw.get("value", 0.0)), cap=raw.get("cap"))


def _day(rule: str, raw: str | None) -> date | None:
    try:
        return None if raw is None else date.fromisoformat(raw)
    except ValueError:
        raise InvalidPack(f"rule {rule}: {raw!r} is not a day like 2024-07-01") from None


def _only(rule: str, name: str, given: list[str], allowed: frozenset[str]) -> None:
    unknown = [g for g in given if g not in allowed]
    if unknown:
        raise InvalidPack(
            f"rule {rule}, field {name}: {unknown[0]!r} is not one of {', '.join(sorted(allowed))}"
        )
