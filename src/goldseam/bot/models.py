"""How far the bot may go, where each talk stands, what it decided and why, what became of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    """How far the bot may go."""

    OFF = "off", _("Off")
    SUGGEST = "suggest", _("Suggest to the agent")
    ANSWER = "answer", _("Answer by itself")


class BotSettings(models.Model):
    """A shop's times and limits. `assumed_hours`: silence after an answer for so long is taken as solved;
    `change_minutes`: so long a system may take for a change; `back_days`: what comes back within them after
    its end stays with whoever served it."""

    shop = models.OneToOneField("people.Shop", on_delete=models.CASCADE, primary_key=True, related_name="+")
    most_turns = models.PositiveSmallIntegerField(default=12)
    confirm_minutes = models.PositiveSmallIntegerField(default=30)
    change_minutes = models.PositiveSmallIntegerField(default=10)
    assumed_hours = models.PositiveSmallIntegerField(default=24)
    back_days = models.PositiveSmallIntegerField(default=3)

    def __str__(self) -> str:
        return f"bot of {self.shop_id}"


class Switch(models.Model):
    """How far the bot may go for an issue in a channel; an empty issue or channel means all that have no
    row of their own. The most particular row counts, the issue before the channel; without any it is
    off."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    issue = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    mode = models.CharField(max_length=10, choices=Mode.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "issue", "channel"], name="one_switch_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.issue or '*'} × {self.channel or '*'}: {self.mode}"


class Outcome(models.TextChoices):
    """What became of a case that the bot answered. Silence is never a confirmation."""

    CONFIRMED = "confirmed", _("Confirmed")
    ASSUMED = "assumed", _("Assumed")
    REOPENED = "reopened", _("Reopened")


class Case(models.Model):
    """One issue that the bot took up in a conversation. `handed_over` is the reason (a code of the assess
    contract) when people went on; `taken_at` when a person wrote before the bot was done."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="bot_cases"
    )
    issue = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    handed_over = models.CharField(max_length=30, blank=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["shop", "began_at", "issue"], name="bot_case_figures"),
            models.Index(
                fields=["answered_at"],
                condition=models.Q(ended_at=None, answered_at__isnull=False),
                name="bot_case_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue} in {self.conversation_id}"


class Talk(models.Model):
    """Where the bot stands in a conversation: its memory (`goldseam.engine.bot.facts.State`), the case in
    hand, the guide it walks with the customer. What a person said before `since` keeps it silent no
    longer."""

    conversation = models.OneToOneField(
        "conversations.Conversation", on_delete=models.CASCADE, primary_key=True, related_name="bot_talk"
    )
    state = models.JSONField(default=dict)
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, related_name="+")
    walk = models.ForeignKey("knowledge.Walk", on_delete=models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"talk in {self.conversation_id}"


class Turn(models.Model):
    """One decision, with what it rests on. `text` and `details` are what was said, or, in the mode "suggest",
    what an agent may say."""

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="bot_turns"
    )
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, related_name="turns")
    message = models.ForeignKey("conversations.Message", on_delete=models.CASCADE, related_name="+")
    reply = models.ForeignKey("conversations.Message", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    mode = models.CharField(max_length=10, choices=Mode.choices)
    kind = models.CharField(max_length=12)
    topic = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=120, blank=True)
    evidence = models.JSONField(default=list)
    sources = models.JSONField(default=list)
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    version = models.CharField(max_length=40)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message"], name="one_bot_turn_per_message")]
        indexes = [models.Index(fields=["conversation", "-id"], name="bot_turn_latest")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.conversation_id}"


class ChangeState(models.TextChoices):
    """How a change stands that a customer has confirmed."""

    WAITING = "waiting", _("Waiting for the shop's system")
    DONE = "done", _("Carried out")
    FAILED = "failed", _("Failed")
    LATE = "late", _("No answer in time")


class Change(models.Model):
    """A change that a customer confirmed word for word, for the shop's own system. `key` is the proposal's:
    the same yes twice is one change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="bot_changes"
    )
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, related_name="changes")
    message = models.ForeignKey(
        "conversations.Message", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)
    order_number = models.CharField(max_length=120)
    details = models.JSONField(default=dict)
    words = models.TextField()
    policy = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.WAITING)
    why = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "key"], name="one_change_per_yes")]
        indexes = [
            models.Index(fields=["shop", "-asked_at"], name="bot_change_latest"),
            models.Index(fields=["asked_at"], condition=models.Q(state="waiting"), name="bot_change_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order_number}: {self.state}"
