"""How people arrange the list: labels, saved views, each person's order of them, and changes of many
conversations at once.

Registered through `models.py`, which other rooms and the room's own modules import."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class LabelColour(models.TextChoices):
    """The colours a label may have; each is a token with enough contrast in light and dark."""

    STONE = "stone", _("Stone")
    CLAY = "clay", _("Clay")
    AMBER = "amber", _("Amber")
    MOSS = "moss", _("Moss")
    JADE = "jade", _("Jade")
    LAKE = "lake", _("Lake")
    INDIGO = "indigo", _("Indigo")
    PLUM = "plum", _("Plum")


class Label(models.Model):
    """A word of the shop's own for conversations. Rows of conversations hold the ids."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=10, choices=LabelColour.choices, default=LabelColour.STONE)
    description = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "name"], name="one_label_per_name")]

    def __str__(self) -> str:
        return self.name


class ViewScope(models.TextChoices):
    """Who sees a saved view."""

    PRIVATE = "private", _("Only me")
    TEAM = "team", _("A team")
    SHOP = "shop", _("Everybody in the shop")


class ViewOrder(models.TextChoices):
    """In which order a saved view lists."""

    URGENCY = "urgency", _("Most urgent first")
    LATEST = "latest", _("Newest message first")
    OLDEST = "oldest", _("Oldest conversation first")
    DUE = "due", _("Next deadline first")


class SavedView(models.Model):
    """A named filter. `filter` is the JSON of `filters.py`, with its version. A deleted view keeps its row
    for a while, so that deleting can be undone."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="views")
    owner = models.ForeignKey("people.Agent", on_delete=models.CASCADE, null=True, related_name="+")
    scope = models.CharField(max_length=10, choices=ViewScope.choices, default=ViewScope.PRIVATE)
    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=60)
    filter = models.JSONField()
    order = models.CharField(max_length=10, choices=ViewOrder.choices, default=ViewOrder.URGENCY)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["shop", "scope"], name="view_by_shop")]

    def __str__(self) -> str:
        return self.name


class ViewPlace(models.Model):
    """Where a person wants a saved view in their own list; views without a place come last, by name."""

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="places")
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "view"], name="one_place_per_view")]

    def __str__(self) -> str:
        return f"{self.view_id} at {self.position}"


class BulkRun(models.Model):
    """One change of many conversations. `ids` in order of id; the first `position` of them are dealt with.
    `done` holds what each changed row had before ([id, before]), `refused` why another was not changed
    ([id, words]). `key` makes a repeated request the same run."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    verb = models.CharField(max_length=20)
    value = models.JSONField()
    ids = ArrayField(models.BigIntegerField())
    position = models.PositiveIntegerField(default=0)
    done = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="undone_by")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "key"], name="one_bulk_run_per_key")]

    def __str__(self) -> str:
        return f"{self.verb} {self.position}/{len(self.ids)}"
