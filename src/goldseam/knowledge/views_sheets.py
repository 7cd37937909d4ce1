"""Product sheets to read and to write."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.knowledge import sheet_actions
from goldseam.knowledge.queries import access_sheet, sheet_versions, sheets_of
from goldseam.knowledge.sheet_forms import SheetPage
from goldseam.knowledge.sheets import read_sheet
from goldseam.people.queries import Role, require_role


@require_GET
def sheets(request: PageRequest) -> HttpResponse:
    """All product families of the shop."""
    return render(request, "knowledge/sheets.html", {"sheets": sheets_of(request.shop.pk)})


@require_GET
def sheet(request: PageRequest, sheet_id: int) -> HttpResponse:
    """One family: parts, faults, care, fit, promises."""
    row = access_sheet(request.user, sheet_id)
    context = {"sheet": row, "body": read_sheet(row.body), "versions": sheet_versions(row)}
    return render(request, "knowledge/sheet.html", context)


@require_http_methods(["GET", "POST"])
def write_sheet(request: PageRequest) -> HttpResponse:
    """A new family."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    page = SheetPage(request.POST if request.method == "POST" else None)
    if request.method == "POST" and page.is_valid():
        try:
            row, _changed = sheet_actions.save_sheet(
                request.shop, f"sheet-{get_random_string(10).lower()}", page.values(),
                actor=request.user.name, owner=request.user,
            )  # fmt: skip
        except DomainError as error:
            page.form.add_error(None, _(error.message))
        else:
            return redirect("knowledge:sheet", row.pk)
    return _form(request, page)


@require_http_methods(["GET", "POST"])
def edit_sheet(request: PageRequest, sheet_id: int) -> HttpResponse:
    """Change a family; the version that was open must still be the latest."""
    row = access_sheet(request.user, sheet_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    page = (
        SheetPage(request.POST)
        if request.method == "POST"
        else SheetPage(None, read_sheet(row.body), row.version)
    )
    if request.method == "POST" and page.is_valid():
        try:
            sheet_actions.save_sheet(
                row.shop, row.external_id, page.values(), actor=request.user.name, seen_version=page.version
            )
        except DomainError as error:
            page.form.add_error(None, _(error.message))
        else:
            return redirect("knowledge:sheet", row.pk)
    return _form(request, page, row)


@require_POST
def archive_sheet(request: PageRequest, sheet_id: int) -> HttpResponse:
    """Take a family out of use."""
    row = access_sheet(request.user, sheet_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    sheet_actions.archive_sheet(row, request.user)
    return redirect("knowledge:sheets")


def _form(request: PageRequest, page: SheetPage, row: object = None) -> HttpResponse:
    wrong = request.method == "POST"
    return render(
        request, "knowledge/sheet_edit.html", {"page": page, "sheet": row}, status=422 if wrong else 200
    )
