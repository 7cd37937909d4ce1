"""The one table: which event leads to which handlers, in this order, in the same transaction."""

from __future__ import annotations

from goldseam.approvals import events as approvals
from goldseam.approvals import waits
from goldseam.approvals.actions import refuse_closing
from goldseam.approvals.following import follow_merge as move_requests
from goldseam.bot.actions import note_closing, take_turn
from goldseam.channels.webchat.actions import follow_reply
from goldseam.channels.webhook.actions import redeliver_message, tell
from goldseam.commerce.events import OrderChanged, OrdersChanged
from goldseam.conversations import events as inbox
from goldseam.conversations.actions.handover import hand_over
from goldseam.copilot.actions import assess_after_message, assess_joined, read_question
from goldseam.copilot.approving import judge_request
from goldseam.copilot.booking import book_grant, book_promise, follow_split, unbook_promise
from goldseam.copilot.bulk import assess_after_orders, assess_after_promise, assess_imported
from goldseam.copilot.crisis import watch_imported
from goldseam.copilot.gate import judge_reply, keep_word, read_taken_in
from goldseam.copilot.tryout import defer_tryout
from goldseam.core.events import Handler
from goldseam.knowledge.events import QuestionKept
from goldseam.ledger.actions import follow_merge as move_entries
from goldseam.ledger.settling import settle_refunds
from goldseam.people.events import PersonCameBack, PersonLeft
from goldseam.policies.events import TryOutRequested
from goldseam.promises import events as promises
from goldseam.promises.actions import follow_messages, follow_owner, settle_after_orders, settle_after_reply
from goldseam.replies.actions import refuse_unfilled
from goldseam.routing.actions import serve_queue_soon
from goldseam.routing.placing import follow_assignment, route_after_bot, route_after_message
from goldseam.sla import moves as clocks
from goldseam.sla.changes import reckon_later
from goldseam.sla.events import TimesChanged

WIRING: dict[type, tuple[Handler, ...]] = {
    PersonLeft: (hand_over,),
    OrderChanged: (settle_refunds, settle_after_orders, assess_after_orders),
    OrdersChanged: (settle_refunds, settle_after_orders, assess_after_orders),
    inbox.MessageReceived: (
        assess_after_message,
        clocks.on_received,
        tell,
        take_turn,
        route_after_message,
    ),
    inbox.PersonWanted: (clocks.on_person_wanted, route_after_bot, tell),
    inbox.ConversationsImported: (assess_imported, watch_imported, clocks.on_imported),
    TryOutRequested: (defer_tryout,),
    inbox.ReplyTakenIn: (settle_after_reply, read_taken_in, clocks.on_replied),
    TimesChanged: (reckon_later, waits.reckon_later),
    PersonCameBack: (serve_queue_soon,),
    inbox.ReplySubmitted: (refuse_unfilled, judge_reply),
    inbox.NoteAdded: (settle_after_reply,),
    inbox.ConversationsMerged: (follow_messages, move_entries, move_requests, assess_joined, tell),
    inbox.ConversationSplit: (follow_messages, follow_split, assess_joined),
    inbox.SurveySent: (follow_reply, tell),
    inbox.SurveyAnswered: (tell,),
    inbox.DeliveryRetried: (redeliver_message,),
    promises.PromiseMade: (book_promise, tell),
    promises.PromiseDueSoon: (tell,),
    promises.PromiseKept: (assess_after_promise, tell),
    promises.PromiseBroken: (assess_after_promise, tell),
    promises.PromiseWithdrawn: (
        unbook_promise,
        assess_after_promise,
        tell,
    ),
    inbox.ReplySent: (
        settle_after_reply,
        keep_word,
        clocks.on_replied,
        follow_reply,
        tell,
    ),
    inbox.ConversationAssigned: (
        clocks.on_assigned,
        follow_assignment,
        follow_owner,
        tell,
    ),
    inbox.ConversationSnoozed: (
        clocks.on_snoozed,
        tell,
    ),
    inbox.ConversationClosed: (
        clocks.on_closed,
        note_closing,
        tell,
    ),
    inbox.ConversationReopened: (
        clocks.on_reopened,
        tell,
    ),
    inbox.ConversationTriaged: (
        clocks.on_triaged,
        tell,
    ),
    QuestionKept: (read_question,),
    inbox.CloseRequested: (refuse_closing,),
    approvals.TermsWanted: (judge_request,),
    approvals.RequestRaised: (tell,),
    approvals.RequestDecided: (tell,),
    approvals.RequestWithdrawn: (tell,),
    approvals.GrantUsed: (book_grant, tell),
    approvals.GrantReturned: (tell,),
}
