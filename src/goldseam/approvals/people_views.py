"""Pages about deputies and absences, and about the table of steps."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goldseam.approvals import covering, queries
from goldseam.approvals.forms import CoverForm, checked
from goldseam.approvals.models import ApprovalSettings
from goldseam.approvals.steps import StepRow, rows_of
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.engine.reply.authority import WORDING
from goldseam.people.queries import Role, memberships_in, require_role
from goldseam.workshop.load_terms import load_terms

_MOST_ROWS = 100
LEVEL_CHOICES = ("lead", "admin", "lead,admin")


@require_http_methods(["GET", "POST"])
def covers(request: PageRequest) -> HttpResponse:
    """Who decides for whom and who is away; leads for themselves, admins for everybody."""
    membership = require_role(request.user, request.shop.pk, Role.LEAD)
    problem, status = "", 200
    if request.method == "POST":
        try:
            given = checked(CoverForm(request.POST))
            covering.name_deputy(
                request.shop,
                request.user,
                given["agent"],
                deputy_id=given["deputy"],
                starts_at=given["starts_at"],
                ends_at=given["ends_at"],
                away=given["away"],
                up_to=given["up_to"],
                note=given["note"],
            )
            return redirect("approvals:covers")
        except DomainError as error:
            problem, status = _(error.message), 422 if error.status == 400 else error.status
    people = memberships_in(request.shop.pk)
    is_admin = membership.role == Role.ADMIN
    mine = [m for m in people if is_admin or m.agent_id == request.user.pk]
    context = {
        "covers": covering.covers_ahead(request.shop.pk),
        "deciders": [m for m in mine if m.role != Role.AGENT],
        "people": people,
        "is_admin": is_admin,
        "given": request.POST,
        "problem": problem,
        "now": timezone.localtime(),
    }
    return render(request, "approvals/covers.html", context, status=status)


@require_POST
def end_cover(request: PageRequest, cover_id: int) -> HttpResponse:
    """It is over."""
    covering.end_cover(queries.access_cover(request.user, cover_id), request.user)
    return redirect("approvals:covers")


@require_http_methods(["GET", "POST"])
def steps(request: PageRequest) -> HttpResponse:
    """The table of steps; saved as a whole."""
    require_role(request.user, request.shop.pk, Role.ADMIN)
    rows: list[Any] = list(rows_of(request.shop.pk))
    settings = ApprovalSettings.objects.filter(shop=request.shop).first() or ApprovalSettings()
    small: Any = settings.small_amount
    days: Any = settings.grant_days
    problem, status = "", 200
    if request.method == "POST":
        try:
            rows = _rows(request)
            small = _number(request.POST.get("small_amount", ""), "small_amount")
            days = request.POST.get("grant_days", "")
            covering.write_steps(request.shop, request.user, rows, small, _days(days))
            messages.success(request, _("The table holds from now on."))
            return redirect("approvals:steps")
        except DomainError as error:
            problem, status = _(error.message), 422 if error.status == 400 else error.status
    terms = load_terms()
    groups = sorted({f"{issue.split('.')[0]}.*" for issue in terms.issues if "." in issue})
    context = {
        "rows": rows,
        "small": small,
        "days": days,
        "problem": problem,
        "issues": sorted(terms.issues),
        "groups": groups,
        "remedies": [*sorted(terms.remedies), WORDING],
        "levels": LEVEL_CHOICES,
    }
    return render(request, "approvals/steps.html", context, status=status)


def _rows(request: PageRequest) -> list[StepRow]:
    """The table's rows; a row whose level is empty is gone."""
    columns = [request.POST.getlist(name) for name in ("issue", "remedy", "over", "levels", "wait")]
    if len({len(column) for column in columns}) != 1 or len(columns[0]) > _MOST_ROWS:
        raise DomainError(_("The table came in broken; load the page again."), field="rows")
    found = []
    for issue, remedy, over, levels, wait in zip(*columns, strict=True):
        if not levels:
            continue
        if levels not in LEVEL_CHOICES or not (wait.isdecimal() and len(wait) < 7):
            raise DomainError(_("A wait is a whole number of minutes."), field="wait")
        found.append(
            StepRow(issue[:40], remedy[:30], _number(over, "over"), tuple(levels.split(",")), int(wait))
        )
    return found


def _days(text: str) -> int:
    """A whole number; nonsense is 0, which no grant may last."""
    return int(text) if text.strip().isdecimal() and len(text) < 5 else 0


def _number(text: str, field: str) -> Decimal:
    try:
        value = Decimal(text.strip() or "0")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value < 10_000_000:
        raise DomainError(_("Write an amount as a plain number, such as 200."), field=field)
    return value.quantize(Decimal("0.01"))
