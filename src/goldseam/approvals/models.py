"""Requests for compensation, every turn they took, who stands in for whom, and who is asked first."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from goldseam.approvals.authority import LEVELS
from goldseam.engine.reply.authority import WORDING

GRANT_DAYS = 14
"""How long what was granted may be used, unless the shop says otherwise."""


class State(models.TextChoices):
    """How a request stands. All but the first are final."""

    PENDING = "pending", pgettext_lazy("approval request", "Waiting")
    APPROVED = "approved", pgettext_lazy("approval request", "Approved")
    REFUSED = "refused", pgettext_lazy("approval request", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("approval request", "Withdrawn")


class Verdict(models.TextChoices):
    """What the policy pack says about the remedy on the facts of the conversation."""

    UNKNOWN = "", pgettext_lazy("policy verdict", "Not judged")
    ALLOWED = "allowed", pgettext_lazy("policy verdict", "A rule allows it")
    NOT_OFFERED = "not_offered", pgettext_lazy("policy verdict", "No rule offers it")
    FORBIDDEN = "forbidden", pgettext_lazy("policy verdict", "A rule forbids it")


class Verb(models.TextChoices):
    """A turn in a request's life."""

    RAISED = "raised", pgettext_lazy("approval turn", "asked")
    ENDORSED = "endorsed", pgettext_lazy("approval turn", "supported it")
    APPROVED = "approved", pgettext_lazy("approval turn", "approved")
    REFUSED = "refused", pgettext_lazy("approval turn", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("approval turn", "withdrew it")
    ESCALATED = "escalated", pgettext_lazy("approval turn", "passed on: no answer in time")
    USED = "used", pgettext_lazy("approval turn", "sent it to the customer")
    RETURNED = "returned", pgettext_lazy("approval turn", "gave it back")
    EXPIRED = "expired", pgettext_lazy("approval turn", "expired: nobody used it in time")


class ApprovalRequest(models.Model):
    """One remedy, or wording of a reply, that somebody wants granted on one conversation.

    `amount` is what is asked for now (an endorser may have changed it; `first_amount` is what was asked at
    first), in `currency`; 0 for remedies without money. `references` name messages and orders:
    [{"kind": "message", "id": 5}]. `verdict`, `policy`, `pack`, `base`, `words` are what the policy pack said
    when it was raised. `levels` are the roles that must agree one after the other, `step` the place in them,
    `called` the role that is asked at the moment (higher than the step's after an escalation).
    `grantor` is the person whose authority was used, `decided_by` who used it (a deputy, perhaps). What was
    granted is used once (`used_at`, for `used_amount`) or given back (`returned_at`; at `expires_at` by the
    clock). With the remedy "wording" `reply` is what is asked for, to the letter; `words` are then what the
    check found in it (`findings`) and the lowest role that may approve it (`from`). `home` is the
    conversation it was asked on, `conversation` the one into which that was merged."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="approval_requests")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="approval_requests"
    )
    home = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="+")
    order = models.ForeignKey("commerce.Order", on_delete=models.SET_NULL, null=True, related_name="+")
    issue = models.CharField(max_length=40, blank=True)
    remedy = models.CharField(max_length=30)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    first_amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    reason = models.TextField()
    evidence = models.TextField(blank=True)
    references = models.JSONField(default=list)
    reply = models.TextField(blank=True)
    requester = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    asked_by = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    verdict = models.CharField(max_length=12, choices=Verdict.choices, blank=True, default="")
    policy = models.CharField(max_length=120, blank=True)
    pack = models.CharField(max_length=100, blank=True)
    base = models.CharField(max_length=40, blank=True)
    words = models.JSONField(default=dict)

    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    levels = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0)
    called = models.CharField(max_length=10, default="lead")
    due_at = models.DateTimeField(null=True)
    escalations = models.PositiveSmallIntegerField(default=0)

    granted_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    without_limit = models.BooleanField(default=False)
    decided_by = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    grantor = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    used_at = models.DateTimeField(null=True)
    used_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    expires_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "remedy"], condition=Q(state="pending"), name="one_open_request"
            ),
            models.UniqueConstraint(fields=["home", "key"], name="one_request_per_key"),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(first_amount__gte=0), name="request_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(state="approved", granted_amount__gte=0, decided_at__isnull=False)
                | (~Q(state="approved") & Q(granted_amount=None, used_at=None, returned_at=None)),
                name="granted_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(returned_at=None), name="used_or_given_back"
            ),
            models.CheckConstraint(
                condition=Q(requester=None)
                | Q(decided_by=None)
                | ~Q(decided_by=F("requester"))
                | ~Q(state__in=["approved", "refused"]),
                name="nobody_decides_alone",
            ),
            models.CheckConstraint(
                condition=Q(requester=None) | Q(grantor=None) | ~Q(grantor=F("requester")),
                name="nobody_grants_to_oneself",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "due_at"], condition=Q(state="pending"), name="request_waiting"),
            models.Index(
                fields=["expires_at"],
                condition=Q(state="approved", used_at=None, returned_at=None),
                name="grant_to_expire",
            ),
            models.Index(fields=["conversation", "-id"], name="request_of_conversation"),
            models.Index(fields=["shop", "-id"], name="request_history"),
            models.Index(fields=["shop", "remedy", "issue", "-id"], name="request_similar"),
            models.Index(fields=["grantor", "-decided_at"], name="request_by_grantor"),
        ]

    def __str__(self) -> str:
        return f"{self.remedy} {self.amount} {self.currency}: {self.state}"

    @property
    def is_wording(self) -> bool:
        """Whether the words of `reply` are asked for, and no remedy."""
        return self.remedy == WORDING

    @property
    def is_pending(self) -> bool:
        """Whether it waits for somebody's word."""
        return self.state == State.PENDING

    @property
    def is_at_the_top(self) -> bool:
        """Whether nobody above is left to be asked: at `due_at` the same people are asked again."""
        return self.called == LEVELS[-1]

    @property
    def is_unused_grant(self) -> bool:
        """Whether it was approved, and was neither carried out by a reply nor given back yet."""
        return self.state == State.APPROVED and self.used_at is None and self.returned_at is None


class Turn(models.Model):
    """What somebody did with a request. `key` makes a repeated click the same turn; `acts_for` is the person
    whose deputy `actor` was."""

    request = models.ForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="turns")
    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=10, choices=Verb.choices)
    actor = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    acts_for = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    words = models.TextField(blank=True)
    key = models.CharField(max_length=120, null=True)  # noqa: DJ001  NULLs do not collide

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["request", "key"], name="one_turn_per_key")]

    def __str__(self) -> str:
        return f"{self.verb} request {self.request_id}"


