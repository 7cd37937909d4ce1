"""What a policy pack's cells may say, and how a check tells what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goldseam.engine.decide.policy import CHOICE_FIELDS, FLAG_FIELDS, NUMBER_FIELDS, SET_FIELDS
from goldseam.engine.facts import ORDER_STATUSES

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)

STATES = (*ORDER_STATUSES, "none", "unclear")
PARTIES = ("seller", "warehouse", "carrier", "manufacturer", "platform", "buyer", "unclear")
PAYERS = ("seller", "warehouse", "carrier", "manufacturer", "platform", "buyer", "none")
EMOTIONS = ("calm", "anxious", "disappointed", "angry", "distressed", "grateful")
LANGUAGES = ("zh", "en", "other")
PERIODS = ("per_case", "per_day", "per_month")
PRIORITIES = ("P0", "P1", "P2", "P3")
LADDER = ("bot", "agent", "lead", "admin")
GESTURES = frozenset({"coupon", "gift", "partial_refund", "price_adjust", "review_reward"})
"""Money that a shop gives beside what the customer paid for: never beyond a role's authority by itself."""

FIELDS = frozenset(SET_FIELDS | NUMBER_FIELDS | CHOICE_FIELDS | FLAG_FIELDS)
UNTOLD = frozenset({"priority"})
"""Fields whose fact does not exist yet when the pack is asked: such a condition never holds."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found. `code` names the kind, `rules` who is concerned, `cell` where: a path such as
    "when.stalled_hours", "words.zh" or "authority.agent.per_case"; `details` fills the words for people.
    Severity "error" forbids publishing, "warning" should be looked at, "note" tells the approver."""

    code: str
    severity: str
    rules: tuple[str, ...] = ()
    cell: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The codes of the taxonomy, and which remedies an order's state leaves room for at all.

    `situations`: issue → order states that customers usually have it in; `days` and `hours` are what such a
    usual case looks like. `facts_for`: remedy → state → flags of which one must hold to make it possible."""

    issues: frozenset[str]
    remedies: frozenset[str]
    signals: frozenset[str]
    states_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    facts_for: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    situations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    works: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def values_of(self, name: str, classes: frozenset[str]) -> frozenset[str] | None:
        """What a condition on this field may name; None where the shop has words of its own (tier, …)."""
        fixed = {
            "issue": self.issues,
            "secondary": self.issues,
            "signals": self.signals,
            "requests": self.remedies,
            "product_class": classes,
            "order_state": frozenset(STATES),
            "party": frozenset(PARTIES),
            "emotion": frozenset(EMOTIONS),
            "language": frozenset(LANGUAGES),
            "priority": frozenset(PRIORITIES),
        }
        return fixed.get(name)
