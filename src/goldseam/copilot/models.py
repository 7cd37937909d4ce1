"""Every decision of the engine with the facts it stood on, and what people said about it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Decision(models.Model):
    """One assessment: `facts` is the contract's input, `assessment` its output, `extra` what only the
    workbench shows (spans, mood course, requests). Facts and versions allow a replay."""

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="decisions"
    )
    made_at = models.DateTimeField()
    facts = models.JSONField()
    assessment = models.JSONField()
    extra = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["conversation", "-id"], name="decision_latest")]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class Correction(models.Model):
    """A person's better answer; learned from later. `part` is "issue" and the values are codes, or it is one
    of the panel's parts and `after` the verdict on it."""

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="corrections"
    )
    decision = models.ForeignKey(Decision, on_delete=models.SET_NULL, null=True)
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True)
    part = models.CharField(max_length=20)
    before = models.CharField(max_length=60, blank=True)
    after = models.CharField(max_length=60)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.part}: {self.before} → {self.after}"


class Wording(models.Model):
    """A text that a language model was asked to word, and what the judge made of it. `original` is the
    template, the agent's text or the question; `text` the reply, `summary` the lines of a summary and
    `sources` the ids of the articles that an answer cites. `decision` is what it stands on: after a later
    one it is old."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waiting")
        READY = "ready", _("Ready")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="wordings"
    )
    decision = models.ForeignKey(Decision, on_delete=models.SET_NULL, null=True)
    task = models.CharField(max_length=20)
    original = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    text = models.TextField(blank=True)
    summary = models.JSONField(null=True)
    sources = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    reason = models.CharField(max_length=40, blank=True)
    call_id = models.BigIntegerField(null=True)
    rating = models.CharField(max_length=10, blank=True)
    asked_by = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["conversation", "task", "-id"], name="wording_latest")]

    def __str__(self) -> str:
        return f"{self.task}: {self.state}"


class CheckedReply(models.Model):
    """A reply as it was judged before it left. `facts` and `author` are what it was judged by, `result` the
    check's contract, `extra` what each part costs (gift, grant, due moment); with `pack` and `digest` it can
    be judged again. `message` is empty only inside the transaction that sends it. `taken_in`: another desk
    sent it, so it was judged after it had left."""

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="checked_replies"
    )
    message = models.OneToOneField(
        "conversations.Message", on_delete=models.CASCADE, null=True, related_name="checked"
    )
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    text = models.TextField()
    remedy = models.CharField(max_length=30, blank=True)
    verdict = models.CharField(max_length=20)
    author = models.JSONField()
    facts = models.JSONField()
    result = models.JSONField()
    extra = models.JSONField(default=dict)
    pack = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    taken_in = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["conversation", "-id"], name="checked_reply_latest")]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.text[:60]}"


class CrisisKind(models.TextChoices):
    """Dangers to people that come before everything else; codes of the signals."""

    SELF_HARM = "self_harm", _("The customer may harm themselves")
    INJURY = "injury", _("Somebody is hurt")
    THREAT = "threat_to_staff", _("A threat against staff")


class Crisis(models.Model):
    """A danger to people in a conversation, from its first sign until a lead releases it. `steps` are the
    protocol's steps that were done: {step: {"by": agent id, "name": …, "at": moment}}. A lead who
    does not answer the call in time is followed by the admins (`escalated_at`)."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="crises"
    )
    kind = models.CharField(max_length=20, choices=CrisisKind.choices)
    evidence = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField()
    seen_message_id = models.BigIntegerField(default=0)
    steps = models.JSONField(default=dict)
    escalated_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    release_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=models.Q(released_at=None), name="one_open_crisis"
            ),
            models.CheckConstraint(
                condition=models.Q(released_at=None) | ~models.Q(release_reason=""),
                name="crisis_released_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["shop", "began_at"], condition=models.Q(released_at=None), name="crisis_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.conversation_id}"
