"""What hangs on a thread beside its messages: files, replies that are held back a moment, who looks at it,
how it may be closed, what the customer thought of it, and how threads belong together.

Registered through `models.py`, which other rooms and the room's own modules import."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Delivery(models.TextChoices):
    """How far a reply has come on its way to the customer; empty where no channel reports."""

    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", pgettext_lazy("message", "Delivered")
    READ = "read", pgettext_lazy("message", "Read")
    FAILED = "failed", _("Not delivered")


class HeldReply(models.Model):
    """A reply that is sent at `due_at` unless its writer takes it back. `then_close` holds the closing's
    fields when the conversation is closed with it. `error` says why it could not be sent; then it waits for
    its writer."""

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="held_replies"
    )
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    text = models.TextField()
    remedy = models.CharField(max_length=30, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    then_close = models.JSONField(null=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "key"], name="one_held_reply_per_key")]
        indexes = [models.Index(fields=["due_at"], name="held_reply_due")]

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(models.Model):
    """A file of a conversation: first uploaded, then part of a message (or of a reply that is held). Its
    content lies in the file store under `digest` (SHA-256, hex); `media_type` is what the content was found
    to be, never what the sender said. Sizes in bytes and pixels."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="attachments"
    )
    message = models.ForeignKey(
        "conversations.Message", on_delete=models.CASCADE, null=True, related_name="attachments"
    )
    held = models.ForeignKey(HeldReply, on_delete=models.SET_NULL, null=True, related_name="attachments")
    uploader = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["digest"], name="attachment_by_digest"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(message=None, held=None),
                name="attachment_unsent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_unsent(self) -> bool:
        """Whether it waits for the message it is for."""
        return self.message_id is None and self.held_id is None

    @property
    def is_image(self) -> bool:
        """Whether it is shown as a picture; only pictures whose content was read have a width."""
        return self.width is not None


class Presence(models.Model):
    """Somebody has the conversation open. What is older than half a minute means nothing any more."""

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="presences"
    )
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    typing = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "agent"], name="one_presence_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} at {self.conversation_id}"


class CloseRules(models.Model):
    """What a shop wants to know when a conversation is closed, and whether the customer is asked."""

    shop = models.OneToOneField("people.Shop", on_delete=models.CASCADE, primary_key=True, related_name="+")
    need_outcome = models.BooleanField(default=False)
    need_cause = models.BooleanField(default=False)
    need_note = models.BooleanField(default=False)
    ask_customer = models.BooleanField(default=False)
    ask_days = models.PositiveSmallIntegerField(default=7)

    def __str__(self) -> str:
        return f"closing in {self.shop_id}"


class Cause(models.Model):
    """Why something went wrong, in the shop's own words; retired ones stay for what was closed with them."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["shop", "code"], name="one_cause_per_code")]

    def __str__(self) -> str:
        return self.name


class Survey(models.Model):
    """The question how it was, asked when a conversation was closed; answered once or never. Scores are 1 to
    5, 5 the best."""

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="surveys"
    )
    message = models.ForeignKey(
        "conversations.Message", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["conversation", "-sent_at"], name="survey_of_conversation")]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.score or 'open'}"


class ConversationLink(models.Model):
    """Two conversations that belong together; `first` has the smaller id."""

    first = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="+")
    split = models.BooleanField(default=False)
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_link_per_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="link_in_order"),
        ]
        indexes = [models.Index(fields=["second"], name="link_by_second")]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"


class Merge(models.Model):
    """`source` went into `target`; until it is undone, its messages stand there."""

    source = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="merges")
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(undone_at=None), name="one_merge_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class Mention(models.Model):
    """A colleague is named in a note."""

    message = models.ForeignKey("conversations.Message", on_delete=models.CASCADE, related_name="mentions")
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    told_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "agent"], name="one_mention_per_note")]
        indexes = [models.Index(fields=["agent", "-id"], name="mention_of_person")]

    def __str__(self) -> str:
        return f"{self.agent_id} in {self.message_id}"
