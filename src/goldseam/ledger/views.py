"""The ledger's pages: the list with its sums, one conversation's money, files, payments, budgets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.conversations.queries import access_conversation
from goldseam.core.errors import DomainError
from goldseam.core.export import csv_answer
from goldseam.core.http import PageRequest
from goldseam.ledger import actions, budgets, exporting, listing, queries, screen, settling
from goldseam.ledger.forms import BudgetForm, PayForm, ReverseForm, checked
from goldseam.ledger.models import BudgetWarning
from goldseam.people.queries import Role, require_role

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def ledger(request: PageRequest) -> HttpResponse:
    """Entries with their sums; a part of them when a filter or the next page asks."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    context = screen.list_context(request)
    if request.htmx and not request.htmx.history_restore_request:
        part = "ledger/rows.html" if request.GET.get("after") else "ledger/body.html"
        return render(request, part, context)
    return render(request, "ledger/ledger.html", context)


@require_GET
def export(request: PageRequest) -> HttpResponseBase:
    """What the list shows, as a file."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    entries = listing.exported(request.shop, listing.LedgerQuery.of(request.GET))
    name = f"ledger-{timezone.localdate():%Y-%m-%d}"
    if request.GET.get("format") == "xlsx":
        response = HttpResponse(exporting.as_excel(entries), content_type=_XLSX)
        response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
        return response
    pieces = ([exporting.cells(entry)] for entry in entries)
    return csv_answer(request, f"{name}.csv", exporting.COLUMNS, pieces)


@require_GET
def money(request: PageRequest, conversation_id: int) -> HttpResponse:
    """One conversation's money, beside its thread."""
    conversation = access_conversation(request.user, conversation_id)
    return render(request, "ledger/money.html", screen.money_context(request, conversation))


@require_POST
def pay(request: PageRequest, entry_id: int) -> HttpResponse:
    """What an entry opened was paid by hand."""
    entry = queries.access_entry(request.user, entry_id)
    require_role(request.user, entry.shop_id, Role.LEAD)
    given = checked(PayForm(request.POST))
    key = f"hand-{given['key']}"
    settling.pay(
        entry, key=key, agent=request.user, amount=given["amount"], source=given["note"] or "by hand"
    )
    return _after(request, entry.conversation_id, _("Marked as paid."))


@require_POST
def reverse(request: PageRequest, entry_id: int) -> HttpResponse:
    """Take an entry back by one with opposite lines."""
    entry = queries.access_entry(request.user, entry_id)
    require_role(request.user, entry.shop_id, Role.LEAD)
    given = checked(ReverseForm(request.POST))
    actions.reverse(entry, key=f"reverse-{entry.pk}", agent=request.user, reason=given["reason"])
    return _after(request, entry.conversation_id, _("The entry is taken back."))


def _after(request: PageRequest, conversation_id: int, told: str) -> HttpResponse:
    if request.htmx:
        conversation = access_conversation(request.user, conversation_id)
        return render(request, "ledger/money.html", screen.money_context(request, conversation))
    messages.success(request, told)
    return redirect("ledger:list")


@require_http_methods(["GET", "POST"])
def budget_page(request: PageRequest) -> HttpResponse:
    """How far the month's budgets are used up; leads set them."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    problem: dict[str, Any] = {}
    if request.method == "POST":
        try:
            _set_budget(request)
        except DomainError as error:
            problem = {"problem": _(error.message), "field": error.field, "given": request.POST}
        else:
            messages.success(request, _("The budget is set."))
            return redirect("ledger:budgets")
    context = screen.budget_context(request) | problem
    part = request.htmx and not request.htmx.history_restore_request
    template = "ledger/budget_rows.html" if part else "ledger/budgets.html"
    return render(request, template, context, status=422 if problem else 200)


def _set_budget(request: PageRequest) -> None:
    given = checked(BudgetForm(request.POST))
    budgets.set_budget(
        request.shop,
        request.user,
        team_id=given["team"],
        since=given["since"],
        currency=given["currency"],
        amount=None if given["ends"] else given["amount"],
        shares=given["shares"],
    )


@require_GET
def usage(request: PageRequest) -> HttpResponse:
    """The budgets on which a gift would weigh: for the dialog in which one asks, and where one decides."""
    wanted = request.GET.get("agent", "")
    person = int(wanted) if wanted.isdecimal() and len(wanted) < 16 else request.user.pk
    currency = request.GET.get("currency", "").upper()[:3] or request.shop.currency
    found = budgets.usages_for(request.shop, person, currency, timezone.now())
    return render(request, "ledger/usage.html", {"usages": found})


@require_GET
def warnings(request: PageRequest) -> HttpResponse:
    """What the leads have to know about this month's budgets, until they have taken notice."""
    found: list[BudgetWarning] = []
    if request.membership.role != Role.AGENT:
        found = budgets.highest(budgets.warnings_for(request.user, request.shop, timezone.now()))
    return render(request, "ledger/warnings.html", {"warnings": found})


@require_POST
def see_warnings(request: PageRequest) -> HttpResponse:
    """A lead has taken notice."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    budgets.see_warnings(request.user, request.shop)
    return render(request, "ledger/warnings.html", {"warnings": []})
