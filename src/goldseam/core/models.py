"""Tables without domain: the audit trail, and how many calls a program made."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One write: who did what to which thing, with the values before and after. Never changed."""

    at = models.DateTimeField(auto_now_add=True)
    shop_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=200)
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    origin = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["shop_id", "-id"], name="audit_by_shop"),
            models.Index(fields=["subject", "-id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"


class RateWindow(models.Model):
    """How many calls a key made in its latest minute. Written by `goldseam.core.api.count_call`."""

    key = models.CharField(max_length=120, primary_key=True)
    minute = models.DateTimeField()
    calls = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.calls}"


class LlmCall(models.Model):
    """One call of a language model: what it cost, how long it took, and what became of the answer. `prompt`
    and `answer` are masked as they travelled. `cost` is reserved before the call is made and corrected
    after it; currency and prices are the site's (GOLDSEAM_LLM_PRICE_IN, …_OUT)."""

    class State(models.TextChoices):
        """What became of it."""

        ASKED = "asked"
        USED = "used"
        REFUSED = "refused"
        FAILED = "failed"
        NOT_MADE = "not_made"

    shop_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    task = models.CharField(max_length=40)
    model = models.CharField(max_length=120)
    subject = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    error = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    problems = models.JSONField(default=list)
    prompt = models.TextField()
    answer = models.TextField(blank=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    latency_ms = models.PositiveIntegerField(null=True)
    rating = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["shop_id", "-at"], name="llm_by_shop"),
            models.Index(fields=["model", "-id"], name="llm_by_model"),
        ]

    def __str__(self) -> str:
        return f"{self.task} by {self.model}: {self.state}"
