"""The authority simulator's pages."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from goldseam.approvals.forms import checked
from goldseam.approvals.simulator import draft_with_limit
from goldseam.approvals.simulator_screen import figures, overview
from goldseam.core.errors import Conflict
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, require_role


class LimitForm(forms.Form):
    """The limit that is to become a draft."""

    issue = forms.CharField(required=False, max_length=40)
    currency = forms.CharField(max_length=3)
    limit = forms.DecimalField(min_value=Decimal("0.01"), max_digits=10, decimal_places=2)


@require_GET
def simulator(request: PageRequest) -> HttpResponse:
    """What would have happened if agents had been allowed to grant more."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    part = request.htmx and not request.htmx.history_restore_request
    template = "approvals/simulator_body.html" if part else "approvals/simulator.html"
    return render(request, template, overview(request))


@require_GET
def simulator_data(request: PageRequest) -> HttpResponse:
    """The figures of the charts."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    return JsonResponse(figures(request))


@require_POST
def simulator_apply(request: PageRequest) -> HttpResponse:
    """Put a limit into a draft of the policy pack, and show what it changes."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    given = checked(LimitForm(request.POST))
    try:
        draft = draft_with_limit(request.shop, request.user, **given)
    except Conflict as error:
        messages.error(request, _(error.message))
        return redirect("approvals:simulator")
    messages.success(request, _("The limit stands in a draft. It holds when somebody else has approved it."))
    return redirect("policies:difference", draft.pk)
