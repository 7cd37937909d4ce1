"""What happened in the talk itself: who waits, what was asked again, what the answers did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from goldseam.engine.decide.parcel import hours_between
from goldseam.engine.facts import Conversation, Message


@dataclass(frozen=True, slots=True)
class Acts:
    """Name of an act (refusal, apology, …) → the pattern that shows it in one turn, for turns with Han signs
    and for turns without any."""

    han: Mapping[str, re.Pattern[str]]
    latin: Mapping[str, re.Pattern[str]]


_HAN = re.compile("[\u4e00-\u9fff]")

_REPEATED_LENGTH, _REPEATED_SHARE = 5, 0.7
_SHORT_WORD = 3
_READ = 1000
_LATE_TURNS = 40
"""Only the last turns are read: what was said long before no longer decides how a talk ends."""
_EMPTY_ANSWERS = frozenset({"stalling", "elsewhere", "script", "refusal"})
_HELPING = frozenset({"action", "offer", "asking"})


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn with the acts found in it."""

    index: int
    customer: bool
    text: str
    acts: frozenset[str]


@dataclass(frozen=True, slots=True)
class TalkFacts:
    """Counts over the talk. `waiting_hours`: how long the customer has been without an answer now;
    `said_again`: the share of the customer's last words that an earlier turn had too. `counts` (by customer
    or not, and act) and `last` (acts of either side's last turn) serve the methods."""

    turns: tuple[Turn, ...] = ()
    customer_turns: int = 0
    agent_turns: int = 0
    awaiting: int = 0
    waiting_hours: float | None = None
    slowest_answer_hours: float | None = None
    unanswered_questions: int = 0
    repeated: int = 0
    said_again: float = 0.0

    counts: Mapping[tuple[bool, str], int] = field(default_factory=dict)
    last: Mapping[bool, frozenset[str]] = field(default_factory=dict)

    def agent_count(self, act: str) -> int:
        """How many agent turns did this."""
        return self.counts.get((False, act), 0)

    def customer_count(self, act: str) -> int:
        """How many customer turns did this."""
        return self.counts.get((True, act), 0)

    def last_customer(self, act: str) -> bool:
        """Whether the customer's last turn did this."""
        return act in self.last.get(True, ())

    def last_agent(self, act: str) -> bool:
        """Whether the last agent turn did this."""
        return act in self.last.get(False, ())


def talk_facts(conversation: Conversation, now: datetime | None, customer: Acts, agent: Acts) -> TalkFacts:
    """Read the course of the talk. `customer` and `agent` name the acts to look for on each side."""
    turns = tuple(
        Turn(i, m.role == "customer", m.text, _acts(m.text, customer if m.role == "customer" else agent))
        for i, m in _latest(conversation.messages)
    )
    awaiting = _awaiting(turns)
    said = [_grams(t.text[:200]) for t in turns if t.customer]
    first_waiting = turns[-awaiting].index if awaiting else None
    return TalkFacts(
        counts=Counter((t.customer, act) for t in turns for act in t.acts),
        last={t.customer: t.acts for t in turns},
        turns=turns,
        customer_turns=len(said),
        agent_turns=len(turns) - len(said),
        awaiting=awaiting,
        waiting_hours=None
        if first_waiting is None
        else _not_negative(hours_between(conversation.messages[first_waiting].at, now)),
        slowest_answer_hours=_slowest(conversation.messages),
        unanswered_questions=_unanswered(turns),
        repeated=_repeated(said),
        said_again=_said_again(said),
    )


def _latest(messages: tuple[Message, ...]) -> list[tuple[int, Message]]:
    spoken = [(i, m) for i, m in enumerate(messages) if m.role != "system"]
    return spoken[-_LATE_TURNS:]


def _acts(text: str, acts: Acts) -> frozenset[str]:
    clipped = text[:_READ]
    patterns = acts.han if _HAN.search(clipped) else acts.latin
    return frozenset([name for name, pattern in patterns.items() if pattern.search(clipped)])


def _awaiting(turns: tuple[Turn, ...]) -> int:
    count = 0
    for turn in reversed(turns):
        if not turn.customer:
            break
        count += 1
    return count


def _not_negative(hours: float | None) -> float | None:
    return None if hours is None else max(0.0, hours)


def _slowest(messages: tuple[Message, ...]) -> float | None:
    slowest: float | None = None
    asked: datetime | None = None
    for message in messages:
        if message.role == "customer":
            asked = asked or message.at
        elif message.role in ("agent", "bot"):
            hours = hours_between(asked, message.at)
            if hours is not None and hours >= 0:
                slowest = max(slowest or 0.0, hours)
            asked = None
    return slowest


def _unanswered(turns: tuple[Turn, ...]) -> int:
    """Customer questions whose next answer only stalled, sent elsewhere or recited a script."""
    count = 0
    open_question = False
    for turn in turns:
        if turn.customer:
            open_question = open_question or "question" in turn.acts
        elif open_question:
            if turn.acts & _EMPTY_ANSWERS and not turn.acts & _HELPING:
                count += 1
            open_question = False
    return count


def _repeated(said: list[frozenset[str]]) -> int:
    """How many customer turns say again, nearly word for word, what an earlier one said."""
    seen: list[frozenset[str]] = []
    count = 0
    for grams in said:
        if len(grams) >= _REPEATED_LENGTH:
            if any(len(grams & old) >= _REPEATED_SHARE * min(len(grams), len(old)) for old in seen):
                count += 1
            seen.append(grams)
    return count


def _said_again(said: list[frozenset[str]]) -> float:
    """How much of the last turn stood in one of those before."""
    if len(said) < 2 or len(said[-1]) < _SHORT_WORD:
        return 0.0
    last = said[-1]
    return max(len(last & grams) for grams in said[:-1]) / len(last)


def _grams(text: str) -> frozenset[str]:
    """Pairs of signs, or words where the script has spaces; numbers and addresses say nothing again."""
    pairs = frozenset(text[i : i + 2] for i in range(len(text) - 1) if not text[i].isascii())
    return pairs or frozenset(w for w in text.lower().split() if w.isalpha() and len(w) > _SHORT_WORD)
