"""What the words of a conversation say: the result of reading, the input of deciding."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another issue code it could be, with its probability."""

    code: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Issue:
    """The primary issue with a calibrated probability, the runners-up, and further issues that the
    same customer raises beside it. `evidence`: the words that spoke most for the code."""

    code: str
    confidence: float
    alternatives: tuple[Alternative, ...] = ()
    secondary: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Emotion:
    """The customer's mood now: label, intensity 0 none … 3 extreme, and the words that show it.
    `course` holds the intensity of each customer message in order."""

    label: str
    intensity: int
    keywords: tuple[str, ...] = ()
    course: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A danger sign (taxonomy: Signals) with the customer's own words and where they stand:
    `message` is the index in the conversation, `span` the half-open character range in its text."""

    code: str
    evidence: str
    message: int = 0
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Entities:
    """Things named in the customer's messages, as written or normalised (amounts as numbers,
    dates as ISO days)."""

    order_ids: tuple[str, ...] = ()
    tracking_nos: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    amounts: tuple[float, ...] = ()
    dates: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """Something the customer asks to be done, as a remedy code (cancel_order, expedite, …), with
    the words that ask for it."""

    remedy: str
    evidence: str


@dataclass(frozen=True, slots=True)
class OrderMeant:
    """Which order the customer means. `id` is None when that is unclear; `candidates` are then the
    ones to ask about. `why` names the facts or words that decided."""

    id: str | None
    candidates: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the conversation is going to end, read from its words (and, when a shop has trained its
    own model, from the facts beside them). `dissatisfied` is a probability 0…1; `parts` are its
    addends (code, weight, evidence) and sum to it. With `learned` the shop's own closed
    conversations taught it, so it stands for the whole risk; without, it is one factor of it."""

    dissatisfied: float
    learned: bool = False
    parts: tuple[tuple[str, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the words say. `language` is "zh", "en" or "other"; `models` names the versions
    that read them."""

    language: str
    issue: Issue
    emotion: Emotion
    signals: tuple[Signal, ...]
    entities: Entities
    order: OrderMeant
    requests: tuple[Request, ...] = ()
    outlook: Outlook = Outlook(0.0)
    models: str = ""
