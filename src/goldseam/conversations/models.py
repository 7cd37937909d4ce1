"""Threads and what stands in them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from goldseam.conversations.list_tables import BulkRun as BulkRun
from goldseam.conversations.list_tables import Label as Label
from goldseam.conversations.list_tables import LabelColour as LabelColour
from goldseam.conversations.list_tables import SavedView as SavedView
from goldseam.conversations.list_tables import ViewOrder as ViewOrder
from goldseam.conversations.list_tables import ViewPlace as ViewPlace
from goldseam.conversations.list_tables import ViewScope as ViewScope
from goldseam.conversations.thread_tables import Attachment as Attachment
from goldseam.conversations.thread_tables import Cause as Cause
from goldseam.conversations.thread_tables import CloseRules as CloseRules
from goldseam.conversations.thread_tables import ConversationLink as ConversationLink
from goldseam.conversations.thread_tables import Delivery as Delivery
from goldseam.conversations.thread_tables import HeldReply as HeldReply
from goldseam.conversations.thread_tables import Mention as Mention
from goldseam.conversations.thread_tables import Merge as Merge
from goldseam.conversations.thread_tables import Presence as Presence
from goldseam.conversations.thread_tables import Survey as Survey


class Status(models.TextChoices):
    """Where a conversation stands."""

    OPEN = "open", _("Open")
    SNOOZED = "snoozed", _("Snoozed")
    CLOSED = "closed", _("Closed")


class MessageRole(models.TextChoices):
    """Who speaks; the roles of the assess contract."""

    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    BOT = "bot", _("Bot")
    SYSTEM = "system", _("System")


class Outcome(models.TextChoices):
    """How it ended for the customer, as far as is known."""

    SATISFIED = "satisfied", _("Satisfied")
    ACCEPTED = "accepted", _("Accepted")
    UNSATISFIED = "unsatisfied", _("Unsatisfied")
    UNKNOWN = "unknown", _("Unknown")


class SlaState(models.TextChoices):
    """How the clock stands that runs out next; empty without a clock."""

    RUNNING = "running", _("In time")
    WARNING = "warning", _("Nearly due")
    BREACHED = "breached", _("Overdue")
    PAUSED = "paused", _("Clock paused")


class BotState(models.TextChoices):
    """What the bot has to do with a conversation now; empty when nothing."""

    SERVING = "serving", _("With the bot")
    WANTED = "wanted", _("Given over by the bot")


class Conversation(models.Model):
    """One thread with one customer. The triage columns repeat the latest decision, so that a list page
    is one indexed read; `rank` orders the inbox: smaller is more urgent. `promise_due_at` is the earliest
    due moment of the promises still open, `promises_broken` counts the broken ones; `locked_at` is set while
    a danger to people keeps machines from answering; `sla_due_at`, `sla_kind` (first, next, resolution) and
    `sla_state` are those of the clock that runs out next. `bot` is "serving" while the bot answers by itself
    and "wanted" from its giving over until a person answers. Higher rooms keep these up to date."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE)
    external_id = models.CharField(max_length=120)
    customer = models.ForeignKey(
        "commerce.Customer", on_delete=models.SET_NULL, null=True, related_name="conversations"
    )
    order = models.ForeignKey(
        "commerce.Order", on_delete=models.SET_NULL, null=True, related_name="conversations"
    )
    channel = models.CharField(max_length=20, default="api")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    assignee = models.ForeignKey(
        "people.Agent", on_delete=models.SET_NULL, null=True, related_name="conversations"
    )
    created_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    remedy = models.CharField(max_length=30, blank=True)
    snippet = models.CharField(max_length=160, blank=True)
    issue = models.CharField(max_length=40, blank=True)
    issue_confidence = models.FloatField(default=0.0)
    issue_corrected = models.BooleanField(default=False)
    emotion = models.CharField(max_length=20, blank=True)
    intensity = models.PositiveSmallIntegerField(default=0)
    risk_score = models.FloatField(default=0.0)
    risk_level = models.CharField(max_length=10, default="low")
    priority = models.CharField(max_length=2, default="P2")
    handover = models.CharField(max_length=30, blank=True)
    liable_party = models.CharField(max_length=20, blank=True, default="")
    promise_due_at = models.DateTimeField(null=True)
    promises_broken = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True)
    sla_due_at = models.DateTimeField(null=True)
    sla_kind = models.CharField(max_length=10, blank=True, default="")
    sla_state = models.CharField(max_length=10, choices=SlaState.choices, blank=True, default="")
    priority_corrected = models.BooleanField(default=False)
    cause = models.CharField(max_length=40, blank=True, default="")
    bot = models.CharField(max_length=10, choices=BotState.choices, blank=True, default="")
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="merged_from")
    alerted_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        "people.Agent", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    label_ids = ArrayField(models.BigIntegerField(), default=list)
    search = SearchVectorField(null=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "external_id"], name="one_conversation_per_id")
        ]
        indexes = [
            models.Index(
                fields=["shop", "status", "priority", "waiting_since", "id"], name="conversation_inbox"
            ),
            models.Index(
                fields=["shop", "assignee", "status", "priority", "waiting_since", "id"],
                name="conversation_mine",
            ),
            models.Index(
                fields=["shop", "priority", "waiting_since", "id"],
                condition=models.Q(status="open", assignee=None),
                name="conversation_unassigned",
            ),
            models.Index(
                fields=["shop", "snoozed_until", "id"],
                condition=models.Q(status="snoozed"),
                name="conversation_asleep",
            ),
            models.Index(
                fields=["shop", "-closed_at", "-id"],
                condition=models.Q(status="closed"),
                name="conversation_done",
            ),
            models.Index(fields=["shop", "-last_message_at", "-id"], name="conversation_latest"),
            models.Index(
                fields=["shop", "priority", "alerted_at"],
                condition=models.Q(status="open", acknowledged_by=None, alerted_at__isnull=False),
                name="conversation_alerts",
            ),
            models.Index(fields=["customer", "-created_at"], name="conversation_by_customer"),
            models.Index(fields=["shop", "issue", "closed_at"], name="conversation_by_issue"),
            models.Index(
                fields=["snoozed_until"], condition=models.Q(status="snoozed"), name="conversation_snoozed"
            ),
            models.Index(
                fields=["shop", "promise_due_at", "id"],
                condition=models.Q(promise_due_at__isnull=False),
                name="conversation_promises",
            ),
            models.Index(
                fields=["shop", "sla_due_at", "id"],
                condition=models.Q(sla_due_at__isnull=False),
                name="conversation_deadlines",
            ),
            GinIndex(fields=["search"], name="conversation_search"),
            GinIndex(fields=["label_ids"], name="conversation_labels"),
        ]

    def __str__(self) -> str:
        return self.external_id


