"""A shop's door for its customers, who came in by it, and what was mailed to them."""

from __future__ import annotations

from django.db import models


class Door(models.Model):
    """How a shop's chat looks and where it may stand. `key` is public: it is in the page's source. `origins`
    are the pages' origins ("https://shop.example", "https://*.shop.example"); `colour` six hexadecimal
    digits. Texts that are empty are the product's own."""

    shop = models.OneToOneField("people.Shop", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40, unique=True)
    active = models.BooleanField(default=False)
    origins = models.JSONField(default=list)
    colour = models.CharField(max_length=6, default="1f3a5f")
    greeting_zh = models.CharField(max_length=300, blank=True)
    greeting_en = models.CharField(max_length=300, blank=True)
    by_mail = models.BooleanField(default=True)
    mail_note_zh = models.CharField(max_length=300, blank=True)
    mail_note_en = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.key


class Visitor(models.Model):
    """A browser that came in by a door. It is known by a random token, of which only the SHA-256 is kept.
    `customer` is set when it proved who it is (`proven_by`: "token" or "order"); `read_id` is the newest
    message that was before the reader's eyes; `page` is where the chat stood."""

    door = models.ForeignKey(Door, on_delete=models.CASCADE, related_name="visitors")
    token_hash = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=10, default="zh-hans")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    customer = models.ForeignKey("commerce.Customer", on_delete=models.SET_NULL, null=True, related_name="+")
    proven_by = models.CharField(max_length=10, blank=True)
    email = models.CharField(max_length=254, blank=True)
    page = models.CharField(max_length=500, blank=True)
    typing_at = models.DateTimeField(null=True)
    read_id = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["seen_at"], name="visitor_by_age")]

    def __str__(self) -> str:
        return f"visitor {self.pk}"


class Letter(models.Model):
    """A reply that went to a visitor by mail; once."""

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="letters")
    message = models.ForeignKey("conversations.Message", on_delete=models.CASCADE, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visitor", "message"], name="one_letter_per_reply")]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.visitor_id}"
