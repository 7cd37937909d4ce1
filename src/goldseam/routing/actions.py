"""Writes of a shop's choices and of people's skills, capacity and shifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_noop

from goldseam.conversations.filter_codes import ISSUE_GROUPS, ISSUES
from goldseam.core import audit
from goldseam.core.errors import DomainError
from goldseam.core.jobs import DEFAULT, defer
from goldseam.engine.worktime.placing import Weights
from goldseam.people.events import PersonCameBack
from goldseam.routing import queries
from goldseam.routing.codes import LANGUAGES
from goldseam.routing.models import HandOver, Mode, Profile, RoutingSettings
from goldseam.sla.actions import read_hours

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop

_MOST = 500


@dataclass(frozen=True, slots=True)
class Choices:
    """What a shop chooses; minutes until an alert goes to a lead, and from there to the admins."""

    mode: str
    hand_over: str
    prefer_last: bool
    relax_skills: bool
    lead_minutes: int
    admin_minutes: int


@transaction.atomic
def choose(shop: Shop, choices: Choices, weights: Mapping[str, float], *, actor: str) -> RoutingSettings:
    """Save the shop's choices; only weights that differ from the shipped ones are kept."""
    if choices.mode not in Mode.values or choices.hand_over not in HandOver.values:
        raise DomainError(gettext_noop("Choose one of the options."), field="mode")
    for name in ("lead_minutes", "admin_minutes"):
        if not 1 <= getattr(choices, name) <= 24 * 60:
            raise DomainError(gettext_noop("Choose from 1 to 1440 minutes."), field=name)
    shipped = asdict(Weights())
    if any(name not in shipped or not 0 <= value <= 1000 for name, value in weights.items()):
        raise DomainError(gettext_noop("A weight is a number from 0 to 1000."), field="weights")
    if weights.get("half_life") == 0 or weights.get("limit") == 0:
        raise DomainError(gettext_noop("This weight must be more than 0."), field="weights")
    row = RoutingSettings.objects.select_for_update().filter(shop=shop).first() or RoutingSettings(shop=shop)
    before = {name: getattr(row, name) for name in asdict(choices)} | {"weights": row.weights}
    for name, value in asdict(choices).items():
        setattr(row, name, value)
    row.weights = {name: value for name, value in weights.items() if value != shipped[name]}
    row.save()
    after = asdict(choices) | {"weights": row.weights}
    audit.record(shop.pk, actor, "routing.chosen", f"shop-{shop.pk}", before=before, after=after)
    return row


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a person can take. Issues are codes or groups; empty sequences mean anything; `hours` are seven
    texts, Monday first, or all empty for no fixed shifts."""

    takes_part: bool
    issues: Sequence[str]
    languages: Sequence[str]
    products: Sequence[str]
    most_open: int
    most_hard: int
    hours: Sequence[str]


@transaction.atomic
def set_profile(shop: Shop, agent: Agent, given: Abilities, *, actor: str) -> Profile:
    """Save what a person can take, and when they work."""
    wanted = [code for issue in given.issues for code in ISSUE_GROUPS.get(issue, (issue,))]
    if any(code not in ISSUES for code in wanted) or any(code not in LANGUAGES for code in given.languages):
        raise DomainError(gettext_noop("Choose from the list."), field="issues")
    if not 1 <= given.most_open <= _MOST:
        raise DomainError(gettext_noop("Capacity is a number from 1 to 500."), field="most_open")
    if not 0 <= given.most_hard <= given.most_open:
        raise DomainError(
            gettext_noop("The hard ones are at most as many as all together."), field="most_hard"
        )
    hours = [read_hours(text, f"hours-{place}") for place, text in enumerate(given.hours)]
    values: dict[str, Any] = {
        "takes_part": given.takes_part,
        "issues": sorted(set(wanted)),
        "languages": sorted(set(given.languages)),
        "products": sorted({word.strip().lower()[:60] for word in given.products if word.strip()})[:100],
        "most_open": given.most_open,
        "most_hard": given.most_hard,
        "hours": hours if any(hours) else [],
    }
    row, _ = Profile.objects.update_or_create(shop=shop, agent=agent, defaults=values)
    audit.record(shop.pk, actor, "profile.saved", f"agent-{agent.pk}", after=values)
    return row


def serve_queue_soon(event: PersonCameBack) -> None:
    """Somebody is back: what waits for a person is looked at again."""
    for shop_id in event.shop_ids:
        if queries.settings_of(shop_id).mode != Mode.OFF:
            defer("routing.serve", DEFAULT, shop_id=shop_id)