class Message(models.Model):
    """Something said (or, with `is_note`, written for colleagues only). `external_id` is the sender's
    idempotency key: the same key in a conversation is the same message. `marks` are the stretches that show
    a danger sign: [start, end, signal code], as the latest decision read them. `origin` is the conversation
    it was said in, when it stands in another one since a merge or a split. `event` names what happened to
    the thread itself (merged, rated …), with its `details`; such lines are notes of the system. The `details`
    of a reply are what a door shows beside it: `choices`, `links`, `ask`. `override_reason` says why a lead
    sent words that the rules forbid."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    external_id = models.CharField(max_length=160, null=True)  # noqa: DJ001  NULLs do not collide
    role = models.CharField(max_length=10, choices=MessageRole.choices)
    author = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    is_note = models.BooleanField(default=False)
    text = models.TextField()
    at = models.DateTimeField()
    remedy = models.CharField(max_length=30, blank=True)
    override_reason = models.CharField(max_length=500, blank=True, default="")
    marks = models.JSONField(default=list)
    origin = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, related_name="+")
    event = models.CharField(max_length=20, blank=True, default="")
    details = models.JSONField(default=dict)
    delivery = models.CharField(max_length=10, choices=Delivery.choices, blank=True, default="")
    delivery_error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "external_id"], name="one_message_per_key")
        ]
        indexes = [models.Index(fields=["conversation", "at", "id"], name="message_in_order")]

    def __str__(self) -> str:
        return self.text[:60]


class ReadMark(models.Model):
    """Up to which moment a person has seen a conversation; what came later is unread for them."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="read_marks")
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "conversation"], name="one_read_mark_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} saw {self.conversation_id} at {self.seen_at}"
