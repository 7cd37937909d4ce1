"""The bot's pages: the switchboard, its figures, and where it stands beside a conversation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.bot import board, queries
from goldseam.bot.models import Mode
from goldseam.bot.suggesting import take_over, use_suggestion
from goldseam.conversations.filter_codes import ISSUE_GROUPS
from goldseam.conversations.queries import access_conversation
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, require_role

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation

_SPANS = (7, 30, 90)


@require_http_methods(["GET", "POST"])
def switch(request: PageRequest) -> HttpResponse:
    """How far the bot may go for each issue in each channel, and its times and limits."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    problem: DomainError | None = None
    if request.method == "POST":
        require_role(request.user, place.shop_id, Role.ADMIN)
        actor = f"agent-{request.user.pk}"
        try:
            board.set_switches(place.shop, _chosen(request), actor=actor)
            board.set_limits(place.shop, request.POST.dict(), actor=actor)
            return redirect("bot:switch")
        except DomainError as error:
            problem = error
    channels = queries.channels_for(place.shop_id)
    kept = queries.switches_of(place.shop_id)
    limits = queries.settings_of(place.shop_id)
    context = {
        "channels": channels,
        "first": _row("", channels, kept),
        "groups": [
            (group, [_row(issue, channels, kept) for issue in issues])
            for group, issues in ISSUE_GROUPS.items()
        ],
        "modes": Mode.choices,
        "limits": [
            (name, request.POST.get(name) if problem else getattr(limits, name), *bounds)
            for name, bounds in board.LIMITS.items()
        ],
        "may_edit": place.role == Role.ADMIN,
        "problem": problem,
        "changes": queries.changes_of_shop(place.shop_id)[:20],
    }
    return render(request, "bot/switch.html", context, status=problem.status if problem else 200)


@require_GET
def figures(request: PageRequest) -> HttpResponse:
    """What became of what the bot took up."""
    place = require_role(request.user, request.shop.pk, Role.LEAD)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(span) for span in _SPANS} else 30
    now = timezone.now()
    rows = queries.figures_of(place.shop_id, now - timedelta(days=days), now)
    return render(request, "bot/figures.html", {"rows": rows, "days": days, "spans": _SPANS})


@require_GET
def beside(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Where the bot stands in a conversation, and what it suggests."""
    return _beside(request, access_conversation(request.user, conversation_id))


@require_POST
def take(request: PageRequest, conversation_id: int) -> HttpResponse:
    """A person goes on; the bot is silent from now on."""
    conversation = access_conversation(request.user, conversation_id)
    take_over(conversation, request.user)
    return _beside(request, access_conversation(request.user, conversation_id))


@require_POST
def use(request: PageRequest, conversation_id: int, turn_id: int) -> HttpResponse:
    """A suggestion was taken into the composer."""
    conversation = access_conversation(request.user, conversation_id)
    use_suggestion(conversation, turn_id)
    return HttpResponse(status=204)


def _beside(request: PageRequest, conversation: Conversation) -> HttpResponse:
    turn = queries.latest_turn(conversation.pk)
    fresh = turn is not None and turn.mode == Mode.SUGGEST and conversation.waiting_since is not None
    context: dict[str, Any] = {
        "conversation": conversation,
        "suggestion": turn if fresh else None,
        "changes": queries.changes_in(conversation.pk)[:3],
    }
    return render(request, "bot/beside.html", context)


def _row(
    issue: str, channels: list[str], kept: dict[tuple[str, str], str]
) -> tuple[str, list[tuple[str, str]]]:
    """An issue with the mode of each channel, that of all channels first; "" where nothing is said."""
    return issue, [(channel, kept.get((issue, channel), "")) for channel in ("", *channels)]


def _chosen(request: PageRequest) -> dict[tuple[str, str], str]:
    chosen: dict[tuple[str, str], str] = {}
    for name, mode in request.POST.items():
        prefix, _, place = name.partition(":")
        if prefix == "mode" and mode:
            issue, _, channel = str(place).partition("@")
            chosen[(issue, channel)] = str(mode)
    return chosen
