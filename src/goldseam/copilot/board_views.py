"""The board of open risks and what can be done from it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from goldseam.conversations import actions as inbox
from goldseam.conversations.queries import access_conversation
from goldseam.copilot.board import MOST, SORT_NAMES, board_of
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, agents_of, colleague, require_role


@require_GET
def board(request: PageRequest) -> HttpResponse:
    """All open risks; for htmx the list alone."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    fragment = request.htmx and not request.htmx.history_restore_request
    return _board(request, "copilot/board_rows.html" if fragment else "copilot/board.html")


@require_POST
def assign(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Give a risk to somebody."""
    conversation = access_conversation(request.user, conversation_id)
    require_role(request.user, conversation.shop_id, Role.LEAD)
    number = request.POST.get("assignee", "")
    chosen = int(number) if number.isdecimal() and len(number) < 19 else 0
    owner = colleague(conversation.shop_id, chosen) if chosen else None
    inbox.assign(conversation, owner, actor=f"agent-{request.user.pk}")
    return _after(request)


@require_POST
def acknowledge(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The lead has seen it."""
    conversation = access_conversation(request.user, conversation_id)
    require_role(request.user, conversation.shop_id, Role.LEAD)
    inbox.acknowledge(conversation, request.user)
    return _after(request)


def _after(request: PageRequest) -> HttpResponse:
    return _board(request, "copilot/board_rows.html") if request.htmx else redirect("copilot:board")


def _board(request: PageRequest, template: str) -> HttpResponse:
    sort = request.GET.get("sort", request.POST.get("sort", ""))
    sort = sort if sort in SORT_NAMES else SORT_NAMES[0]
    context = {
        "risks": board_of(request.shop.pk, sort),
        "sort": sort,
        "sorts": SORT_NAMES,
        "most": MOST,
        "colleagues": list(agents_of(request.shop.pk)),
    }
    return render(request, template, context)
