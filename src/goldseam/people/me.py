"""Doors of what people set for themselves: settings, keys, look, away."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.core import frame
from goldseam.core.errors import DomainError, NotFound
from goldseam.core.http import PageRequest
from goldseam.people import actions, presence, queries, taste
from goldseam.people.forms import AwayForm, JoinForm, MeForm

_YEAR = 365 * 24 * 3600


@require_http_methods(["GET", "POST"])
def me(request: PageRequest) -> HttpResponse:
    """One's own settings."""
    agent = request.user
    form = MeForm(request.POST or None, initial={name: getattr(agent, name) for name in taste.OWN})
    if request.method == "POST" and form.is_valid():
        taste.change_me(agent, **form.cleaned_data)
        response = redirect("people:me")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], max_age=_YEAR, samesite="Lax"
        )
        return response
    context = {"form": form, "away": AwayForm()}
    return render(request, "people/me.html", context, status=400 if form.errors else 200)


@require_POST
def theme(request: PageRequest) -> HttpResponse:
    """Light or dark, from the top bar."""
    taste.set_theme(request.user, request.POST.get("theme", ""))
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
def keys(request: PageRequest) -> HttpResponse:
    """One's own keys; a refused one is said beside its action."""
    agent, refused = request.user, None
    if request.method == "POST":
        action = request.POST.get("action", "")
        try:
            if "reset_all" in request.POST:
                taste.reset_keys(agent)
            elif "reset" in request.POST:
                taste.reset_key(agent, action)
            else:
                taste.choose_key(agent, action, request.POST.get("key", "")[:40])
        except NotFound:
            raise
        except DomainError as error:
            refused = (action, error)
        else:
            return redirect("people:keys")
    context = {"groups": _key_groups(agent.keys, refused), "changed": bool(agent.keys)}
    return render(request, "people/keys.html", context, status=refused[1].status if refused else 200)


def _key_groups(chosen: dict[str, str], refused: tuple[str, DomainError] | None) -> list[dict[str, Any]]:
    mine = frame.keys_of(chosen)
    groups: list[dict[str, Any]] = []
    for context, name in frame.CONTEXTS.items():
        rows = [
            {
                "action": action,
                "key": mine[action.id],
                "own": action.id in chosen,
                "error": refused[1].message if refused and refused[0] == action.id else "",
            }
            for action in frame.actions()
            if action.context == context
        ]
        if rows:
            groups.append({"name": name, "rows": rows})
    return groups


@require_http_methods(["GET", "POST"])
def away(request: PageRequest) -> HttpResponse:
    """Away until a moment, or back: the sign in the top bar, or the page it came from."""
    agent, actor = request.user, f"agent-{request.user.pk}"
    if request.method == "POST":
        if "back" in request.POST:
            presence.come_back(agent, actor=actor)
        else:
            form = AwayForm(request.POST)
            if not form.is_valid():
                raise DomainError(gettext_noop("Choose a time in the future, within a year."), field="until")
            presence.go_away(agent, form.moment(), actor=actor)
        if not request.htmx:
            return redirect("people:me")
    return render(request, "people/presence.html")


@require_GET
def colleague(request: PageRequest, agent_id: int) -> HttpResponse:
    """Who a colleague is: role, teams, whether they are there."""
    agent = queries.colleague(request.shop.pk, agent_id)
    context = {
        "person": agent,
        "place": queries.membership_in(agent, request.shop.pk),
        "teams": queries.teams_of_member(agent, request.shop.pk),
        "available": queries.is_available(agent),
    }
    return render(request, "people/colleague.html", context)


@login_not_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """Somebody who was invited chooses a password and is in."""
    agent = queries.invited(code, token)
    if agent is None:
        return render(request, "people/join.html", {"over": True}, status=404)
    form = JoinForm(agent, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.accept_invitation(agent, form.cleaned_data["new_password1"])
        login(request, agent, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("start")
    context = {"form": form, "person": agent, "shops": queries.shops_of(agent)}
    return render(request, "people/join.html", context, status=400 if form.errors else 200)
