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
    """A person's better answer; learned from later. `part` is "issue", values are codes."""

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
