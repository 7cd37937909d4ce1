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
