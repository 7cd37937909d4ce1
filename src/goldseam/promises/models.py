"""What the shop's people promised, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What is promised; the kinds of the check-reply contract that lie in the future."""

    SHIP_BY = "ship_by", pgettext_lazy("promise", "Ship it")
    DELIVER_BY = "deliver_by", pgettext_lazy("promise", "Deliver it")
    REFUND = "refund", pgettext_lazy("promise", "Refund")
    COMPENSATION = "compensation", pgettext_lazy("promise", "Compensation")
    REPLACE = "replace", pgettext_lazy("promise", "Replace it")
    RESHIP = "reship", pgettext_lazy("promise", "Send it again")
    PICKUP = "pickup", pgettext_lazy("promise", "Collect it")
    CALL_BACK = "call_back", pgettext_lazy("promise", "Get back to them")
    REPAIR = "repair", pgettext_lazy("promise", "Repair it")
    PRICE_MATCH = "price_match", pgettext_lazy("promise", "Price difference")
    OTHER = "other", pgettext_lazy("promise", "Something else")


class State(models.TextChoices):
    """What became of it; the states of the engine's facts."""

    OPEN = "open", pgettext_lazy("promise", "Open")
    KEPT = "kept", pgettext_lazy("promise", "Kept")
    BROKEN = "broken", pgettext_lazy("promise", "Broken")
    WITHDRAWN = "withdrawn", pgettext_lazy("promise", "Withdrawn")


class How(models.TextChoices):
    """By what a promise was settled; empty while it is open."""

    HAND = "hand", _("said by a person")
    SHIPPED = "shipped", _("the order was shipped")
    DELIVERED = "delivered", _("the order was delivered")
    REFUNDED = "refunded", _("a refund was made")
    PAID = "paid", _("the ledger shows the payment")
    REPLACED = "replaced", _("another parcel went out")
    CALLED = "called", _("the call was noted")
    ANSWERED = "answered", _("they were answered")
    CANCELLED = "cancelled", _("the order was cancelled")
    CLOCK = "clock", _("its time passed")


class Promise(models.Model):
    """One commitment of a sent reply: `words` are those between `start` and `end` (half-open) of the message.
    `named` says whether the words told the time; else `due_at` is the policy pack's. A broken promise that is
    done later is kept, and `late`; `seen_at` is when somebody took notice that it broke. `order` is the one
    the conversation was about when it was made; `gift` what counts against its writer's authority. A
    solution that a reply brings without a word about it has no words."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="promises")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="promises"
    )
    message = models.ForeignKey("conversations.Message", on_delete=models.CASCADE, related_name="promises")
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    order = models.ForeignKey("commerce.Order", on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    words = models.CharField(max_length=300)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    gift = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    policy = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    named = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reminded_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    how = models.CharField(max_length=10, choices=How.choices, blank=True)
    late = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "kind", "start"], name="one_promise_per_words"),
            models.CheckConstraint(
                condition=models.Q(state="open", settled_at=None) | ~models.Q(state="open"),
                name="promise_open_until_settled",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="withdrawn") | ~models.Q(reason=""), name="withdrawn_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="open"), name="promise_waiting"),
            models.Index(fields=["conversation", "due_at", "id"], name="promise_of_conversation"),
            models.Index(fields=["order"], condition=models.Q(state="open"), name="promise_of_order"),
            models.Index(fields=["shop", "state", "due_at"], name="promise_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"
