"""What customers asked in vain, and what they said of articles.

Registered through `models.py`, which other modules import."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ArticleVote(models.Model):
    """A reader's word on an article, one per reader (`key`, which says nothing of them) and day; the last
    word counts."""

    article = models.ForeignKey("knowledge.Article", on_delete=models.CASCADE, related_name="votes")
    key = models.CharField(max_length=64)
    helped = models.BooleanField()
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "key"], name="one_vote_per_reader")]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.helped}"


class Gap(models.Model):
    """Questions that mean the same and that no article answers well. `proposal` is a draft with its sources
    (`goldseam.knowledge.gap_drafts`), renewed while `is_stale`; `article` is what a person let answer it:
    written anew, or (`was_added`) given these questions."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", pgettext_lazy("gap", "Open")
        ANSWERED = "answered", pgettext_lazy("gap", "Answered")
        DISMISSED = "dismissed", pgettext_lazy("gap", "Dismissed")

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="gaps")
    title = models.CharField(max_length=300)
    issue = models.CharField(max_length=40, blank=True)
    product = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    is_stale = models.BooleanField(default=True)
    proposal = models.JSONField(default=dict)
    article = models.ForeignKey("knowledge.Article", on_delete=models.SET_NULL, null=True, related_name="+")
    was_added = models.BooleanField(default=False)
    decided_by = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["shop", "state", "-count", "-last_at"], name="gap_by_count")]

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """Something that was asked and not answered well, without personal data. `key` makes the same question
    at the same place one row; `vector` is its sentence vector by `encoder`, in 16-bit floats."""

    class Place(models.TextChoices):
        """Where it was asked."""

        THREAD = "thread", _("Beside a thread")
        HELP = "help", _("Help centre")
        BOT = "bot", _("Bot")

    class Why(models.TextChoices):
        """What was wrong with the answer."""

        NOTHING = "nothing", _("Nothing found")
        DOUBTED = "doubted", _("An agent said it is no answer")
        USELESS = "useless", _("A reader said it did not help")

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="questions")
    gap = models.ForeignKey(Gap, on_delete=models.SET_NULL, null=True, related_name="questions")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    article = models.ForeignKey("knowledge.Article", on_delete=models.SET_NULL, null=True, related_name="+")
    place = models.CharField(max_length=10, choices=Place.choices)
    why = models.CharField(max_length=10, choices=Why.choices, default=Why.NOTHING)
    key = models.CharField(max_length=64)
    text = models.CharField(max_length=500)
    issue = models.CharField(max_length=40, blank=True)
    product = models.CharField(max_length=120, blank=True)
    encoder = models.CharField(max_length=120, blank=True)
    vector = models.BinaryField(default=bytes)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "key"], name="one_question_per_key")]
        indexes = [
            models.Index(fields=["shop", "id"], condition=models.Q(gap=None), name="question_ungrouped"),
            models.Index(fields=["gap", "-asked_at"], name="question_of_gap"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
