"""The one table: which event leads to which handlers, in this order, in the same transaction."""

from __future__ import annotations

from goldseam.approvals import events as approvals
from goldseam.approvals.actions import refuse_closing
from goldseam.channels.webhook.actions import tell
from goldseam.commerce.events import OrderChanged, OrdersChanged
from goldseam.conversations import events as inbox
from goldseam.copilot.actions import assess_after_message
from goldseam.copilot.approving import judge_request
from goldseam.copilot.bulk import assess_after_orders, assess_imported
from goldseam.copilot.tryout import defer_tryout
from goldseam.core.events import Handler
from goldseam.policies.events import TryOutRequested

WIRING: dict[type, tuple[Handler, ...]] = {
    OrderChanged: (assess_after_orders,),
    OrdersChanged: (assess_after_orders,),
    inbox.MessageReceived: (assess_after_message, tell),
    inbox.ConversationsImported: (assess_imported,),
    TryOutRequested: (defer_tryout,),
    inbox.ReplySent: (tell,),
    inbox.ConversationAssigned: (tell,),
    inbox.ConversationSnoozed: (tell,),
    inbox.ConversationClosed: (tell,),
    inbox.ConversationReopened: (tell,),
    inbox.ConversationTriaged: (tell,),
    inbox.CloseRequested: (refuse_closing,),
    approvals.TermsWanted: (judge_request,),
    approvals.RequestRaised: (tell,),
    approvals.RequestDecided: (tell,),
    approvals.RequestWithdrawn: (tell,),
    approvals.GrantUsed: (tell,),
}
