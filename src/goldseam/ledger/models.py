"""The compensation ledger: entries, their lines by account, and the budgets they are held against.

Entries and lines are only ever added: triggers in the database refuse to change or delete them, and refuse,
at the end of a transaction, an entry whose lines do not sum to zero (migration 0002).
"""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """What an entry says of the amount."""

    PROMISED = "promised", pgettext_lazy("ledger entry", "Promised")
    APPROVED = "approved", pgettext_lazy("ledger entry", "Approved")
    PAID = "paid", pgettext_lazy("ledger entry", "Paid")
    REFUSED = "refused", pgettext_lazy("ledger entry", "Refused")
    CANCELLED = "cancelled", pgettext_lazy("ledger entry", "Cancelled")


class Account(models.TextChoices):
    """Where money stands. Debits are positive, credits negative."""

    GOODWILL = "goodwill", pgettext_lazy("account", "Goodwill given")
    RETURNS = "returns", pgettext_lazy("account", "Price given back")
    RESERVED = "reserved", pgettext_lazy("account", "Approved, not yet promised")
    PAYABLE = "payable", pgettext_lazy("account", "Owed to customers")
    PAID_OUT = "paid_out", pgettext_lazy("account", "Paid out")


class Party(models.TextChoices):
    """Who is thought to be liable; the parties of the taxonomy."""

    SELLER = "seller", pgettext_lazy("liable party", "Seller")
    WAREHOUSE = "warehouse", pgettext_lazy("liable party", "Warehouse")
    CARRIER = "carrier", pgettext_lazy("liable party", "Carrier")
    MANUFACTURER = "manufacturer", pgettext_lazy("liable party", "Manufacturer")
    PLATFORM = "platform", pgettext_lazy("liable party", "Platform")
    BUYER = "buyer", pgettext_lazy("liable party", "Buyer")
    UNCLEAR = "unclear", pgettext_lazy("liable party", "Unclear")


class Entry(models.Model):
    """One thing that happened to an amount. `key` names it once per shop: the same key again is the same
    entry. `amount` is at least 0 in `currency`, 0 for remedies without money. `granter` is the person whose
    authority gave the money (who approved it, or who promised it alone), `granted` how much of it is counted
    against that authority; `moved` is the sum of the entry's debits. `team` is the team of `agent` when it
    was written. `reverses` names the entry that this one takes back. `home` is the conversation it was
    written on, `conversation` the one into which that was merged: the only columns that may change."""

    shop = models.ForeignKey("people.Shop", on_delete=models.PROTECT, related_name="ledger_entries")
    key = models.CharField(max_length=160)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    remedy = models.CharField(max_length=30)
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.PROTECT, related_name="ledger_entries"
    )
    home = models.ForeignKey("conversations.Conversation", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("commerce.Order", on_delete=models.SET_NULL, null=True, related_name="+")
    agent = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    approver = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    team = models.ForeignKey("people.Team", on_delete=models.SET_NULL, null=True, related_name="+")
    issue = models.CharField(max_length=40, blank=True)
    liable_party = models.CharField(max_length=20, choices=Party.choices, default=Party.UNCLEAR)
    source = models.CharField(max_length=200, blank=True)
    granter = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    granted = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    moved = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversal")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "key"], name="one_entry_per_key"),
            models.CheckConstraint(condition=Q(amount__gte=0) & Q(moved__gte=0), name="entry_not_negative"),
        ]
        indexes = [
            models.Index(fields=["shop", "-at", "-id"], name="entry_by_time"),
            models.Index(fields=["shop", "agent", "-at"], name="entry_by_agent"),
            models.Index(fields=["shop", "issue", "-at"], name="entry_by_issue"),
            models.Index(fields=["conversation", "id"], name="entry_of_conversation"),
            models.Index(fields=["home"], name="entry_of_home"),
            models.Index(fields=["order", "id"], condition=Q(order__isnull=False), name="entry_of_order"),
            models.Index(
                fields=["granter", "shop", "currency", "at"], condition=~Q(granted=0), name="entry_by_granter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.amount} {self.currency}: {self.remedy}"


class Line(models.Model):
    """One account's part of an entry, above 0 a debit, below a credit. `item` is the entry that opened what
    this line adds to or takes from: a grant in `reserved`, a debt in `payable`. Shop, time and team repeat
    the entry's, so that a sum over a month is one indexed read."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=10, choices=Account.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    item = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="item_lines")
    shop = models.ForeignKey("people.Shop", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    team = models.ForeignKey("people.Team", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="line_moves_something"),
            models.CheckConstraint(
                condition=Q(account__in=["reserved", "payable"], item__isnull=False)
                | Q(account__in=["goodwill", "returns", "paid_out"], item=None),
                name="open_items_are_named",
            ),
        ]
        indexes = [
            models.Index(fields=["item", "account"], condition=Q(item__isnull=False), name="line_of_item"),
            models.Index(fields=["shop", "account", "at"], name="line_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount} {self.currency}"


class Budget(models.Model):
    """From `since` (the first of a month) on, `team` (None: the whole shop) may give goodwill for `amount` a
    month in `currency`, until a later row says otherwise; without an amount there is no budget from then on.
    The leads are told when the month's sum reaches each of `shares` (per cent)."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="budgets")
    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, null=True, related_name="budgets")
    since = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    shares = ArrayField(models.PositiveSmallIntegerField(), default=list)
    set_by = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "team", "since", "currency"], nulls_distinct=False, name="one_budget_a_month"
            ),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="budget_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id}: {self.amount} {self.currency} since {self.since}"


class BudgetWarning(models.Model):
    """The month of `month` reached `share` per cent of a budget; each share is told once. `spent` is the sum
    it stood at."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="warnings")
    month = models.DateField()
    share = models.PositiveSmallIntegerField()
    spent = models.DecimalField(max_digits=12, decimal_places=2)
    at = models.DateTimeField(auto_now_add=True)
    seen_by = models.ManyToManyField("people.Agent", related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "month", "share"], name="told_once_per_share")
        ]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.share} % of {self.budget_id}"