class Cover(models.Model):
    """From `starts_at` to `ends_at` a person's requests go to `deputy`, who may grant up to `up_to` (all that
    the person may, without it); `away`: the person is not asked at all. Without a deputy the next one is."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    deputy = models.ForeignKey("people.Agent", on_delete=models.CASCADE, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    away = models.BooleanField(default=True)
    up_to = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    note = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="cover_has_length"),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("agent")), name="nobody_covers_oneself"
            ),
        ]
        indexes = [models.Index(fields=["shop", "ends_at"], name="cover_in_time")]

    def __str__(self) -> str:
        return f"{self.agent_id} → {self.deputy_id}"


class ApprovalStep(models.Model):
    """Who must agree: for requests over `over` (in the shop's currency) on `issue` and `remedy` ("*": any; an
    issue may end in ".*"), the roles in `levels`, each within `wait_minutes`. The most special row with the
    highest `over` counts."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="approval_steps")
    issue = models.CharField(max_length=40, default="*")
    remedy = models.CharField(max_length=30, default="*")
    over = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    levels = models.JSONField(default=list)
    wait_minutes = models.PositiveIntegerField(default=60)

    class Meta:
        ordering = ["issue", "remedy", "over"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "issue", "remedy", "over"], name="one_step_row")
        ]

    def __str__(self) -> str:
        return f"{self.issue} {self.remedy} > {self.over}: {self.levels}"


class ApprovalSettings(models.Model):
    """A shop's figures. `small_amount`: up to it (in the shop's currency) requests may be decided in
    batches; `grant_days`: so long what was granted may be used."""

    shop = models.OneToOneField("people.Shop", on_delete=models.CASCADE, related_name="approval_settings")
    small_amount = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(100))
    grant_days = models.PositiveSmallIntegerField(default=GRANT_DAYS)

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.small_amount}"


class Notice(models.Model):
    """Something a person is told about a request, once, by a toast; `shown_at` when it was."""

    class Kind(models.TextChoices):
        """What it tells."""

        ASKED = "asked", _("A request waits for you")
        ESCALATED = "escalated", _("A request was passed on to you")
        DECIDED = "decided", _("Your request was decided")
        WITHDRAWN = "withdrawn", _("A request was withdrawn")
        RETURNED = "returned", _("What you granted was given back")
        EXPIRING = "expiring", _("What was granted expires soon")
        EXPIRED = "expired", _("What was granted has expired")

    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    request = models.ForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    shown_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["agent", "id"], condition=Q(shown_at=None), name="notice_to_show")]

    def __str__(self) -> str:
        return f"{self.kind} to {self.agent_id}"
