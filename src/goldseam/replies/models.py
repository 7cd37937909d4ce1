"""Words and deeds that people use again and again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """Who sees a canned reply or a macro."""

    ME = "me", _("Only me")
    TEAM = "team", _("A team")
    ALL = "all", _("Everybody in the shop")


class Shared(models.Model):
    """What both kinds share. With an `owner` it is that person's alone, with a `team` the team's, with
    neither the whole shop's. `uses` counts, so that the usual comes first."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey("people.Agent", on_delete=models.CASCADE, null=True, related_name="+")
    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, null=True, related_name="+")
    language = models.CharField(max_length=10, default="zh")
    text = models.TextField(blank=True)
    uses = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @property
    def scope(self) -> Scope:
        """Who sees it."""
        if self.owner_id:
            return Scope.ME
        return Scope.TEAM if self.team_id else Scope.ALL


class CannedReply(Shared):
    """A text with a short name (`shortcut`) under which it is typed: "/delay". The text may hold variables
    such as {{order.tracking_no}}, which are filled in from the conversation's facts."""

    shortcut = models.CharField(max_length=40)
    title = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "owner", "team", "shortcut"],
                name="one_canned_reply_per_shortcut",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class Macro(Shared):
    """A text (or none) with deeds: `steps` is described in `steps.py`."""

    name = models.CharField(max_length=120)
    steps = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "owner", "team", "name"], name="one_macro_per_name", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class MacroRun(models.Model):
    """A macro that was carried out; the same `key` again is the same run."""

    macro = models.ForeignKey(Macro, on_delete=models.SET_NULL, null=True, related_name="runs")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="macro_runs"
    )
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "key"], name="one_macro_run_per_key")]

    def __str__(self) -> str:
        return f"{self.macro_id} in {self.conversation_id}"
