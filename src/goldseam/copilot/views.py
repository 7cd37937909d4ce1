"""The copilot panel, and what a person does with it."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from goldseam.conversations.queries import access_conversation
from goldseam.copilot import actions, queries
from goldseam.copilot.codes import ISSUES
from goldseam.copilot.panel import crisis_context, doubtful_lines, panel_of
from goldseam.copilot.wording import is_on, latest_wordings
from goldseam.core.http import PageRequest
from goldseam.people.queries import membership_in


@require_GET
def panel(request: PageRequest, conversation_id: int) -> HttpResponse:
    """What it is, how they feel, how risky and why, who is liable, what to do, what to say."""
    return panel_fragment(request, conversation_id)


@require_POST
def issue(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The person names the right issue."""
    conversation = access_conversation(request.user, conversation_id)
    actions.correct_issue(conversation, request.user, request.POST.get("issue", ""))
    return panel_fragment(request, conversation_id)


@require_POST
def rate(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The person says whether a part was right."""
    conversation = access_conversation(request.user, conversation_id)
    part, verdict = request.POST.get("part", ""), request.POST.get("verdict", "")
    actions.rate_part(conversation, request.user, part, verdict)
    return panel_fragment(request, conversation_id)


@require_POST
def assess(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Assess again on the present facts."""
    conversation = access_conversation(request.user, conversation_id)
    actions.assess(conversation)
    return panel_fragment(request, conversation_id)


@require_GET
def remedy_draft(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The draft that carries out one of the remedies, as JSON: {"text", "remedy"}."""
    conversation = access_conversation(request.user, conversation_id)
    code = request.GET.get("remedy", "")[:30]
    return JsonResponse({"text": queries.draft_with(conversation, code), "remedy": code})


def panel_fragment(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The whole panel as it stands now."""
    conversation = access_conversation(request.user, conversation_id)
    decision = queries.latest_decision(conversation.pk)
    role = membership_in(request.user, conversation.shop_id).role
    context = crisis_context(conversation.pk, role) | {
        "conversation": conversation,
        "panel": panel_of(decision) if decision else None,
        "doubtful": doubtful_lines(queries.doubtful_replies(conversation.pk)),
        "issues": ISSUES.items(),
        "llm": is_on(),
        "wordings": latest_wordings(decision) if decision and is_on() else {},
        "verdicts": queries.verdicts_on(decision, request.user) if decision else {},
    }
    return render(request, "copilot/panel.html", context)
