"""Articles in words: policies, how-tos and faults, with their versions and what makes them findable."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from goldseam.knowledge.gap_tables import ArticleVote as ArticleVote
from goldseam.knowledge.gap_tables import Gap as Gap
from goldseam.knowledge.gap_tables import Question as Question


class Kind(models.TextChoices):
    """What an article is."""

    POLICY = "policy", _("Policy")
    HOW_TO = "how_to", _("How-to")
    FAULT = "fault", _("Fault")
    PRODUCT = "product", _("Product")


class ProductSheet(models.Model):
    """What the shop knows of a product family; `body` is the document of `goldseam.knowledge.sheets`."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="sheets")
    external_id = models.CharField(max_length=120)
    title = models.CharField(max_length=120)
    language = models.CharField(max_length=10, default="zh")
    body = models.JSONField()
    owner = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    review_on = models.DateField(null=True)
    archived_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "external_id"], name="one_sheet_per_id")]

    def __str__(self) -> str:
        return self.title


class SheetVersion(models.Model):
    """How a sheet read from a moment on, and who wrote it so."""

    sheet = models.ForeignKey(ProductSheet, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="one_sheet_version")]

    def __str__(self) -> str:
        return f"{self.sheet_id} v{self.number}"


class Article(models.Model):
    """One answer. `questions` are questions that it answers as people really asked them; `skus` the
    products it is about (none: all); outside its validity it is kept but not found; customers read it by
    themselves only while `is_public`. An article of a `sheet` is written by it."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="articles")
    external_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=200)
    body = models.TextField()
    language = models.CharField(max_length=10, default="zh")
    questions = models.JSONField(default=list)
    skus = models.JSONField(default=list)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    review_on = models.DateField(null=True)
    owner = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="articles")
    sheet = models.ForeignKey(ProductSheet, on_delete=models.SET_NULL, null=True, related_name="articles")
    is_public = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "external_id"], name="one_article_per_id")]
        indexes = [models.Index(fields=["shop", "kind", "-updated_at"], name="article_by_kind")]

    def __str__(self) -> str:
        return self.title

    def in_force(self, today: date) -> bool:
        """Whether it may be told to customers on this day."""
        return (
            self.archived_at is None
            and (self.valid_from is None or self.valid_from <= today)
            and (self.valid_until is None or today <= self.valid_until)
        )


class ArticleVersion(models.Model):
    """How an article read from a moment on, and who wrote it so."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.article_id} v{self.number}"


class ArticleVectors(models.Model):
    """The sentence vectors of an article's texts in 16-bit floats, one row of `dimensions` after another;
    those of another model than the installed one are worked out anew."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="vectors")
    encoder = models.CharField(max_length=60)
    dimensions = models.PositiveIntegerField()
    rows = models.BinaryField()
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"vectors of {self.article_id}"


class KnowledgeState(models.Model):
    """`revision` grows with every write to a shop's articles, so that a process knows when its index is old.
    `seen_until` and `seen_id` say up to which conversation open questions were looked for."""

    shop = models.OneToOneField("people.Shop", on_delete=models.CASCADE, related_name="knowledge_state")
    revision = models.PositiveBigIntegerField(default=0)
    seen_until = models.DateTimeField(null=True)
    seen_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.revision}"


class AnswerVerdict(models.Model):
    """What a person made of an article beside a conversation: it is no answer to what the customer asked, or
    (`fits`) it was used as one. The last word counts."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="verdicts")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="answer_verdicts"
    )
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True)
    question = models.TextField()
    fits = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "conversation"], name="one_verdict_per_conversation")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} for {self.conversation_id}"


class Guide(models.Model):
    """Guided troubleshooting: a tree of questions in versions. `token` is its public address, open while
    `is_public`."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="guides")
    external_id = models.CharField(max_length=120)
    title = models.CharField(max_length=120)
    language = models.CharField(max_length=10, default="zh")
    skus = models.JSONField(default=list)
    token = models.CharField(max_length=40, unique=True)
    is_public = models.BooleanField(default=False)
    owner = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "external_id"], name="one_guide_per_id")]

    def __str__(self) -> str:
        return self.title


class GuideVersion(models.Model):
    """The tree of a guide from a moment on (`goldseam.knowledge.guide_tree`)."""

    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["guide", "number"], name="one_guide_version")]

    def __str__(self) -> str:
        return f"{self.guide_id} v{self.number}"


class Walk(models.Model):
    """Somebody's way through a guide: `path` is [step, number of the answer] in order; `end` and `end_kind`
    are empty while under way. A customer's own walk has a secret `key` and no agent."""

    version = models.ForeignKey(GuideVersion, on_delete=models.CASCADE, related_name="walks")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.SET_NULL, null=True, related_name="walks"
    )
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.CharField(max_length=40, unique=True)
    path = models.JSONField(default=list)
    end = models.CharField(max_length=12, blank=True)
    end_kind = models.CharField(max_length=10, blank=True)
    helped = models.BooleanField(null=True)
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"walk {self.pk} of {self.version_id}"
