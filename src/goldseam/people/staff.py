"""Doors of a shop's admins to its people, teams, roles and the shop itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.core import frame
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.people import actions, queries, teams
from goldseam.people.forms import PersonForm, RoleForm, ShopForm, TeamForm
from goldseam.people.models import Membership, Role
from goldseam.people.roles import DUTIES


def admin_place(request: PageRequest) -> Membership:
    """The gate of these pages."""
    return queries.require_role(request.user, request.shop.pk, Role.ADMIN)


@require_http_methods(["GET", "POST"])
def people(request: PageRequest) -> HttpResponse:
    """The people of the shop; an admin invites some."""
    place = admin_place(request)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        agent = actions.add_person(place.shop, **_person(form), actor=_actor(request))
        if not agent.has_usable_password():
            return redirect(f"{reverse('people:people')}?invited={agent.pk}")
        messages.success(request, _("%(name)s works here now.") % {"name": agent.name})
        return redirect("people:people")
    rows = queries.memberships_in(place.shop_id)
    context = {
        "form": form,
        "rows": rows,
        "roles": Role.choices,
        "gone": queries.departures_from(place.shop_id),
        "invitation": _invitation(request, rows),
        "now_available": {a.pk for a in queries.available_agents(place.shop_id)},
    }
    return render(request, "people/people.html", context, status=400 if form.errors else 200)


def _invitation(request: PageRequest, rows: list[Membership]) -> dict[str, str] | None:
    """The link of the person named in the address, if they still wait to come in."""
    wanted = request.GET.get("invited", "")
    for row in rows:
        if str(row.agent_id) == wanted and (parts := queries.invitation_of(row.agent)):
            address = request.build_absolute_uri(reverse("people:join", args=parts))
            return {"name": row.agent.name, "address": address}
    return None


@require_POST
def role(request: PageRequest, membership_id: int) -> HttpResponse:
    """Change what a colleague may do, or (with `remove`) let them go."""
    place = admin_place(request)
    membership = queries.membership_of_shop(place.shop_id, membership_id)
    if "remove" in request.POST:
        heir = request.POST.get("heir", "")
        successor = (
            queries.colleague(place.shop_id, int(heir)) if heir.isdecimal() and len(heir) < 19 else None
        )
        actions.remove_person(membership, heir=successor, actor=_actor(request))
        return redirect("people:people")
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise DomainError("Choose a role and an amount of at least 0.", field="limit")
    given = form.cleaned_data
    actions.change_role(membership, Role(given["role"]), given["limit"], actor=_actor(request))
    return redirect("people:people")


@require_POST
def bring_back(request: PageRequest, departure_id: int) -> HttpResponse:
    """Somebody who left works here again, as what they were."""
    place = admin_place(request)
    gone = queries.departure_from(place.shop_id, departure_id)
    actions.add_person(
        place.shop,
        gone.agent.email,
        gone.agent.name,
        None,
        role=Role(gone.role),
        limit=gone.limit,
        actor=_actor(request),
    )
    return redirect("people:people")


@require_http_methods(["GET", "POST"])
def team_list(request: PageRequest) -> HttpResponse:
    """The shop's teams, and a new one."""
    place = admin_place(request)
    form = TeamForm(place.shop_id, request.POST or None)
    if request.method == "POST" and form.is_valid():
        teams.create_team(place.shop, **form.cleaned_data, actor=_actor(request))
        return redirect("people:teams")
    rows = queries.teams_of(place.shop_id).prefetch_related("members__agent")
    context = {"form": form, "rows": rows}
    return render(request, "people/teams.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def team(request: PageRequest, team_id: int) -> HttpResponse:
    """One team: its name, lead and members."""
    place = admin_place(request)
    row = queries.team_of_shop(place.shop_id, team_id)
    now = {"name": row.name, "lead": row.lead_id, "members": list(queries.members_of(row.pk))}
    form = TeamForm(place.shop_id, request.POST or None, initial=now)
    if request.method == "POST":
        if "delete" in request.POST:
            teams.delete_team(row, actor=_actor(request))
            return redirect("people:teams")
        if form.is_valid():
            teams.change_team(row, **form.cleaned_data, actor=_actor(request))
            return redirect("people:teams")
    return render(
        request, "people/team.html", {"form": form, "team": row}, status=400 if form.errors else 200
    )


@require_GET
def roles(request: PageRequest) -> HttpResponse:
    """What each role may see and do, in words."""
    queries.require_role(request.user, request.shop.pk, Role.LEAD)
    pages = [
        {"label": page.label, "role": page.role, "note": page.note}
        for page in sorted(frame.places("admin"), key=lambda page: frame.RANKS[page.role])
        if page.role != "agent"
    ]
    context = {"roles": Role.choices, "duties": DUTIES, "pages": pages, "ranks": frame.RANKS}
    return render(request, "people/roles.html", context)


@require_http_methods(["GET", "POST"])
def shop(request: PageRequest) -> HttpResponse:
    """The shop's own facts."""
    place = admin_place(request)
    fields = ("name", "language", "timezone", "currency")
    form = ShopForm(request.POST or None, initial={name: getattr(place.shop, name) for name in fields})
    if request.method == "POST" and form.is_valid():
        actions.change_shop(place.shop, **form.cleaned_data, actor=_actor(request))
        messages.success(request, _("Kept."))
        return redirect("people:shop")
    return render(request, "people/shop.html", {"form": form}, status=400 if form.errors else 200)


def _person(form: PersonForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {
        "email": given["email"],
        "name": given["name"],
        "password": given["password"] or None,
        "role": Role(given["role"]),
        "limit": given["limit"],
    }


def _actor(request: PageRequest) -> str:
    return f"agent-{request.user.pk}"
