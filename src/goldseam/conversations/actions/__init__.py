"""The writes of the inbox, as verbs: check, then do, in one transaction, then tell.

Every verb locks the conversation's row first, so two people (or a person and a message) who write at
once are put in order; what depends on the state is checked under that lock.
"""

from __future__ import annotations

from goldseam.conversations.actions.deadlines import set_deadline
from goldseam.conversations.actions.messages import (
    add_note,
    open_conversation,
    receive_message,
    send_reply,
    take_in,
)
from goldseam.conversations.actions.standing import note_promises, set_lock
from goldseam.conversations.actions.states import acknowledge, assign, close, hold, reopen, snooze, wake
from goldseam.conversations.actions.triage import (
    Triage,
    correct_issue,
    mark_signals,
    record_triage,
    record_triages,
)
from goldseam.conversations.rows import MAX_TEXT

__all__ = [
    "MAX_TEXT",
    "Triage",
    "acknowledge",
    "add_note",
    "assign",
    "close",
    "correct_issue",
    "hold",
    "mark_signals",
    "note_promises",
    "open_conversation",
    "receive_message",
    "record_triage",
    "record_triages",
    "reopen",
    "send_reply",
    "set_deadline",
    "set_lock",
    "snooze",
    "take_in",
    "wake",
]
