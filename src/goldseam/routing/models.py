"""Who can do what and when, who got which conversation and why, and what hard ones cost people."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    """What the shop lets be done by itself."""

    OFF = "off", _("Off")
    SUGGEST = "suggest", _("Suggest")
    ASSIGN = "assign", _("Assign")


class HandOver(models.TextChoices):
    """What becomes of the open conversations of somebody whose shift ends."""

    STAY = "stay", _("They stay")
    QUEUE = "queue", _("Back to the queue")
    NEXT = "next", _("To the next free person")


class RoutingSettings(models.Model):
    """A shop's choices. `weights` holds what differs from the shipped ones (see docs/routing.md)."""

    shop = models.OneToOneField("people.Shop", on_delete=models.CASCADE, related_name="routing")
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.OFF)
    hand_over = models.CharField(max_length=10, choices=HandOver.choices, default=HandOver.STAY)
    prefer_last = models.BooleanField(default=True)
    relax_skills = models.BooleanField(default=True)
    lead_minutes = models.PositiveSmallIntegerField(default=5)
    admin_minutes = models.PositiveSmallIntegerField(default=15)
    weights = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"routing of {self.shop_id}: {self.mode}"


class Profile(models.Model):
    """What a person can take in a shop. Empty lists mean "anything"; `hours` holds seven texts, Monday first,
    and is empty for somebody without fixed shifts. `handed_over_at` is when the latest shift's end was dealt
    with."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="profiles")
    issues = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    products = models.JSONField(default=list)
    most_open = models.PositiveSmallIntegerField(default=12)
    most_hard = models.PositiveSmallIntegerField(default=4)
    hours = models.JSONField(default=list)
    takes_part = models.BooleanField(default=True)
    handed_over_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "agent"], name="one_profile_per_person")]

    def __str__(self) -> str:
        return f"profile of {self.agent_id}"


class PlacementState(models.TextChoices):
    """What became of a search for a person."""

    ASSIGNED = "assigned", _("Assigned")
    SUGGESTED = "suggested", _("Suggested")
    TAKEN = "taken", _("Suggestion taken")
    PASSED = "passed", _("Suggestion passed over")
    NOBODY = "nobody", _("Nobody found")
    HANDED_OVER = "handed_over", _("Handed over")


class Placement(models.Model):
    """One search for a person: whom it found, why, and how everybody else stood."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="placements"
    )
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=PlacementState.choices)
    furious = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    considered = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["conversation", "-id"], name="placement_of_conversation"),
            models.Index(fields=["shop", "-id"], name="placement_latest"),
            models.Index(fields=["shop", "agent", "-at"], name="placement_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.conversation_id} → {self.agent_id}"


class Strain(models.Model):
    """What one conversation cost one person: `points` at the moment `at`, worn off since. A conversation that
    gets worse costs more; it never costs the same person twice."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="+")
    points = models.FloatField()
    furious = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "conversation"], name="one_strain_per_conversation")
        ]
        indexes = [models.Index(fields=["shop", "-at"], name="strain_latest")]

    def __str__(self) -> str:
        return f"{self.points} for {self.agent_id}"


class Escalation(models.Model):
    """An alert that nobody acknowledged, and to whom it went; once per alert and step."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="escalations"
    )
    step = models.CharField(max_length=5, choices=[("lead", _("Lead")), ("admin", _("Admin"))])
    alerted_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "alerted_at", "step"], name="one_escalation_per_step"
            )
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} to {self.step}"
