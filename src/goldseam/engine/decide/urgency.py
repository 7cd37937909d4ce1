"""Priority and handover: what cannot wait, and what must reach a person."""

from __future__ import annotations

from goldseam.engine.assessment import Handover, Risk
from goldseam.engine.decide.situation import Situation

CRISIS_SIGNALS = frozenset({"self_harm", "threat_to_staff"})
SAFETY_SIGNALS = frozenset({"injury"})
SAFETY_ISSUES = frozenset({"product.safety"})
_SURE_OF_SAFETY = 0.5
_PRESSING = frozenset({"regulator", "legal", "media", "chargeback", "platform"})
_LOW_CONFIDENCE = 0.35
_TURN_LIMIT = 12
_QUIET_ISSUES = frozenset({"praise", "other", "product.how_to", "invoice", "logistics.tracking"})
_P3_RISK = 0.2


def crisis(view: Situation) -> bool:
    """Self-harm or a threat against people was voiced."""
    return any(s.code in CRISIS_SIGNALS for s in view.reading.signals)


def safety(view: Situation) -> bool:
    """Somebody is hurt, or the goods endanger people."""
    if any(s.code in SAFETY_SIGNALS for s in view.reading.signals):
        return True
    issue = view.reading.issue
    sure = issue.code in SAFETY_ISSUES and issue.confidence >= _SURE_OF_SAFETY
    return sure or not SAFETY_ISSUES.isdisjoint(issue.secondary)


def priority(view: Situation, risk: Risk) -> str:
    """P0 now, P1 high risk, P2 normal, P3 can wait."""
    if crisis(view) or safety(view):
        return "P0"
    pressing = any(s.code in _PRESSING for s in view.reading.signals)
    if risk.level in ("high", "critical") or (pressing and risk.level != "low"):
        return "P1"
    emotion = view.reading.emotion
    calm = (emotion.intensity == 0 or emotion.label == "grateful") and not view.reading.signals
    if calm and not _wants_person(view) and view.issue in _QUIET_ISSUES and risk.score < _P3_RISK:
        return "P3"
    return "P2"


def handover(view: Situation, risk: Risk) -> Handover:
    """Whether a person must take over; the gravest reason is named. Crisis and safety always hand over."""
    reason = _reason(view, risk)
    return Handover(reason is not None, reason)


def _reason(view: Situation, risk: Risk) -> str | None:
    if crisis(view):
        return "crisis"
    if safety(view) or view.issue in SAFETY_ISSUES:
        return "safety"
    if _wants_person(view):
        return "customer_request"
    if risk.level in ("high", "critical"):
        return "high_risk"
    if any(s.code in _PRESSING or s.code == "fraud_suspect" for s in view.reading.signals):
        return "policy"
    if view.talk.customer_turns > _TURN_LIMIT:
        return "turn_limit"
    if _unsure(view):
        return "low_confidence"
    return None


def _wants_person(view: Situation) -> bool:
    return any(t.customer and "wants_person" in t.acts for t in view.talk.turns)


def _unsure(view: Situation) -> bool:
    """Nothing is understood although something was said: a bare greeting needs no person yet."""
    issue = view.reading.issue
    if issue.code == "other":
        return view.talk.customer_turns > 2 and not view.talk.last_customer("agrees")
    return issue.confidence < _LOW_CONFIDENCE
