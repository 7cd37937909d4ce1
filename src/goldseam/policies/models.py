"""A shop's policy packs in versions, and what trying one out on the past has shown."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """A version's life: written, handed in, in force, replaced."""

    DRAFT = "draft", pgettext_lazy("policy version", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("policy version", "Waits for approval")
    PUBLISHED = "published", pgettext_lazy("policy version", "In force")
    RETIRED = "retired", pgettext_lazy("policy version", "Replaced")
    DISCARDED = "discarded", pgettext_lazy("policy version", "Discarded")


OPEN = (State.DRAFT, State.SUBMITTED)


class PolicyPack(models.Model):
    """A shop's own pack in the place of a shipped one (`base`). Its row is the lock of all its versions."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="policy_packs")
    base = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "base"], name="one_pack_per_base")]

    def __str__(self) -> str:
        return f"{self.shop}: {self.base}"


class PackVersion(models.Model):
    """One version; `body` is the pack in canonical form and never changes once it has been published. `label`
    stands beside each decision ("porcelain.default@3").

    `based_on` is the version it was started from, `shipped` the label of the shipped pack otherwise.
    `editors` are the ids of everybody who changed it: none of them may approve it. `revision` counts the
    changes, so that nobody overwrites what a colleague wrote meanwhile."""

    pack = models.ForeignKey(PolicyPack, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    based_on = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    shipped = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    editors = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)
    author = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    approver = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "number"], name="pack_version_number"),
            models.UniqueConstraint(
                fields=["pack"], condition=Q(state=State.PUBLISHED), name="one_published_version"
            ),
            models.UniqueConstraint(fields=["pack"], condition=Q(state__in=OPEN), name="one_open_version"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_open(self) -> bool:
        """Whether it is still being written or waits for approval."""
        return self.state in OPEN


class KeptPack(models.Model):
    """A pack that some release of the software shipped, kept so that old decisions can be replayed."""

    label = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "digest"], name="one_kept_pack")]

    def __str__(self) -> str:
        return self.label


class TryOut(models.Model):
    """A version run over past decisions, beside the pack in force. `digest` is that of the body that was run;
    `result` holds the sums and examples, see `goldseam.policies.outcome`."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", pgettext_lazy("try-out", "Waits")
        RUNNING = "running", pgettext_lazy("try-out", "Runs")
        DONE = "done", pgettext_lazy("try-out", "Done")
        FAILED = "failed", pgettext_lazy("try-out", "Failed")

    version = models.ForeignKey(PackVersion, on_delete=models.CASCADE, related_name="tryouts")
    digest = models.CharField(max_length=64)
    against = models.CharField(max_length=80)
    wanted = models.PositiveIntegerField()
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict)
    asked_by = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("try-out")

    def __str__(self) -> str:
        return f"try-out {self.pk}"
