"""Reads of the switchboard, the talks, the changes and the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext_noop

from goldseam.bot.models import BotSettings, Case, Change, ChangeState, Mode, Outcome, Switch, Talk, Turn
from goldseam.conversations.filter_codes import ISSUES
from goldseam.conversations.speaking import channels_of
from goldseam.core.errors import NotFound

if TYPE_CHECKING:
    from goldseam.knowledge.models import Guide

OFFERED_CHANNELS = ("webchat", "api")


def settings_of(shop_id: int) -> BotSettings:
    """A shop's times and limits; one that has chosen none has the usual ones, unsaved."""
    return BotSettings.objects.filter(shop_id=shop_id).first() or BotSettings(shop_id=shop_id)


def modes_of(shop_id: int, channel: str) -> dict[str, str]:
    """Issue → mode in a channel; "" for every issue without a row of its own. Empty where all is off."""
    rows = Switch.objects.filter(shop_id=shop_id, channel__in=["", channel])
    chosen: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: bool(row.channel)):  # the channel's own row comes last and counts
        chosen[row.issue] = row.mode
    if all(mode == Mode.OFF for mode in chosen.values()):
        return {}
    return chosen


def is_on_anywhere(shop_id: int) -> bool:
    """Whether the shop lets the bot do anything at all."""
    return Switch.objects.filter(shop_id=shop_id).exclude(mode=Mode.OFF).exists()


def switches_of(shop_id: int) -> dict[tuple[str, str], str]:
    """The switchboard as it is kept: (issue, channel) → mode."""
    rows = Switch.objects.filter(shop_id=shop_id)
    return {(row.issue, row.channel): row.mode for row in rows}


def channels_for(shop_id: int) -> list[str]:
    """The channels of the switchboard: those that are in use, and those that can be."""
    kept = {channel for _issue, channel in switches_of(shop_id) if channel}
    return sorted({*OFFERED_CHANNELS, *channels_of(shop_id), *kept})


def talk_of(conversation_id: int) -> Talk | None:
    """Where the bot stands in a conversation, or None where it never spoke."""
    return Talk.objects.select_related("case").filter(conversation_id=conversation_id).first()


def latest_turn(conversation_id: int) -> Turn | None:
    """The newest decision."""
    return Turn.objects.filter(conversation_id=conversation_id).order_by("-id").first()


def turns_of(case_id: int) -> list[Turn]:
    """What the bot decided in a case, in order."""
    return list(Turn.objects.filter(case_id=case_id).order_by("id"))


def turn_of(conversation_id: int, turn_id: int) -> Turn:
    """A decision in this conversation, else "not found"."""
    turn = Turn.objects.filter(conversation_id=conversation_id, pk=turn_id).first()
    if turn is None:
        raise NotFound(gettext_noop("There is no such suggestion."))
    return turn


def waiting_changes(conversation_id: int) -> frozenset[str]:
    """The changes under way, as "kind number"."""
    rows = Change.objects.filter(conversation_id=conversation_id, state=ChangeState.WAITING)
    return frozenset(f"{kind} {number}" for kind, number in rows.values_list("kind", "order_number"))


def changes_in(conversation_id: int) -> list[Change]:
    """All changes of a conversation, the newest first."""
    return list(Change.objects.filter(conversation_id=conversation_id).order_by("-asked_at")[:20])


def change_of_shop(shop_id: int, change_id: UUID) -> Change:
    """A change of this shop, else "not found"."""
    change = Change.objects.filter(shop_id=shop_id, pk=change_id).first()
    if change is None:
        raise NotFound(gettext_noop("There is no such change of an order."))
    return change


def changes_of_shop(shop_id: int, state: str = "") -> list[Change]:
    """A shop's changes, the newest first, in one state when given."""
    rows = Change.objects.filter(shop_id=shop_id).select_related("conversation")
    return list((rows.filter(state=state) if state else rows).order_by("-asked_at")[:200])


def late_changes(now: datetime) -> list[Change]:
    """Changes that no system has answered within the shop's time."""
    found = Change.objects.filter(state=ChangeState.WAITING).order_by("asked_at")[:500]
    limits: dict[int, int] = {}
    late = []
    for row in found:
        minutes = limits.setdefault(row.shop_id, settings_of(row.shop_id).change_minutes)
        if (now - row.asked_at).total_seconds() > minutes * 60:
            late.append(row)
    return late


def silent_cases(now: datetime) -> list[Case]:
    """Answered cases after which the customer has been silent for the shop's time."""
    found = Case.objects.filter(ended_at=None, answered_at__isnull=False).select_related("conversation")
    limits: dict[int, int] = {}
    silent = []
    for row in found.order_by("answered_at")[:500]:
        hours = limits.setdefault(row.shop_id, settings_of(row.shop_id).assumed_hours)
        if (now - row.conversation.last_message_at).total_seconds() > hours * 3600:
            silent.append(row)
    return silent


@dataclass(frozen=True, slots=True)
class Figures:
    """What the bot's cases of one issue came to. `assumed` is never counted as confirmed."""

    issue: str
    taken_up: int = 0
    answered: int = 0
    confirmed: int = 0
    assumed: int = 0
    reopened: int = 0
    taken: int = 0
    handed_over: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


def figures_of(shop_id: int, since: datetime, until: datetime) -> list[Figures]:
    """The cases that began in a time, by issue, the most frequent first."""
    cases = Case.objects.filter(shop_id=shop_id, began_at__gte=since, began_at__lt=until)
    rows = cases.values("issue").annotate(
        taken_up=Count("id"),
        answered=Count("id", filter=Q(answered_at__isnull=False)),
        confirmed=Count("id", filter=Q(outcome=Outcome.CONFIRMED)),
        assumed=Count("id", filter=Q(outcome=Outcome.ASSUMED)),
        reopened=Count("id", filter=Q(outcome=Outcome.REOPENED)),
        taken=Count("id", filter=Q(taken_at__isnull=False)),
        handed_over=Count("id", filter=~Q(handed_over="")),
    )
    reasons: dict[str, dict[str, int]] = {}
    told = cases.exclude(handed_over="").values("issue", "handed_over").annotate(count=Count("id"))
    for row in told.order_by("-count", "handed_over"):
        reasons.setdefault(row["issue"], {})[row["handed_over"]] = row["count"]
    return [
        Figures(**row, reasons=reasons.get(row["issue"], {})) for row in rows.order_by("-taken_up", "issue")
    ]


def served_issues() -> tuple[str, ...]:
    """The issues of the switchboard, in the order of the taxonomy."""
    return tuple(ISSUES)


def address_of_guide(row: Guide) -> str:
    """Where customers walk it by themselves."""
    return f"{settings.ENVIRONMENT.customer_url}/guide/{row.token}/"
