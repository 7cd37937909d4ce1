"""Who is to take a conversation: the decision, with what spoke for and against everybody.

First those who may not are set aside (away, off shift, full, without the skill); among the rest the lowest
cost wins. The cost adds up, in points of 100, how full somebody is, what hard conversations have cost them
(more for a hard one), and how lately they got the last one; who talked with this customer before has a
bonus. Weights are an argument.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Weights:
    """`full`, `strain`, `turn`: points for somebody as full, as strained, as lately served as can be;
    `familiar`: bonus for the customer's last agent; `relief`: points a hard conversation adds per point of
    strain share. Strain: points of a conversation by intensity 0…3 and for each danger, worn off by half
    every `half_life` hours; `limit` is what counts as fully strained; `row` furious ones in a row are the
    most while somebody else is free."""

    full: float = 40.0
    strain: float = 20.0
    relief: float = 30.0
    turn: float = 25.0
    familiar: float = 35.0
    intensity_1: float = 1.0
    intensity_2: float = 3.0
    intensity_3: float = 6.0
    abuse: float = 4.0
    crisis: float = 8.0
    half_life: float = 4.0
    limit: float = 24.0
    row: float = 2.0

    @classmethod
    def of(cls, given: Mapping[str, float]) -> Weights:
        """The shipped ones with what a shop has changed; unknown names are passed over."""
        known = {field.name for field in fields(cls)}
        return replace(cls(), **{name: float(value) for name, value in given.items() if name in known})


CRISES = frozenset({"self_harm", "injury", "threat_to_staff"})
ABUSE = frozenset({"abuse"})


@dataclass(frozen=True, slots=True)
class Work:
    """The conversation: issue code, the customer's language ("zh"), the product's words and numbers,
    intensity 0…3, whether it is hard (urgent or strongly felt)."""

    issue: str
    language: str
    products: frozenset[str]
    intensity: int
    hard: bool
    signals: frozenset[str] = frozenset()

    @property
    def furious(self) -> bool:
        """The kind that nobody should get three times in a row."""
        return self.intensity >= 3 or bool(self.signals & (CRISES | ABUSE))


@dataclass(frozen=True, slots=True)
class Person:
    """How somebody stands. Empty skills mean anything. `turn` is how lately they were served: 0 for the
    longest ago, counting up. `strain` is the present load; `row` how many furious ones they got in a row."""

    id: int
    available: bool
    on_shift: bool
    open: int
    hard: int
    most_open: int
    most_hard: int
    issues: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    strain: float = 0.0
    row: int = 0
    turn: int = 0
    familiar: bool = False


AWAY, OFF_SHIFT, FULL, FULL_HARD, NO_SKILL, NO_LANGUAGE, NO_PRODUCT, ROW = (
    "away",
    "off_shift",
    "full",
    "full_hard",
    "no_skill",
    "no_language",
    "no_product",
    "row",
)
_SKILLS = (NO_SKILL, NO_LANGUAGE, NO_PRODUCT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How somebody stood: why they were set aside (or ""), and the parts of their cost."""

    id: int
    aside: str
    cost: float = 0.0
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The person found, or None. `reasons` are codes: why this one, or why nobody; `relaxed` says that
    skills had to be passed over."""

    id: int | None
    reasons: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    relaxed: bool = False


def place(work: Work, people: Sequence[Person], weights: Weights, *, relax: bool = False) -> Choice:
    """Decide. With `relax`, skills are passed over when nobody at work has them; capacity never is."""
    asides = {person.id: _aside(work, person) for person in people}
    relaxed = False
    if relax and not any(
        asides[person.id] not in _SKILLS and person.available and person.on_shift for person in people
    ):
        relaxed = any(aside in _SKILLS for aside in asides.values())
        plain = replace(work, issue="", language="", products=frozenset())
        asides = {
            person.id: _aside(
                plain, replace(person, issues=frozenset(), languages=frozenset(), products=frozenset())
            )
            for person in people
        }
    free = [person for person in people if not asides[person.id]]
    if work.furious:
        rested = [person for person in free if person.row < weights.row]
        if rested and len(rested) < len(free):
            asides |= {person.id: ROW for person in free if person not in rested}
            free = rested
    longest = max((person.turn for person in free), default=0)
    verdicts = tuple(
        _cost(work, person, weights, longest)
        if not asides[person.id]
        else Verdict(person.id, asides[person.id])
        for person in people
    )
    open_to = [verdict for verdict in verdicts if not verdict.aside]
    if not open_to:
        return Choice(None, _why_nobody(asides.values()), verdicts, relaxed)
    turns = {person.id: person.turn for person in people}
    best = min(open_to, key=lambda verdict: (verdict.cost, turns[verdict.id], verdict.id))
    return Choice(best.id, _why(best, open_to, people, asides, relaxed), verdicts, relaxed)


def points_of(intensity: int, signals: Iterable[str], weights: Weights) -> float:
    """What a conversation costs the one who holds it."""
    found = set(signals)
    by_mood = (0.0, weights.intensity_1, weights.intensity_2, weights.intensity_3)
    points = by_mood[min(max(intensity, 0), 3)]
    points += weights.abuse if found & ABUSE else 0.0
    return points + (weights.crisis if found & CRISES else 0.0)


def load(costs: Iterable[tuple[float, datetime]], now: datetime, weights: Weights) -> float:
    """What is left of what conversations cost: Σ points · 0.5^(hours / half_life)."""
    return sum(
        points * math.exp2(-max(0.0, (now - at).total_seconds()) / 3600 / weights.half_life)
        for points, at in costs
    )


def _aside(work: Work, person: Person) -> str:
    checks = (
        (AWAY, not person.available),
        (OFF_SHIFT, not person.on_shift),
        (NO_SKILL, bool(person.issues) and work.issue not in person.issues),
        (NO_LANGUAGE, bool(person.languages) and work.language not in person.languages),
        (NO_PRODUCT, bool(person.products and work.products) and not person.products & work.products),
        (FULL, person.open >= person.most_open),
        (FULL_HARD, work.hard and person.hard >= person.most_hard),
    )
    return next((code for code, holds in checks if holds), "")


def _cost(work: Work, person: Person, weights: Weights, longest: int) -> Verdict:
    strained = min(1.0, person.strain / weights.limit) if weights.limit else 0.0
    parts = {
        "full": weights.full * person.open / person.most_open,
        "strain": weights.strain * strained,
        "relief": weights.relief * strained if work.hard or work.furious else 0.0,
        "turn": weights.turn * person.turn / longest if longest else 0.0,
        "familiar": -weights.familiar if person.familiar else 0.0,
    }
    kept = tuple((code, round(value, 1)) for code, value in parts.items() if abs(value) >= 0.05)
    return Verdict(person.id, "", round(sum(value for _, value in kept), 1), kept)


def _why(
    best: Verdict,
    open_to: Sequence[Verdict],
    people: Sequence[Person],
    asides: Mapping[int, str],
    relaxed: bool,
) -> tuple[str, ...]:
    """Why this one: the parts in which they stood better than the others did on average."""
    reasons = ["relaxed"] if relaxed else []
    if any(aside == ROW for aside in asides.values()):
        reasons.append("spared")
    if dict(best.parts).get("familiar"):
        reasons.append("familiar")
    others = [verdict for verdict in open_to if verdict.id != best.id]
    if not others:
        return (*reasons, "only")
    mine = dict(best.parts)
    for code, reason in (
        ("relief", "rested"),
        ("strain", "rested"),
        ("full", "least_full"),
        ("turn", "turn"),
    ):
        average = sum(dict(other.parts).get(code, 0.0) for other in others) / len(others)
        if mine.get(code, 0.0) < average - 0.5 and reason not in reasons:
            reasons.append(reason)
    return tuple(reasons) or ("even",)


def _why_nobody(asides: Iterable[str]) -> tuple[str, ...]:
    found = [aside for aside in asides if aside]
    return tuple(dict.fromkeys(sorted(found, key=lambda aside: -found.count(aside)))) or ("nobody_at_all",)
