"""The writes of the inbox, as verbs: check, then do, in one transaction, then tell.

Every verb locks the conversation's row first, so two people (or a person and a message) who write at
once are put in order; what depends on the state is checked under that lock.
"""

from __future__ import annotations

from goldseam.conversations.actions.attachments import discard, forget_unsent, sweep_store, upload
from goldseam.conversations.actions.choices import PRIORITIES, set_priority, set_remedy
from goldseam.conversations.actions.closing import FieldsMissing, close, set_close_rules
from goldseam.conversations.actions.deadlines import set_deadline
from goldseam.conversations.actions.delivering import record_delivery, retry_delivery
from goldseam.conversations.actions.joining import UNDO_MERGE, link, merge, split, undo_merge, unlink
from goldseam.conversations.actions.mentions import see_mentions, take_news
from goldseam.conversations.actions.messages import (
    add_note,
    open_conversation,
    receive_message,
    send_reply,
    take_in,
)
from goldseam.conversations.actions.outbox import (
    AnsweredMeanwhile,
    Closing,
    TakenBack,
    hold_reply,
    overdue,
    refuse_second_answer,
    release,
    take_back,
)
from goldseam.conversations.actions.standing import note_promises, set_lock
from goldseam.conversations.actions.states import acknowledge, assign, hold, reopen, snooze, wake
from goldseam.conversations.actions.surveys import answer_survey, ask_customer, link_of, survey_of
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
    "PRIORITIES",
    "UNDO_MERGE",
    "AnsweredMeanwhile",
    "Closing",
    "FieldsMissing",
    "TakenBack",
    "Triage",
    "acknowledge",
    "add_note",
    "answer_survey",
    "ask_customer",
    "assign",
    "close",
    "correct_issue",
    "discard",
    "forget_unsent",
    "hold",
    "hold_reply",
    "link",
    "link_of",
    "mark_signals",
    "merge",
    "note_promises",
    "open_conversation",
    "overdue",
    "receive_message",
    "record_delivery",
    "record_triage",
    "record_triages",
    "refuse_second_answer",
    "release",
    "reopen",
    "retry_delivery",
    "see_mentions",
    "send_reply",
    "set_close_rules",
    "set_deadline",
    "set_lock",
    "set_priority",
    "set_remedy",
    "snooze",
    "split",
    "survey_of",
    "sweep_store",
    "take_back",
    "take_in",
    "take_news",
    "undo_merge",
    "unlink",
    "upload",
    "wake",
]
