"""Closing, what a shop asks then, and the customer's answer to how it was."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goldseam.conversations import actions, queries
from goldseam.conversations.closing_forms import REASON_NAMES, AnswerForm, CloseRulesForm
from goldseam.conversations.desk import render_done
from goldseam.conversations.forms import CloseForm, checked
from goldseam.core.api import TooManyCalls, count_call
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, require_role

_ANSWERS_A_MINUTE = 20


@require_POST
def close(request: PageRequest, conversation_id: int) -> HttpResponse:
    """It is done."""
    conversation = queries.access_conversation(request.user, conversation_id)
    given = checked(CloseForm(request.POST))
    actions.close(
        conversation,
        outcome=given["outcome"],
        cause=given["cause"],
        note=given["note"],
        actor=f"agent-{request.user.pk}",
    )
    return render_done(request, conversation)


@require_http_methods(["GET", "POST"])
def rules(request: PageRequest) -> HttpResponse:
    """What the shop asks when a conversation is closed."""
    require_role(request.user, request.shop.pk, Role.ADMIN)
    form = CloseRulesForm(request.POST) if request.method == "POST" else CloseRulesForm.of(request.shop.pk)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_close_rules(request.shop, request.user, **form.rules())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("conversations:close_rules")
    status = 422 if form.errors else 200
    return render(request, "conversations/close_rules.html", {"form": form}, status=status)


@login_not_required
@require_http_methods(["GET", "POST"])
def csat(request: HttpRequest, token: str) -> HttpResponse:
    """How was it? For the customer, by their link alone."""
    try:
        count_call(f"csat-{request.META.get('REMOTE_ADDR', '')}", _ANSWERS_A_MINUTE)
        survey = actions.survey_of(token)
    except (NotFound, TooManyCalls) as error:
        return _sorry(request, error)
    language = request.GET.get("lang", "")
    if language not in ("zh-hans", "en"):
        language = actions.language_of(survey.conversation)
    with translation.override(language):
        if request.method == "GET" or survey.answered_at is not None:
            return _question(request, {"survey": survey, "token": token, "language": language}, 200)
        form = AnswerForm(request.POST)
        context = {"survey": survey, "token": token, "language": language, "form": form}
        if not form.is_valid():
            return _question(request, context, 422)
        given = form.cleaned_data
        try:
            actions.answer_survey(survey, given["score"], given["reason"], given["comment"])
        except Conflict:  # answered in another window: the page says so
            survey.refresh_from_db()
        else:
            survey.refresh_from_db()
        return _question(request, context, 200)


def _question(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    more = {"reasons": REASON_NAMES.items(), "scores": range(1, 6), "most": actions.MAX_COMMENT}
    response = render(request, "conversations/csat.html", context | more, status=status)
    response.headers["Content-Language"] = str(context["language"])
    return _private(response)


def _sorry(request: HttpRequest, error: DomainError) -> HttpResponse:
    response = render(request, "conversations/csat.html", {"sorry": _(error.message)}, status=error.status)
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """The address is the key: it goes to no other site and no search machine. (The site's own policy keeps
    it from other sites; to send none at all would hide from our own form where it comes from.)"""
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
