"""How far a writer's word reaches: the limit under a rule, what was given already, what others have granted.

Money that a rule grants to the role without limit (what the law or the pack promises anyway) is no gift and
counts against nothing; everything else counts against the writer's authority per case, day and month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from goldseam.engine.decide.policy import PolicyPack
from goldseam.engine.reply.commitments import Commitment

MONEY = frozenset({"refund", "compensation", "price_match"})
PENNY = 0.005
WORDING = "wording"
"""What is asked for, in the place of a remedy, where words need approval that no remedy carries."""


@dataclass(frozen=True, slots=True)
class Granted:
    """An exception that somebody with the authority has approved for this conversation: `key` names it,
    `amount` is the most it covers (None: whatever is said). `texts`: it carries no other text than one of
    these (none: any)."""

    key: str
    remedy: str
    amount: float | None = None
    texts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What the writer has granted on their own so far: in this case, today, this month (None: not known, and
    not counted)."""

    case: float = 0.0
    day: float | None = None
    month: float | None = None

    def plus(self, amount: float) -> Given:
        """With one more gift."""
        day = None if self.day is None else self.day + amount
        month = None if self.month is None else self.month + amount
        return Given(self.case + amount, day, month)


_NOTHING = Given()


@dataclass(frozen=True, slots=True)
class Said:
    """A promise that stands in this conversation already; to say it again costs nothing."""

    kind: str
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: a role of the policy pack, and the most that may be granted alone (None = by role). `own`
    is a person's own limit: it narrows what the pack limits, and nothing that it gives without limit."""

    role: str = ""
    limit: float | None = None
    own: float | None = None
    given: Given = _NOTHING
    granted: tuple[Granted, ...] = ()
    said: tuple[Said, ...] = ()


def plain(text: str) -> str:
    """A text as it is compared: the ends of its lines and the space around it say nothing."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def granted_to(text: str, granted: Sequence[Granted]) -> tuple[Granted, ...]:
    """The approved exceptions that this text may rest on."""
    return tuple(g for g in granted if not g.texts or plain(text) in map(plain, g.texts))


def narrowed(limit: float | None, own: float | None) -> float | None:
    """A limit for one person."""
    return limit if limit is None or own is None else min(limit, own)


def excess(
    commitment: Commitment, author: Author, pack: PolicyPack, limit: float | None
) -> tuple[str, float] | None:
    """Which limit the commitment's money passes ("limit", "day", "month") and how high it is; None when it
    stays within all. `limit` is the one per case."""
    amount = commitment.amount
    if commitment.kind not in MONEY or amount is None or limit is None or _again(commitment, author.said):
        return None
    given, role = author.given, author.role
    periods = (
        ("limit", given.case, limit),
        ("day", given.day, pack.limit(role, "per_day")),
        ("month", given.month, pack.limit(role, "per_month")),
    )
    for name, spent, most in periods:
        if spent is not None and most is not None and spent + amount > most + PENNY:
            return name, most
    return None


def gift(commitment: Commitment, author: Author, limit: float | None) -> float:
    """What of a commitment that was found to be allowed counts against the writer's authority."""
    if commitment.kind not in MONEY or limit is None or _again(commitment, author.said):
        return 0.0
    return commitment.amount or 0.0


def covering(commitment: Commitment, granted: Sequence[Granted], remedies: tuple[str, ...]) -> Granted | None:
    """The approved exception that carries the commitment, the smallest that suffices."""
    fitting = [g for g in granted if g.remedy in remedies and _reaches(g, commitment)]
    return min(fitting, key=lambda g: float("inf") if g.amount is None else g.amount, default=None)


def _reaches(grant: Granted, commitment: Commitment) -> bool:
    if grant.amount is None:
        return True
    if commitment.amount is None:
        return commitment.kind not in MONEY or not commitment.named
    return commitment.amount <= grant.amount + PENNY


def _again(commitment: Commitment, said: tuple[Said, ...]) -> bool:
    return any(
        s.kind == commitment.kind
        and s.amount is not None
        and commitment.amount is not None
        and abs(s.amount - commitment.amount) <= PENNY
        for s in said
    )
