"""What one turn of the bot may look at, frozen; and what it remembers from one turn to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from goldseam.engine.facts import Conversation

MODES = ("off", "suggest", "answer")
CHANGES = ("cancel_order", "change_order", "issue_invoice")
"""What the bot may have done by the shop's own system, after a clear yes."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that was said word for word and waits for a clear yes. `pressed`: how often it was said."""

    id: str
    kind: str
    order: str
    details: Mapping[str, str]
    said_at: datetime
    pressed: int = 1


@dataclass(frozen=True, slots=True)
class State:
    """Where the talk stands. `topic` is the issue in hand, `awaits` what the last words of the bot ask for
    (order, verify, details, need, confirm, solved, start, step), `asked` how often in a row, `told` the
    keys of the answers given, `turns` the bot's turns in this case."""

    topic: str = ""
    order: str = ""
    awaits: str = ""
    asked: int = 0
    told: tuple[str, ...] = ()
    turns: int = 0
    guide: str = ""
    proposal: Proposal | None = None

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        kept = asdict(self)
        if self.proposal is not None:
            kept["proposal"]["said_at"] = self.proposal.said_at.isoformat()
        return kept


def read_state(kept: Mapping[str, Any]) -> State:
    """The other way round; an empty one is a fresh start."""
    values = dict(kept)
    proposal = values.pop("proposal", None)
    if proposal:
        proposal = Proposal(**{**proposal, "said_at": datetime.fromisoformat(proposal["said_at"])})
    return State(**{**values, "told": tuple(values.get("told", ())), "proposal": proposal or None})


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back; `status` requested, approved, rejected or paid."""

    order: str
    amount: float
    currency: str
    status: str
    requested_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A published article that answers, with the passage that comes nearest; `url` empty when it has no
    public address."""

    id: str
    title: str
    passage: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """A published guide; `words` is what it is about, `fits` that it is made for the goods in the order."""

    id: str
    title: str
    words: str
    url: str = ""
    fits: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a guide: a question with its answers (what one sees, key of what follows), or an end
    with its kind."""

    key: str
    question: str = ""
    hint: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    end: str = ""
    end_kind: str = ""


@dataclass(frozen=True, slots=True)
class Assessed:
    """What of the assessment the bot heeds."""

    issue: str
    confidence: float
    risk: str = "low"
    handover: str = ""
    order: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked up for the turn, after it was understood. `places` are those of the guide in hand,
    `here` the key where the customer stands in it; `refunds` those of the customer; `carried` the changes
    that a system of the shop listens for, `pending` those under way, as "kind number"."""

    hits: tuple[Hit, ...] = ()
    guides: tuple[Guide, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    here: str = ""
    refunds: tuple[Refund, ...] = ()
    carried: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one turn looks at. `words` is what the customer said since the last answer; `known` whether
    it is known who writes; `modes` issue → mode, "" for all others; `quiet` why the bot must be silent, ""
    when it may speak; `reopened` that the customer came back after the bot had thought it solved."""

    conversation: Conversation
    words: str
    now: datetime
    assessed: Assessed
    state: State = State()
    known: bool = False
    modes: Mapping[str, str] = field(default_factory=dict)
    quiet: str = ""
    reopened: bool = False
    most_turns: int = 12
    confirm_minutes: int = 30

    def mode(self, issue: str) -> str:
        """How far the bot may go for an issue."""
        return self.modes.get(issue, self.modes.get("", "off"))


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and what a door shows beside it."""

    text: str
    choices: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    ask: str = ""

    def details(self) -> dict[str, Any]:
        """As a message keeps it."""
        shown: dict[str, Any] = {}
        if self.choices:
            shown["choices"] = list(self.choices)
        if self.links:
            shown["links"] = [{"title": title, "url": url} for title, url in self.links]
        if self.ask:
            shown["ask"] = self.ask
        return shown


@dataclass(frozen=True, slots=True)
class Decision:
    """`kind`: answer, ask, propose, carry_out, walk, confirmed, hand_over or silent. `reason` is a code of
    the contract for a hand-over, else why it is so in short; `evidence` the facts and words behind it.
    `sources` are ids of the articles and guides the words rest on; `guide` the one that is walked, `step`
    the number of the answer that was given in it."""

    kind: str
    state: State
    topic: str = ""
    reply: Reply | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    mode: str = "off"
    proposal: Proposal | None = None
    step: int | None = None
    guide: str = ""
