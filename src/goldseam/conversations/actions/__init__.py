"""The writes of the inbox, as verbs: check, then do, in one transaction, then tell.

Every verb locks the conversation's row first, so two people (or a person and a message) who write at
once are put in order; what depends on the state is checked under that lock.
"""

from __future__ import annotations

from goldseam.conversations.actions.attachments import discard, forget_unsent, sweep_store, upload
from goldseam.conversations.actions.bulk import VERBS as BULK_VERBS
from goldseam.conversations.actions.bulk import begin_bulk, continue_bulk, undo_bulk
from goldseam.conversations.actions.choices import PRIORITIES, set_priority, set_remedy
from goldseam.conversations.actions.closing import FieldsMissing, close, set_close_rules
from goldseam.conversations.actions.deadlines import Deadline, set_deadlines, tell_of
from goldseam.conversations.actions.delivering import record_delivery, retry_delivery
from goldseam.conversations.actions.joining import (
    UNDO_MERGE,
    link,
    merge,
    split,
    stand_together,
    undo_merge,
    unlink,
)
from goldseam.conversations.actions.labels import change_label, drop_label, label_conversation, make_label
from goldseam.conversations.actions.mentions import see_mentions, take_news
from goldseam.conversations.actions.messages import (
    SIGNED_CHANNELS,
    add_note,
    open_conversation,
    receive_message,
    send_reply,
    signed,
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
from goldseam.conversations.actions.standing import (
    let_bot_serve,
    note_promises,
    release_from_bot,
    set_lock,
    want_person,
)
from goldseam.conversations.actions.states import (
    acknowledge,
    assign,
    hold,
    hold_many,
    hold_root,
    reopen,
    snooze,
    wake,
)
from goldseam.conversations.actions.surveys import (
    MAX_COMMENT,
    REASONS,
    answer_survey,
    ask_customer,
    language_of,
    latest_survey,
    link_of,
    survey_of,
)
from goldseam.conversations.actions.triage import (
    Triage,
    correct_issue,
    mark_signals,
    record_triage,
    record_triages,
)
from goldseam.conversations.actions.views import (
    MOST_VIEWS,
    arrange_views,
    change_view,
    copy_view,
    delete_view,
    forget_deleted_views,
    make_view,
    move_view,
    restore_view,
)
from goldseam.conversations.rows import MAX_TEXT

__all__ = [
    "BULK_VERBS",
    "MAX_COMMENT",
    "MAX_TEXT",
    "MOST_VIEWS",
    "PRIORITIES",
    "REASONS",
    "SIGNED_CHANNELS",
    "UNDO_MERGE",
    "AnsweredMeanwhile",
    "Closing",
    "Deadline",
    "FieldsMissing",
    "TakenBack",
    "Triage",
    "acknowledge",
    "add_note",
    "answer_survey",
    "arrange_views",
    "ask_customer",
    "assign",
    "begin_bulk",
    "change_label",
    "change_view",
    "close",
    "continue_bulk",
    "copy_view",
    "correct_issue",
    "delete_view",
    "discard",
    "drop_label",
    "forget_deleted_views",
    "forget_unsent",
    "hold",
    "hold_many",
    "hold_reply",
    "hold_root",
    "label_conversation",
    "language_of",
    "latest_survey",
    "let_bot_serve",
    "link",
    "link_of",
    "make_label",
    "make_view",
    "mark_signals",
    "merge",
    "move_view",
    "note_promises",
    "open_conversation",
    "overdue",
    "receive_message",
    "record_delivery",
    "record_triage",
    "record_triages",
    "refuse_second_answer",
    "release",
    "release_from_bot",
    "reopen",
    "restore_view",
    "retry_delivery",
    "see_mentions",
    "send_reply",
    "set_close_rules",
    "set_deadlines",
    "set_lock",
    "set_priority",
    "set_remedy",
    "signed",
    "snooze",
    "split",
    "stand_together",
    "survey_of",
    "sweep_store",
    "take_back",
    "take_in",
    "take_news",
    "tell_of",
    "undo_bulk",
    "undo_merge",
    "unlink",
    "upload",
    "wake",
    "want_person",
]
