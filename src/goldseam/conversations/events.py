"""What the inbox tells. Ids only: whoever listens reads through `queries`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from goldseam.engine.facts import Conversation as Facts


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """The customer wrote, at this moment."""

    shop_id: int
    conversation_id: int
    message_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ReplySubmitted:
    """A reply is about to be stored: told under the conversation's lock, before the write. A handler that
    raises a `DomainError` refuses it, and nothing is sent. `agent_id` is None for the bot; `override_reason`
    is the written reason of somebody who may decide against the rules; `at` is set when history is told;
    `facts` are those of the conversation, where the writer gathered them under this lock."""

    shop_id: int
    conversation_id: int
    agent_id: int | None
    text: str
    remedy: str
    override_reason: str
    at: datetime | None = None
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class ReplySent:
    """An agent or the bot answered the customer, at this moment."""

    shop_id: int
    conversation_id: int
    message_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ReplyTakenIn:
    """Another desk's agent or bot answered the customer at this moment, and told us."""

    shop_id: int
    conversation_id: int
    message_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteAdded:
    """Somebody wrote a private note."""

    shop_id: int
    conversation_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class ConversationAssigned:
    """The conversation got another owner, or none."""

    shop_id: int
    conversation_id: int
    agent_id: int | None


@dataclass(frozen=True, slots=True)
class ConversationSnoozed:
    """Out of sight until a moment or until the customer writes."""

    shop_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class CloseRequested:
    """Somebody (`agent_id`; None for the clock and programs) is about to close it: told under the
    conversation's lock, before the write. A handler that raises a `DomainError` refuses it."""

    shop_id: int
    conversation_id: int
    agent_id: int | None


@dataclass(frozen=True, slots=True)
class ConversationClosed:
    """Somebody said that it is solved."""

    shop_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class ConversationReopened:
    """It came back: by hand, by a new message, or because the snooze ended."""

    shop_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class PersonWanted:
    """The bot gave the conversation to the people: the customer waits for one of them."""

    shop_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class ConversationTriaged:
    """Issue, mood, risk or priority were written; `alert` says that people must look now, `is_other` that
    issue or priority are not what they were."""

    shop_id: int
    conversation_id: int
    priority: str
    alert: bool
    is_other: bool


@dataclass(frozen=True, slots=True)
class ConversationsImported:
    """Whole conversations, or messages of known ones, came in from a file: one event for a batch. No
    other event tells of their messages."""

    shop_id: int
    conversation_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConversationsMerged:
    """`source_id` was put into the conversation, or taken out of it again: its messages are others now."""

    shop_id: int
    conversation_id: int
    source_id: int


@dataclass(frozen=True, slots=True)
class ConversationSplit:
    """A part of the conversation went on as a new one."""

    shop_id: int
    conversation_id: int
    new_id: int

    @property
    def source_id(self) -> int:
        """The other conversation whose messages changed, as `ConversationsMerged` names it."""
        return self.new_id


@dataclass(frozen=True, slots=True)
class SurveySent:
    """The customer is asked how it was; the message carries the link."""

    shop_id: int
    conversation_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The customer said how it was: 1 to 5."""

    shop_id: int
    conversation_id: int
    score: int


@dataclass(frozen=True, slots=True)
class DeliveryRetried:
    """Somebody wants a reply that did not arrive to be delivered once more."""

    shop_id: int
    conversation_id: int
    message_id: int
