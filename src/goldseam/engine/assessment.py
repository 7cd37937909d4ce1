"""What the engine answers: one assessment, every part with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from goldseam.engine.reading import Emotion, Entities, Issue, OrderMeant, Request, Signal

PRIORITIES = ("P0", "P1", "P2", "P3")
RISK_LEVELS = ("low", "medium", "high", "critical")
HANDOVER_REASONS = (
    "customer_request",
    "high_risk",
    "low_confidence",
    "policy",
    "crisis",
    "safety",
    "missing_knowledge",
    "tool_failure",
    "turn_limit",
)


@dataclass(frozen=True, slots=True)
class Liability:
    """A hypothesis of who is answerable, never an accusation and never the person in the chat."""

    party: str
    confidence: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Factor:
    """One addend of the risk score; the weights of all factors sum to the score."""

    code: str
    weight: float
    evidence: str


@dataclass(frozen=True, slots=True)
class Risk:
    """Probability (0…1) that this conversation ends in a complaint, a dispute or a bad review."""

    score: float
    level: str
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True)
class Handover:
    """Whether a person must take over, and why (HANDOVER_REASONS; None when not needed)."""

    needed: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to do, allowed by the policy rule `policy`. `score` ranks, `why` tells the facts."""

    code: str
    score: float
    amount: float | None = None
    currency: str | None = None
    needs_approval: bool = False
    policy: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed reply in the customer's language; `source` is "template" or "llm"."""

    text: str
    source: str = "template"


@dataclass(frozen=True, slots=True)
class Versions:
    """What produced the assessment, so that it can be replayed."""

    engine: str
    issue: str
    policy_pack: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole answer. `as_contract` gives the contract's JSON; `requests`, `issue.secondary`,
    `emotion.course` and spans are extra, for the workbench only."""

    id: str
    language: str
    issue: Issue
    emotion: Emotion
    signals: tuple[Signal, ...]
    entities: Entities
    order: OrderMeant
    liability: Liability
    risk: Risk
    priority: str
    handover: Handover
    remedies: tuple[Remedy, ...]
    draft: Draft
    model: Versions
    requests: tuple[Request, ...] = ()

    def as_contract(self, elapsed_ms: float) -> dict[str, Any]:
        """Exactly the keys of the assess contract; `elapsed_ms` is measured by the caller."""
        return {
            "id": self.id,
            "language": self.language,
            **_reading(self),
            "order_id": self.order.id,
            **_judgement(self),
            "remedies": [_remedy(remedy) for remedy in self.remedies],
            "draft": {"text": self.draft.text, "source": self.draft.source},
            "model": {
                "engine": self.model.engine,
                "issue": self.model.issue,
                "policy_pack": self.model.policy_pack,
            },
            "elapsed_ms": elapsed_ms,
        }


def _reading(found: Assessment) -> dict[str, Any]:
    """What the words say."""
    entities = found.entities
    return {
        "issue": {
            "code": found.issue.code,
            "confidence": found.issue.confidence,
            "alternatives": [{"code": a.code, "confidence": a.confidence} for a in found.issue.alternatives],
        },
        "emotion": {
            "label": found.emotion.label,
            "intensity": found.emotion.intensity,
            "keywords": list(found.emotion.keywords),
        },
        "signals": [{"code": s.code, "evidence": s.evidence} for s in found.signals],
        "entities": {
            "order_ids": list(entities.order_ids),
            "tracking_nos": list(entities.tracking_nos),
            "skus": list(entities.skus),
            "amounts": list(entities.amounts),
            "dates": list(entities.dates),
            "phones": list(entities.phones),
        },
    }


def _judgement(found: Assessment) -> dict[str, Any]:
    """Who is liable, how risky it is, how soon, and by whom."""
    risk = found.risk
    return {
        "liability": {
            "party": found.liability.party,
            "confidence": found.liability.confidence,
            "evidence": list(found.liability.evidence),
        },
        "risk": {
            "score": risk.score,
            "level": risk.level,
            "factors": [{"code": f.code, "weight": f.weight, "evidence": f.evidence} for f in risk.factors],
        },
        "priority": found.priority,
        "handover": {"needed": found.handover.needed, "reason": found.handover.reason},
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "code": remedy.code,
        "score": remedy.score,
        "amount": remedy.amount,
        "currency": remedy.currency,
        "needs_approval": remedy.needs_approval,
        "policy": remedy.policy,
        "why": list(remedy.why),
    }
