"""Every decision of the engine with the facts it stood on, and what people said about it."""

from __future__ import annotations

from django.db import models


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
