"""What a version would have changed, summed up over past decisions: remedies, money, approvals, by issue.

Both packs decide on the same facts with the same engine, so that nothing but the pack makes a difference. The
figures of a decision are those of the remedy that stands first; `at_once` is the largest gift beside what was
paid for (coupon, partial refund, …) that the usual role could give without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from goldseam.engine.decide.pack_terms import GESTURES

_EXAMPLES = 60
_EXAMPLES_OF_ISSUE = 6

Pair = list[float]


@dataclass(frozen=True, slots=True)
class Offered:
    """One remedy of a decision, as far as a comparison needs it."""

    code: str
    policy: str
    amount: float | None
    currency: str
    needs_approval: bool


@dataclass(slots=True)
class _Sums:
    decisions: int = 0
    changed: int = 0
    first_changed: int = 0
    approvals: Pair = field(default_factory=lambda: [0, 0])
    money: dict[str, Pair] = field(default_factory=dict)
    at_once: dict[str, Pair] = field(default_factory=dict)

    def add(self, sides: tuple[Sequence[Offered], Sequence[Offered]]) -> None:
        before, after = sides
        self.decisions += 1
        self.changed += _told(before) != _told(after)
        self.first_changed += _code(before) != _code(after)
        for side, offers in enumerate(sides):
            if offers and offers[0].needs_approval:
                self.approvals[side] += 1
            if offers and offers[0].amount:
                self.money.setdefault(offers[0].currency, [0.0, 0.0])[side] += offers[0].amount
            free = [o for o in offers if o.amount and not o.needs_approval and o.code in GESTURES]
            if free:
                most = max(free, key=lambda o: o.amount or 0.0)
                self.at_once.setdefault(most.currency, [0.0, 0.0])[side] += most.amount or 0.0

    def as_json(self) -> dict[str, Any]:
        rounded = {
            key: {currency: [round(side, 2) for side in pair] for currency, pair in table.items()}
            for key, table in (("money", self.money), ("at_once", self.at_once))
        }
        return {
            "decisions": self.decisions,
            "changed": self.changed,
            "first_changed": self.first_changed,
            "approvals": self.approvals,
            **rounded,
        }


class Outcome:
    """Takes decision after decision and keeps sums, and examples that show each issue."""

    def __init__(self) -> None:
        self._all = _Sums()
        self._issues: dict[str, _Sums] = {}
        self._remedies: dict[str, dict[str, Pair]] = {}
        self._examples: list[dict[str, Any]] = []
        self._shown: dict[str, int] = {}
        self.skipped = {"elsewhere": 0, "unreadable": 0}

    def add(
        self,
        conversation_id: int,
        issue: str,
        words: str,
        before: Sequence[Offered],
        after: Sequence[Offered],
    ) -> None:
        """One decision: what stood before, and what the tried version says."""
        sides = (before, after)
        self._all.add(sides)
        self._issues.setdefault(issue, _Sums()).add(sides)
        for side, offers in enumerate(sides):
            for place, offer in enumerate(offers):
                counts = self._remedies.setdefault(offer.code, {"offered": [0, 0], "first": [0, 0]})
                counts["offered"][side] += 1
                counts["first"][side] += place == 0
        room = len(self._examples) < _EXAMPLES and self._shown.get(issue, 0) < _EXAMPLES_OF_ISSUE
        if room and _told(before) != _told(after):
            self._shown[issue] = self._shown.get(issue, 0) + 1
            self._examples.append(
                {
                    "conversation": conversation_id,
                    "issue": issue,
                    "words": words,
                    "before": [_shown(offer) for offer in before],
                    "after": [_shown(offer) for offer in after],
                }
            )

    def as_json(self) -> dict[str, Any]:
        """Everything, as it is kept and shown."""
        issues = sorted(
            self._issues.items(), key=lambda item: (-item[1].changed, -item[1].decisions, item[0])
        )
        return {
            **self._all.as_json(),
            "skipped": dict(self.skipped),
            "issues": [{"issue": code, **sums.as_json()} for code, sums in issues],
            "remedies": [
                {"remedy": code, **counts}
                for code, counts in sorted(self._remedies.items())
                if _moved(counts)
            ],
            "examples": self._examples,
        }


def _moved(counts: Mapping[str, Pair]) -> bool:
    return any(pair[0] != pair[1] for pair in counts.values())


def _code(offers: Sequence[Offered]) -> str:
    return offers[0].code if offers else ""


def _told(offers: Sequence[Offered]) -> list[tuple[str, float | None, bool]]:
    """What the customer and the agent notice; the rule behind it may have another id."""
    return [(o.code, o.amount, o.needs_approval) for o in offers]


def _shown(offer: Offered) -> dict[str, Any]:
    return {
        "code": offer.code,
        "policy": offer.policy,
        "amount": offer.amount,
        "currency": offer.currency,
        "needs_approval": offer.needs_approval,
    }
