"""The pages of the distribution of work: the switch, people, load, and why somebody was chosen."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.conversations.filter_codes import ISSUE_GROUPS
from goldseam.conversations.queries import access_conversation
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.engine.worktime.placing import Weights
from goldseam.people.queries import Role, membership_of_shop, require_role
from goldseam.routing import actions, placing, queries
from goldseam.routing.codes import LANGUAGES
from goldseam.routing.models import HandOver, Mode
from goldseam.sla.queries import clocks_of


@require_http_methods(["GET", "POST"])
def switch(request: PageRequest) -> HttpResponse:
    """What is done by itself, how hand-over and escalation go, and whom the rules chose lately."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    if request.method == "POST":
        require_role(request.user, place.shop_id, Role.ADMIN)
        actions.choose(place.shop, _choices(request), _weights(request), actor=_actor(request))
        return redirect("routing:switch")
    settings = queries.settings_of(place.shop_id)
    weights = asdict(Weights.of(settings.weights))
    shipped = asdict(Weights())
    context = {
        "settings": settings,
        "modes": Mode.choices,
        "hand_overs": HandOver.choices,
        "weights": [(name, value, shipped[name]) for name, value in weights.items()],
        "placements": queries.placements_of(place.shop_id),
        "may_edit": place.role == Role.ADMIN,
    }
    return render(request, "routing/switch.html", context)


@require_GET
def people(request: PageRequest) -> HttpResponse:
    """Everybody's skills, capacity and shifts."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    now = timezone.now()
    rows = [(row, queries.is_on_shift(row, place.shop, now)) for row in queries.profiles_of(place.shop_id)]
    ids = dict(place.shop.memberships.values_list("agent_id", "pk"))
    context = {"rows": [(row, on_shift, ids[row.agent_id]) for row, on_shift in rows]}
    return render(request, "routing/people.html", context)


@require_http_methods(["GET", "POST"])
def person(request: PageRequest, membership_id: int) -> HttpResponse:
    """One person's skills, capacity and shifts."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    member = membership_of_shop(place.shop_id, membership_id)
    problem: DomainError | None = None
    if request.method == "POST":
        require_role(request.user, place.shop_id, Role.ADMIN)
        try:
            actions.set_profile(place.shop, member.agent, _abilities(request), actor=_actor(request))
            return redirect("routing:people")
        except DomainError as error:
            problem = error
    profile = next(row for row in queries.profiles_of(place.shop_id) if row.agent_id == member.agent_id)
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    hours = [request.POST.get(f"hours-{n}", "") for n in range(7)] if problem else profile.hours or [""] * 7
    context = {
        "profile": profile,
        "member": member,
        "problem": problem,
        "week": list(zip(range(7), names, hours, strict=True)),
        "groups": ISSUE_GROUPS.items(),
        "languages": LANGUAGES,
        "may_edit": place.role == Role.ADMIN,
    }
    return render(request, "routing/person.html", context, status=problem.status if problem else 200)


@require_GET
def load(request: PageRequest) -> HttpResponse:
    """Who has how much, in numbers and in strain; for htmx the list alone."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    context = {"rows": queries.standings_of(place.shop, timezone.now())}
    fragment = request.htmx and not request.htmx.history_restore_request
    return render(request, "routing/load_rows.html" if fragment else "routing/load.html", context)


@require_GET
def why(request: PageRequest, conversation_id: int) -> HttpResponse:
    """A conversation's clocks, who was chosen or suggested for it, and why."""
    conversation = access_conversation(request.user, conversation_id)
    return render(request, "routing/why.html", _why(conversation))


@require_POST
def take(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Give it to the one who was suggested."""
    conversation = access_conversation(request.user, conversation_id)
    placing.take_suggestion(conversation.pk, request.user)
    return _after(request, conversation_id)


@require_POST
def pass_over(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The suggestion does not fit."""
    conversation = access_conversation(request.user, conversation_id)
    placing.pass_over(conversation.pk, request.user)
    return _after(request, conversation_id)


def _after(request: PageRequest, conversation_id: int) -> HttpResponse:
    if not request.htmx:
        return redirect("conversations:page", conversation_id)
    return render(request, "routing/why.html", _why(access_conversation(request.user, conversation_id)))


def _why(conversation: Any) -> dict[str, Any]:
    placement = queries.latest_placement(conversation.pk)
    names: dict[int, str] = {}
    if placement is not None:
        names = {row.agent_id: row.agent.name for row in queries.profiles_of(conversation.shop_id)}
    considered = (
        [entry | {"name": names.get(entry["id"], "?")} for entry in placement.considered] if placement else []
    )
    return {
        "conversation": conversation,
        "placement": placement,
        "considered": sorted(considered, key=lambda entry: (bool(entry["aside"]), entry["cost"])),
        "clocks": clocks_of(conversation.pk),
    }


def _choices(request: PageRequest) -> actions.Choices:
    given = request.POST
    return actions.Choices(
        mode=given.get("mode", ""),
        hand_over=given.get("hand_over", ""),
        prefer_last="prefer_last" in given,
        relax_skills="relax_skills" in given,
        lead_minutes=_number(given.get("lead_minutes", ""), "lead_minutes"),
        admin_minutes=_number(given.get("admin_minutes", ""), "admin_minutes"),
    )


def _weights(request: PageRequest) -> dict[str, float]:
    found = {}
    for name in asdict(Weights()):
        text = request.POST.get(f"weight-{name}", "").strip()
        if not text:
            continue
        try:
            found[name] = float(text)
        except ValueError as error:
            raise DomainError(gettext_noop("A weight is a number from 0 to 1000."), field=name) from error
    return found


def _abilities(request: PageRequest) -> actions.Abilities:
    given = request.POST
    return actions.Abilities(
        takes_part="takes_part" in given,
        issues=given.getlist("issues"),
        languages=given.getlist("languages"),
        products=given.get("products", "").replace("\uff0c", ",").split(","),
        most_open=_number(given.get("most_open", ""), "most_open"),
        most_hard=_number(given.get("most_hard", ""), "most_hard"),
        hours=[given.get(f"hours-{n}", "") for n in range(7)],
    )


def _number(text: str, field: str) -> int:
    if not text.strip().isdecimal() or len(text) > 6:
        raise DomainError(gettext_noop("Write a whole number."), field=field)
    return int(text)


def _actor(request: PageRequest) -> str:
    return f"agent-{request.user.pk}"
