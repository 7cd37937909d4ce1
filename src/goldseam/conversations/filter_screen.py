"""The filter builder prepared for a screen: names of fields and comparisons, choices of each input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from goldseam.conversations import filter_codes as codes
from goldseam.conversations.filter_fields import FIELDS, SLA_CLOCKS
from goldseam.conversations.filter_form import ROOT, DraftCondition, DraftGroup, chosen
from goldseam.conversations.filter_kinds import ME, MY_TEAMS, NOBODY, Choice
from goldseam.conversations.filters import MAX_DEPTH
from goldseam.conversations.labels import labels_of
from goldseam.conversations.models import Conversation, Outcome, SlaState, Status
from goldseam.people.queries import agents_of, teams_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELD_GROUPS: dict[str | Promise, dict[str, str | Promise]] = {
    _("Conversation"): {
        "status": _("State"),
        "text": _("Words in it"),
        "issue": _("Issue"),
        "issue_group": _("Kind of issue"),
        "label": _("Label"),
        "channel": _("Channel"),
        "unread": _("Unread"),
        "answered": _("Answered"),
    },
    _("Mood and risk"): {
        "mood": _("Mood"),
        "intensity": _("Strength of the mood (0–3)"),
        "risk": _("Risk"),
        "risk_score": _("Risk in percent"),
        "priority": _("Priority"),
        "alert": _("Alert not seen yet"),
        "locked": _("Locked for safety"),
        "handover": _("Why a person is needed"),
        "liable": _("Who is liable"),
    },
    _("Time"): {
        "waiting": _("Waiting for"),
        "age": _("Age"),
        "silence": _("Since the last message"),
        "created": _("Begun"),
        "closed": _("Closed"),
        "snoozed_until": _("Comes back"),
        "sla": _("Service time"),
        "sla_clock": _("Which clock"),
        "sla_due": _("Clock runs out"),
        "promise_due": _("Promise due"),
        "broken_promise": _("A promise was broken"),
    },
    _("People"): {
        "assignee": _("Taken care of by"),
        "team": _("Team"),
    },
    _("Customer and order"): {
        "tier": _("Customer's tier"),
        "language": _("Customer's language"),
        "order_state": _("State of the order"),
        "value": _("Worth of the order"),
        "remedy": _("Remedy"),
        "outcome": _("How it ended"),
    },
}
FIELD_NAMES = {name: words for group in FIELD_GROUPS.values() for name, words in group.items()}

OP_NAMES: dict[str, str | Promise] = {
    "in": _("is one of"),
    "not_in": _("is none of"),
    "has_all": _("has all of"),
    "unset": _("is not known"),
    "set": _("is known"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "over": _("is longer than"),
    "under": _("is shorter than"),
    "last": _("is within the last"),
    "within": _("is within the next"),
    "overdue": _("is overdue"),
    "after": _("is after"),
    "before": _("is before"),
    "has": _("holds"),
    "has_not": _("does not hold"),
    "yes": _("is so"),
    "no": _("is not so"),
}
GROUP_NAMES: dict[str, str | Promise] = {
    "all": _("All of these hold"),
    "any": _("At least one of these holds"),
    "none": _("None of these holds"),
}
UNIT_NAMES: dict[str, str | Promise] = {"minutes": _("minutes"), "hours": _("hours"), "days": _("days")}
ISSUE_GROUP_NAMES: dict[str, str | Promise] = {
    "logistics": _("Logistics"),
    "product": _("Product"),
    "order": _("Order"),
    "refund": pgettext_lazy("issues", "Return and refund"),
    "money": _("Price, payment, invoice"),
    "service": _("Service and account"),
    "rest": _("Praise and other"),
}
CLOCK_NAMES: dict[str, str | Promise] = {
    "first": _("First answer"),
    "next": _("Next answer"),
    "resolution": _("Solution"),
}
_PLAIN = {
    "issue": codes.ISSUES,
    "mood": codes.EMOTIONS,
    "risk": codes.RISKS,
    "priority": codes.PRIORITIES,
    "handover": codes.HANDOVERS,
    "liable": codes.PARTIES,
    "remedy": codes.REMEDIES,
}
"""Fields whose codes the templates name themselves."""

_RECENT = 3000


@dataclass(slots=True)
class Part:
    """A node of the builder: a group with its parts, or a condition with its inputs. `depth` counts from 1;
    `can_nest` says whether a group may be added below."""

    path: str
    depth: int
    place: str = ""
    kind: str = ""
    parts: list[Part] = field(default_factory=list)
    field_name: str = ""
    op: str = ""
    ops: list[tuple[str, str | Promise]] = field(default_factory=list)
    widget: str = "none"
    choices: list[tuple[str, str, bool]] = field(default_factory=list)
    value: str = ""
    unit: str = ""
    error: str = ""
    is_first: bool = True
    is_last: bool = True

    @property
    def is_group(self) -> bool:
        """Whether it holds other nodes."""
        return bool(self.kind)

    @property
    def can_nest(self) -> bool:
        """Whether another group fits below."""
        return self.depth < MAX_DEPTH


class Builder:
    """Makes the parts of a draft; asks the database for people, teams, labels, tiers and channels only when
    the draft names them, once each."""

    def __init__(self, shop_id: int, errors: Mapping[str, str]) -> None:
        self._shop_id = shop_id
        self._errors = errors
        self._known: dict[str, dict[str, str]] = {}

    def part(self, node: DraftCondition | DraftGroup, path: str = ROOT, depth: int = 1) -> Part:
        """The node and all below it."""
        place = ".".join(str(int(step) + 1) for step in path.split("-")[1:])
        if isinstance(node, DraftGroup):
            parts = [self.part(p, f"{path}-{i}", depth + 1) for i, p in enumerate(node.parts)]
            for index, part in enumerate(parts):
                part.is_first, part.is_last = index == 0, index == len(parts) - 1
            return Part(path, depth, place, node.kind, parts, error=self._errors.get(path, ""))
        kind = FIELDS[node.field]
        return Part(
            path,
            depth,
            place,
            field_name=node.field,
            op=node.op,
            ops=[(op, OP_NAMES[op]) for op in kind.ops],
            widget=self._widget(node),
            choices=self._choices(node),
            value=", ".join(node.values) if kind.widget == "texts" else (node.values or [""])[0],
            unit=node.unit,
            error=self._errors.get(path, ""),
        )

    def _widget(self, node: DraftCondition) -> str:
        if node.op in ("set", "unset", "overdue"):
            return "none"
        if node.op in ("last", "within"):
            return "minutes"
        widget = FIELDS[node.field].widget
        return "choices" if widget in ("people", "teams", "labels") else widget

    def _choices(self, node: DraftCondition) -> list[tuple[str, str, bool]]:
        if node.field not in self._known:
            self._known[node.field] = self._names(node.field)
        return chosen(node.values, self._known[node.field])

    def _names(self, name: str) -> dict[str, str]:
        if name in _PLAIN:
            return {code: code for code in _PLAIN[name]}
        if name in ("assignee", "team", "label"):
            return self._rows(name)
        if name in ("tier", "language", "channel"):
            return self._words(name)
        table: dict[str, Mapping[str, str | Promise]] = {
            "status": dict(Status.choices),
            "outcome": dict(Outcome.choices),
            "sla": dict(SlaState.choices),
            "sla_clock": {clock: CLOCK_NAMES[clock] for clock in SLA_CLOCKS},
            "issue_group": ISSUE_GROUP_NAMES,
            "order_state": _order_states() if name == "order_state" else {},
        }
        return {code: str(words) for code, words in table.get(name, {}).items()}

    def _rows(self, name: str) -> dict[str, str]:
        if name == "assignee":
            people = {str(person.pk): person.name for person in agents_of(self._shop_id)}
            return {ME: str(_("Me")), NOBODY: str(_("Nobody")), **people}
        if name == "team":
            return {
                MY_TEAMS: str(_("My teams")),
                **{str(team.pk): team.name for team in teams_of(self._shop_id)},
            }
        return {str(label.pk): label.name for label in labels_of(self._shop_id)}

    def _words(self, name: str) -> dict[str, str]:
        """What the latest conversations hold in that column."""
        kind = FIELDS[name]
        if not isinstance(kind, Choice):
            return {}
        latest = Conversation.objects.filter(shop_id=self._shop_id).order_by("-last_message_at", "-id")
        found = set(latest.values_list(kind.column, flat=True)[:_RECENT]) - {None, ""}
        return {word: word for word in sorted(found)[:40]}


def _order_states() -> dict[str, str]:
    """The states that the order's own table names."""
    order: Any = Conversation._meta.get_field("order").related_model
    return {code: str(words) for code, words in order._meta.get_field("status").choices}
