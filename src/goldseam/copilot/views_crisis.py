"""The protocol's steps, and the call for a lead."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from goldseam.copilot import crisis, queries
from goldseam.copilot.views import panel_fragment
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role


@require_GET
def calls(request: PageRequest) -> HttpResponse:
    """Dangers that no lead has taken: shown to leads, and after a while to everybody."""
    return _calls(request)


@require_POST
def take(request: PageRequest, crisis_id: int) -> HttpResponse:
    """A lead answers the call."""
    found = crisis.take(queries.access_crisis(request.user, crisis_id), request.user)
    if request.POST.get("from") == "panel":
        return _done(request, found.conversation_id)
    if request.htmx:
        return _calls(request)
    return redirect("conversations:page", found.conversation_id)


@require_POST
def step(request: PageRequest, crisis_id: int) -> HttpResponse:
    """A step was done, or ticked by mistake."""
    found = queries.access_crisis(request.user, crisis_id)
    done = request.POST.get("done") == "1"
    crisis.mark_step(found, request.user, request.POST.get("step", ""), done=done)
    return _done(request, found.conversation_id)


@require_POST
def release(request: PageRequest, crisis_id: int) -> HttpResponse:
    """The danger is over, says a lead with a reason."""
    found = queries.access_crisis(request.user, crisis_id)
    crisis.release(found, request.user, request.POST.get("reason", ""))
    return _done(request, found.conversation_id)


def _done(request: PageRequest, conversation_id: int) -> HttpResponse:
    if not request.htmx:
        return redirect("conversations:page", conversation_id)
    return panel_fragment(request, conversation_id)


def _calls(request: PageRequest) -> HttpResponse:
    leads = request.membership.role in (Role.LEAD, Role.ADMIN)
    rows = queries.open_calls(request.shop.pk, for_leads=leads)
    return render(request, "copilot/calls.html", {"rows": rows, "leads": leads, "others": len(rows) - 1})
