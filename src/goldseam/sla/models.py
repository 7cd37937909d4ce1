"""Business calendars, the table of times, the clocks of conversations, and what people are told of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Calendar(models.Model):
    """When a shop, or one of its teams, is at work. `hours` holds seven texts, Monday first, such as
    "09:00-12:00, 13:00-18:00"; an empty one is a free day. A team's calendar counts for what its members
    own; the one without a team is the shop's."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="calendars")
    team = models.OneToOneField("people.Team", on_delete=models.CASCADE, null=True, related_name="calendar")
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=64, default="Asia/Shanghai")
    hours = models.JSONField(default=list)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "name"], name="one_calendar_per_name"),
            models.UniqueConstraint(
                fields=["shop"], condition=models.Q(team=None), name="one_calendar_of_the_shop"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A single date with hours of its own: none on a holiday, some on a make-up working day."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    hours = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="one_entry_per_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class TimesTable(models.Model):
    """A version of the shop's table of times; the highest number is in force. `rows` are the rows in their
    order, as `goldseam.sla.times` reads them."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="times_tables")
    number = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    author = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "number"], name="one_times_table_per_number")]

    def __str__(self) -> str:
        return f"times {self.number}"


class ClockKind(models.TextChoices):
    """What a clock measures."""

    FIRST = "first", _("First answer")
    NEXT = "next", _("Next answer")
    RESOLUTION = "resolution", _("Solution")


class ClockOutcome(models.TextChoices):
    """How a clock ended."""

    OPEN = "", _("Still running")
    MET = "met", _("Kept")
    BREACHED = "breached", _("Missed")
    VOID = "void", _("Not needed any more")


class Clock(models.Model):
    """One clock of a conversation. `runs` are the stretches in which it ran: [from, to], ISO moments, the
    last `to` null while it runs. `target` is its time in minutes of working time, null when there is none.
    `warn_at` and `due_at` are only set while it runs."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="clocks"
    )
    kind = models.CharField(max_length=10, choices=ClockKind.choices)
    runs = models.JSONField(default=list)
    ended = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, choices=ClockOutcome.choices, blank=True, default="")
    target = models.PositiveIntegerField(null=True)
    warn_share = models.FloatField(default=0.75)
    rule = models.CharField(max_length=80, blank=True)
    table = models.PositiveIntegerField(default=0)
    calendar = models.ForeignKey(Calendar, on_delete=models.SET_NULL, null=True, related_name="+")
    issue = models.CharField(max_length=40, blank=True)
    owner = models.ForeignKey("people.Agent", on_delete=models.SET_NULL, null=True, related_name="+")
    used_minutes = models.PositiveIntegerField(default=0)
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "kind"],
                condition=models.Q(ended=False),
                name="one_live_clock_per_kind",
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "id"], name="clock_of_conversation"),
            models.Index(
                fields=["warn_at"],
                condition=models.Q(ended=False, warned_at=None, warn_at__isnull=False),
                name="clock_to_warn",
            ),
            models.Index(
                fields=["due_at"],
                condition=models.Q(ended=False, told_at=None, due_at__isnull=False),
                name="clock_to_miss",
            ),
            models.Index(fields=["shop", "ended_at"], name="clock_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.conversation_id}"


class NoticeKind(models.TextChoices):
    """Why somebody is told."""

    WARNING = "warning", _("Nearly due")
    BREACH = "breach", _("Overdue")
    ESCALATION = "escalation", _("Nobody has taken notice")
    ASSIGNED = "assigned", _("Assigned to you")
    HANDED_OVER = "handed_over", _("Handed over")


class Notice(models.Model):
    """Something a person is told once, as a toast; `key` keeps it from being told twice. `clock` is the kind
    of clock that it is about, if any."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey("people.Agent", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    clock = models.CharField(max_length=10, blank=True)
    key = models.CharField(max_length=80)
    at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "key"], name="one_notice_per_key")]
        indexes = [
            models.Index(
                fields=["agent", "shop", "-id"], condition=models.Q(seen_at=None), name="notice_unseen"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.agent_id}"
