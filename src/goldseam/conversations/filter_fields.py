"""What conversations can be filtered by: one entry a field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from goldseam.conversations import filter_codes as codes
from goldseam.conversations.filter_kinds import (
    ME,
    NOBODY,
    Choice,
    Ids,
    IssueGroup,
    Kind,
    Labels,
    Lasting,
    Moment,
    Number,
    Scene,
    Teams,
    Value,
    Words,
)
from goldseam.conversations.models import Outcome, ReadMark, SlaState, Status


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that is so or is not; needs no value."""

    name: str
    widget: str = "none"
    ops: tuple[str, ...] = ("yes", "no")

    def read(self, op: str, value: Any, place: str) -> Value:
        """Nothing."""
        return None

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """The flag's condition or its opposite."""
        so = _FLAGS[self.name](scene)
        return so if op == "yes" else ~so


def _unread(scene: Scene) -> Q:
    seen = ReadMark.objects.filter(
        agent_id=scene.agent_id or 0, conversation=OuterRef("pk"), seen_at__gte=OuterRef("last_message_at")
    )
    return ~Q(status=Status.CLOSED) & ~Q(Exists(seen))


SLA_CLOCKS = ("first", "next", "resolution")

_FLAGS: dict[str, Callable[[Scene], Q]] = {
    "unread": _unread,
    "alert": lambda scene: Q(alerted_at__isnull=False, acknowledged_by__isnull=True),
    "locked": lambda scene: Q(locked_at__isnull=False),
    "broken_promise": lambda scene: Q(promises_broken__gt=0),
    "answered": lambda scene: Q(waiting_since__isnull=True),
}

FIELDS: dict[str, Kind] = {
    "status": Choice("status", tuple(Status.values), ops=("in", "not_in")),
    "issue": Choice("issue", codes.ISSUES, open_ended=True),
    "issue_group": IssueGroup(),
    "mood": Choice("emotion", codes.EMOTIONS),
    "intensity": Number("intensity", most=Decimal(3)),
    "risk": Choice("risk_level", codes.RISKS, ops=("in", "not_in")),
    "risk_score": Number("risk_score", scale=Decimal("0.01"), unit="%"),
    "priority": Choice("priority", codes.PRIORITIES, ops=("in", "not_in")),
    "handover": Choice("handover", codes.HANDOVERS, open_ended=True),
    "waiting": Lasting("waiting_since"),
    "age": Lasting("created_at"),
    "silence": Lasting("last_message_at"),
    "created": Moment("created_at"),
    "closed": Moment("closed_at"),
    "snoozed_until": Moment("snoozed_until", ahead=True),
    "assignee": Ids("assignee", (ME, NOBODY)),
    "team": Teams(),
    "label": Labels(),
    "tier": Choice("customer__tier", widget="texts"),
    "language": Choice("customer__language", widget="texts"),
    "channel": Choice("channel", widget="texts", ops=("in", "not_in")),
    "sla": Choice("sla_state", tuple(SlaState.values)),
    "sla_clock": Choice("sla_kind", SLA_CLOCKS),
    "sla_due": Moment("sla_due_at", ahead=True),
    "promise_due": Moment("promise_due_at", ahead=True),
    "liable": Choice("liable_party", codes.PARTIES),
    "order_state": Choice("order__status", codes.ORDER_STATES),
    "value": Number("order__total", most=Decimal(10**10), unit="money"),
    "remedy": Choice("remedy", codes.REMEDIES, open_ended=True),
    "outcome": Choice("outcome", tuple(Outcome.values)),
    "text": Words(),
    "unread": Flag("unread"),
    "alert": Flag("alert"),
    "answered": Flag("answered"),
    "locked": Flag("locked"),
    "broken_promise": Flag("broken_promise"),
}
"""By name. A name, once given, keeps its meaning: saved filters hold it."""
