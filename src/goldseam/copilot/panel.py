"""A decision prepared for the copilot panel: names for codes, bars for numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from goldseam.copilot.codes import factor_name
from goldseam.copilot.engine import evidence_in_words
from goldseam.copilot.models import CheckedReply, Decision
from goldseam.copilot.protocols import PROTOCOLS
from goldseam.copilot.queries import latest_crisis

_CRISES = ("self_harm", "injury", "threat_to_staff")
_NEVER_SHOWN_BELOW = 0.005
_ASKS_ABOUT = 4
_BARS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One addend of the risk: `points` of 100, and how long its bar is (0…100, of the longest)."""

    name: str | Promise
    evidence: str
    points: int
    length: int


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows. `bars` are the risk's strongest factors, `small` the rest; `protocol` is the
    crisis that comes before everything else, or empty."""

    decision: Decision
    issue: Mapping[str, Any]
    secondary: list[str]
    emotion: Mapping[str, Any]
    course: list[int]
    signals: list[Mapping[str, Any]]
    liability: Mapping[str, Any]
    risk: Mapping[str, Any]
    bars: list[Bar]
    small: list[Bar]
    points: int
    remedies: list[Mapping[str, Any]]
    requests: list[Mapping[str, Any]]
    handover: Mapping[str, Any]
    draft: Mapping[str, Any]
    order_id: str | None
    order_candidates: list[str]
    order_why: str
    protocol: str

    @property
    def small_points(self) -> int:
        """What the folded factors add up to."""
        return sum(bar.points for bar in self.small)


def panel_of(decision: Decision) -> Panel:
    """The panel of a decision; missing parts (of decisions by older engines) are empty."""
    said, extra = decision.assessment, decision.extra
    signals = said.get("signals", [])
    codes = {signal["code"] for signal in signals}
    say = evidence_in_words(said.get("language", ""))
    bars, points = bars_of(said["risk"], say)
    liability = said["liability"]
    return Panel(
        decision=decision,
        issue=said["issue"],
        secondary=list(extra.get("secondary", [])),
        emotion=said["emotion"],
        course=[round(value) for value in extra.get("course", [])][-12:],
        signals=signals,
        liability=liability | {"evidence": [say(reason) for reason in liability.get("evidence", ())]},
        risk=said["risk"],
        bars=bars[:_BARS],
        small=bars[_BARS:],
        points=points,
        remedies=[
            remedy | {"why": [say(reason) for reason in remedy.get("why", ())]} for remedy in said["remedies"]
        ],
        requests=extra.get("requests", []),
        handover=said["handover"],
        draft=said["draft"],
        order_id=said["order_id"],
        order_candidates=list(extra.get("order_candidates", []))[:_ASKS_ABOUT],
        order_why=say(extra.get("order_why", "")),
        protocol=next((code for code in _CRISES if code in codes), "")
        or ("safety" if said["handover"].get("reason") == "safety" else ""),
    )


def bars_of(risk: Mapping[str, Any], say: Callable[[str], str]) -> tuple[list[Bar], int]:
    """The factors as whole points that add up to the score's points; `say` puts evidence into words.

    Rounded by largest remainder, so that what a person adds up is what stands below the line."""
    total = round(risk["score"] * 100)
    factors = [f for f in risk.get("factors", []) if abs(f["weight"]) >= _NEVER_SHOWN_BELOW]
    exact = [f["weight"] * 100 for f in factors]
    points = [int(value // 1) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: points[i] - exact[i])
    for i in by_remainder[: max(0, total - sum(points))]:
        points[i] += 1
    if points:
        points[-1] += total - sum(points)
    longest = max((abs(value) for value in exact), default=1) or 1
    bars = [
        Bar(factor_name(f["code"]), say(f["evidence"]), part, max(2, round(abs(value) / longest * 100)))
        for f, part, value in zip(factors, points, exact, strict=True)
    ]
    return bars, total


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against words that another desk has sent."""

    message_id: int
    at: datetime
    verdict: str
    words: str
    why: str


def doubtful_lines(replies: Iterable[CheckedReply]) -> list[Doubt]:
    """Each commitment that could not have been sent from here."""
    return [
        Doubt(reply.message_id or 0, reply.made_at, part["verdict"], part["text"], part["why"])
        for reply in replies
        for part in reply.result["commitments"]
        if part["verdict"] != "ok"
    ]


def crisis_context(conversation_id: int, role: str) -> dict[str, Any]:
    """The conversation's latest danger with its protocol, as somebody with this role sees it."""
    crisis = latest_crisis(conversation_id)
    if crisis is None:
        return {"crisis": None}
    protocol = PROTOCOLS[crisis.kind]
    steps = []
    for step in protocol.steps:
        done = crisis.steps.get(step.code)
        at = datetime.fromisoformat(done["at"]) if done else None
        steps.append({"code": step.code, "words": step.words, "done": done, "at": at})
    return {"crisis": crisis, "protocol": protocol, "steps": steps, "leads": role in ("lead", "admin")}
