"""The language model's page: what is set up, what it cost, what became of each call."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from goldseam.core.http import PageRequest
from goldseam.core.llm.endpoint import llm_settings
from goldseam.core.llm.usage import latest_calls, usage_since
from goldseam.people.queries import Role, require_role

_DAYS = 30


@require_GET
def llm_page(request: PageRequest) -> HttpResponse:
    """For admins."""
    require_role(request.user, request.shop.pk, Role.ADMIN)
    given = llm_settings()
    now = timezone.now()
    context = {
        "llm": given,
        "models": [(task, given.model_for(task)) for task in ("draft", "rewrite", "summary", "answer")],
        "today": usage_since(request.shop.pk, now.replace(hour=0, minute=0, second=0, microsecond=0)),
        "month": usage_since(request.shop.pk, now - timedelta(days=_DAYS)),
        "days": _DAYS,
        "calls": latest_calls(request.shop.pk),
    }
    return render(request, "copilot/llm.html", context)
