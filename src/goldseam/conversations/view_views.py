"""Saved views and the filter builder: gate, form, action, page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from goldseam.conversations import actions, filter_form, saved_views
from goldseam.conversations.filter_errors import BadFilter
from goldseam.conversations.filter_form import DraftGroup
from goldseam.conversations.filter_screen import FIELD_GROUPS, GROUP_NAMES, UNIT_NAMES, Builder
from goldseam.conversations.filters import read_filter
from goldseam.conversations.models import SavedView, ViewOrder, ViewScope
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.people.queries import teams_of, teams_of_member

MOST_SHOWN = 1000
"""The builder counts up to here."""

_SAMPLES = 5


class ViewForm(forms.Form):
    """What a view has beside its filter."""

    name = forms.CharField(max_length=60, strip=True, required=False)
    scope = forms.ChoiceField(choices=ViewScope.choices)
    order = forms.ChoiceField(choices=ViewOrder.choices)
    team = forms.IntegerField(required=False)


@require_GET
def views(request: PageRequest) -> HttpResponse:
    """The saved views that the person sees, to be arranged."""
    return _list(request)


@require_http_methods(["GET", "POST"])
def view_new(request: PageRequest) -> HttpResponse:
    """Build a new view."""
    if request.method == "GET":
        return _builder(request, filter_form.first_draft(), {"scope": ViewScope.PRIVATE})
    return _posted(request, None)


@require_http_methods(["GET", "POST"])
def view_edit(request: PageRequest, view_id: int) -> HttpResponse:
    """Change a view."""
    view = saved_views.changeable_view(request.user, request.shop.pk, view_id)
    if request.method == "POST":
        return _posted(request, view)
    values = {"name": view.name, "scope": view.scope, "order": view.order, "team": view.team_id}
    try:
        draft = filter_form.draft_of(read_filter(view.filter))
    except BadFilter as error:
        return _builder(request, filter_form.first_draft(), values, view=view, error=str(error))
    return _builder(request, draft, values, view=view)


@require_POST
def view_count(request: PageRequest) -> HttpResponse:
    """How many conversations the form's filter matches now, and the first of them."""
    draft = filter_form.posted_draft(request.POST)
    try:
        tree = read_filter(filter_form.as_json(draft))
    except BadFilter as error:
        return render(request, "conversations/filter_count.html", {"error": error.remedy})
    order = request.POST.get("order", "")
    order = order if order in ViewOrder.values else ViewOrder.URGENCY
    listing = saved_views.filter_listing(request.shop.pk, request.user, tree, order)
    count = listing.parts[0].order_by()[:MOST_SHOWN].count()
    rows = listing.rows(None, _SAMPLES) if count else []
    context = {"count": count, "cap": MOST_SHOWN, "rows": rows}
    return render(request, "conversations/filter_count.html", context)


@require_POST
def view_move(request: PageRequest, view_id: int) -> HttpResponse:
    """One up or down in one's own list."""
    saved_views.access_view(request.user, request.shop.pk, view_id)
    by = -1 if request.POST.get("by") == "-1" else 1
    actions.move_view(request.user, request.shop.pk, view_id, by)
    return _list(request, moved=view_id, by=by)


@require_POST
def view_copy(request: PageRequest, view_id: int) -> HttpResponse:
    """A copy of one's own."""
    view = saved_views.access_view(request.user, request.shop.pk, view_id)
    copy = actions.copy_view(view, request.user, actor=_actor(request))
    return _go(request, reverse("conversations:view_edit", args=[copy.pk]))


@require_POST
def view_delete(request: PageRequest, view_id: int) -> HttpResponse:
    """Away, with a way back."""
    view = saved_views.changeable_view(request.user, request.shop.pk, view_id)
    actions.delete_view(view, actor=_actor(request))
    return _list(request, deleted=view)


@require_POST
def view_restore(request: PageRequest, view_id: int) -> HttpResponse:
    """The way back."""
    view = saved_views.changeable_view(request.user, request.shop.pk, view_id, is_deleted=True)
    actions.restore_view(view, actor=_actor(request))
    return _list(request)


def _list(request: PageRequest, **extra: Any) -> HttpResponse:
    rows = saved_views.visible_views(request.user, request.shop.pk)
    leads = request.membership.role != "agent"
    context = {
        "rows": [
            (v, v.owner_id == request.user.pk or (leads and v.scope != ViewScope.PRIVATE)) for v in rows
        ],
        "counts": saved_views.rail_counts(request.shop.pk, request.user, rows),
    }
    return render(request, _template(request, "views"), context | extra)


def _posted(request: PageRequest, view: SavedView | None) -> HttpResponse:
    draft = filter_form.posted_draft(request.POST)
    command = request.POST.get("do", "")
    if command != "save":
        focus = filter_form.change(draft, command) if ":" in command else request.POST.get("focus", "")
        return _builder(request, draft, request.POST.dict(), view=view, focus=focus)
    form = ViewForm(request.POST)
    try:
        tree = read_filter(filter_form.as_json(draft))
        if not form.is_valid():
            name, words = next(iter(form.errors.items()))
            raise DomainError(str(words[0]), field=str(name))
        saved = _save(request, view, tree, form.cleaned_data)
    except BadFilter as error:
        errors = {filter_form.path_of(error.place): error.remedy}
        return _builder(request, draft, request.POST.dict(), view=view, errors=errors)
    except DomainError as error:
        return _builder(request, draft, request.POST.dict(), view=view, error=_(error.message))
    return _go(request, f"{reverse('conversations:inbox')}?view={saved_views.key_of(saved)}")


def _save(request: PageRequest, view: SavedView | None, tree: Any, given: dict[str, Any]) -> SavedView:
    placed = {"scope": given["scope"], "order": given["order"], "team": given["team"]}
    if view is None:
        return actions.make_view(
            request.shop, request.user, given["name"], tree, actor=_actor(request), **placed
        )
    actions.change_view(view, request.user, given["name"], tree, actor=_actor(request), **placed)
    return view


def _builder(
    request: PageRequest,
    draft: DraftGroup,
    values: dict[str, Any],
    *,
    view: SavedView | None = None,
    errors: dict[str, str] | None = None,
    error: str = "",
    focus: str = "",
) -> HttpResponse:
    leads = request.membership.role != "agent"
    shop_id = request.shop.pk
    context = {
        "view": view,
        "root": Builder(shop_id, errors or {}).part(draft),
        "values": values,
        "error": error or (_("The filter cannot be used yet: see below.") if errors else ""),
        "focus": focus,
        "scopes": [choice for choice in ViewScope.choices if leads or choice[0] != ViewScope.SHOP],
        "orders": ViewOrder.choices,
        "teams": teams_of(shop_id) if leads else teams_of_member(request.user, shop_id),
        "fields": FIELD_GROUPS,
        "kinds": GROUP_NAMES,
        "units": UNIT_NAMES,
    }
    return render(request, _template(request, "view_edit"), context)


def _template(request: PageRequest, name: str) -> str:
    part = request.htmx and not request.htmx.history_restore_request
    return f"conversations/{name}_part.html" if part else f"conversations/{name}.html"


def _go(request: PageRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def _actor(request: PageRequest) -> str:
    return f"agent-{request.user.pk}"
