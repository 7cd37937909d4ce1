"""Asking beside a conversation, and the page of those who decide."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from goldseam.approvals import actions, granted, lists, notices, queries, screen
from goldseam.approvals.asking import Asking
from goldseam.approvals.forms import AskForm, BatchForm, DecideForm, checked
from goldseam.approvals.models import ApprovalRequest, State
from goldseam.conversations.queries import access_conversation
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest

_MOST_AT_ONCE = 100


@require_GET
def badge(request: PageRequest) -> HttpResponse:
    """How many requests wait for me; news that was not shown yet comes with it as a toast."""
    count = lists.waiting_for(request.shop, request.user)
    response = render(request, "approvals/badge.html", {"count": count})
    news = notices.take_news(request.user, request.shop.pk)
    return trigger_client_event(response, "goldseam:toast", {"text": news}) if news else response


@require_http_methods(["GET", "POST"])
def ask(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The dialog in which an agent asks, filled in as far as the address says; and the asking."""
    conversation = access_conversation(request.user, conversation_id)
    context = screen.ask_context(conversation)
    if request.method == "GET":
        context["given"] = screen.given_of(request.GET, conversation) | {"key": uuid.uuid4().hex}
        return _asking(request, context, 200)
    try:
        form = AskForm(
            request.POST,
            messages=[m.pk for m in context["said"]],
            orders=[order.external_id for order in context["orders"]],
        )
        fields = checked(form)
        key = fields.pop("key")
        amount = fields.pop("amount") or Decimal(0)
        made, _created = actions.ask(
            conversation, Asking(amount=amount, **fields), requester=request.user, key=key
        )
    except DomainError as error:
        context["given"] = screen.given_of(request.POST, conversation) | {"key": request.POST.get("key", "")}
        context |= {"problem": _(error.message), "field": error.field}
        return _asking(request, context, 422 if error.status == 400 else error.status)
    if not request.htmx:
        return redirect("approvals:request", made.pk)
    row = lists.Desk(request.shop, request.user).row(made)
    text = _("Asked: %(names)s decides.") % {"names": " / ".join(row.waits_for[:3])}
    return trigger_client_event(_strip(request, conversation_id), "goldseam:toast", {"text": text})


@require_GET
def strip(request: PageRequest, conversation_id: int) -> HttpResponse:
    """What was asked on a conversation and how it stands, beside its thread."""
    access_conversation(request.user, conversation_id)
    return _strip(request, conversation_id)


@require_GET
def queue(request: PageRequest) -> HttpResponse:
    """What waits for me; all that is open; what I asked; what was decided."""
    context = screen.queue_context(request)
    part = request.htmx and not request.htmx.history_restore_request
    return render(request, "approvals/rows.html" if part else "approvals/queue.html", context)


@require_GET
def request_page(request: PageRequest, request_id: int) -> HttpResponse:
    """One request with everything that a decision needs."""
    found = queries.access_request(request.user, request_id)
    if found.shop_id != request.shop.pk:
        request.session["shop"] = found.shop_id
        return redirect(request.get_full_path())
    context = screen.request_context(request, found)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "approvals/request.html", context)
    return render(request, "approvals/queue.html", screen.queue_context(request) | context)


@require_POST
def decide(request: PageRequest, request_id: int) -> HttpResponse:
    """Approve, refuse, or pass on; answers with the request as it is then."""
    found = queries.access_request(request.user, request_id)
    given = checked(DecideForm(request.POST))
    words, key = given["words"], given["key"]
    if given["verb"] == "approve":
        actions.approve(found.pk, request.user, amount=given["amount"], words=words, key=key)
    elif given["verb"] == "refuse":
        actions.refuse(found.pk, request.user, words=words, key=key)
    else:
        actions.pass_on(found.pk, request.user, words=words, key=key)
    return _request(request, found)


@require_POST
def withdraw(request: PageRequest, request_id: int) -> HttpResponse:
    """Who asked takes it back."""
    found = queries.access_request(request.user, request_id)
    actions.withdraw(found.pk, request.user)
    if request.htmx and request.POST.get("from") == "strip":
        return _strip(request, found.conversation_id)
    return _request(request, found)


@require_POST
def give_back(request: PageRequest, request_id: int) -> HttpResponse:
    """What was granted is not needed after all."""
    found = queries.access_request(request.user, request_id)
    granted.give_back(found.pk, request.user, words=request.POST.get("words", ""))
    if request.htmx and request.POST.get("from") == "strip":
        return _strip(request, found.conversation_id)
    return _request(request, found)


@require_POST
def batch(request: PageRequest) -> HttpResponse:
    """One word on several small requests; each is decided by itself, and what did not work is told."""
    given = checked(BatchForm(request.POST))
    numbers = [int(n) for n in request.POST.getlist("request") if n.isdecimal() and len(n) < 16]
    desk = lists.Desk(request.shop, request.user)
    done, problems = 0, []
    for number in dict.fromkeys(numbers[:_MOST_AT_ONCE]):
        try:
            _one_of_batch(request, desk, number, given)
            done += 1
        except DomainError as error:
            problems.append(_(error.message))
    text = ngettext("%(n)s request decided.", "%(n)s requests decided.", done) % {"n": done}
    if problems:
        text += " " + _("Not decided: %(n)s (%(why)s)") % {"n": len(problems), "why": problems[0]}
    response = render(request, "approvals/rows.html", screen.queue_context(request))
    return trigger_client_event(
        response, "goldseam:toast", {"text": text, "level": "error" if problems else "info"}
    )


def _one_of_batch(request: PageRequest, desk: lists.Desk, number: int, given: dict[str, Any]) -> None:
    found = queries.access_request(request.user, number)
    key = f"{given['key']}-{number}"
    if given["verb"] == "refuse":
        actions.refuse(found.pk, request.user, words=given["words"], key=key)
        return
    if found.state == State.PENDING and not desk.row(found).small:
        raise DomainError(_("Only small requests within your authority are approved in a batch."))
    actions.approve(found.pk, request.user, words=given["words"], key=key)


def _asking(request: PageRequest, context: dict[str, Any], status: int) -> HttpResponse:
    template = "approvals/ask.html" if request.htmx else "approvals/ask_page.html"
    return render(request, template, context, status=status)


def _strip(request: PageRequest, conversation_id: int) -> HttpResponse:
    return render(request, "approvals/strip.html", screen.strip_context(request, conversation_id))


def _request(request: PageRequest, found: ApprovalRequest) -> HttpResponse:
    if not request.htmx:
        return redirect("approvals:request", found.pk)
    fresh = queries.access_request(request.user, found.pk)
    return render(request, "approvals/request.html", screen.request_context(request, fresh))
