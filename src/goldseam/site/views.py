"""Pages of the shell: the front door, errors, the audit trail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from goldseam.core.api import error_answer
from goldseam.core.errors import DomainError, NotFound
from goldseam.core.http import PageRequest
from goldseam.core.trail import trail_page
from goldseam.people.queries import Role, agents_of, require_role
from goldseam.site.shell import problem_page


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The workbench is the front page."""
    return redirect("conversations:inbox")


@require_GET
def audit_trail(request: PageRequest) -> HttpResponse:
    """Who did what in the shop; nobody can change it."""
    membership = require_role(request.user, request.shop.pk, Role.ADMIN)
    page = trail_page(
        membership.shop_id,
        subject=request.GET.get("subject", "")[:120],
        actor=request.GET.get("actor", "")[:200],
        after=request.GET.get("after"),
    )
    names = {f"agent-{agent.pk}": agent.name for agent in agents_of(membership.shop_id)}
    context = {
        "page": page,
        "names": names,
        "subject": request.GET.get("subject", ""),
        "actor": request.GET.get("actor", ""),
    }
    template = "site/audit_rows.html" if request.htmx else "site/audit.html"
    return render(request, template, context)


class _Broken(DomainError):
    """A fault of ours, as programs are told."""

    status = 500
    code = "internal"

    def __init__(self) -> None:
        super().__init__("Something failed on this side; the log says what. Try again later.")


def _is_program(request: HttpRequest) -> bool:
    return request.path.startswith("/api/v1/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Malformed or refused before any view saw it."""
    return problem_page(request, 400, _("The request could not be understood."))


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """No permission, or a form from a page that is too old."""
    text = _("This page was open for too long, or cookies are blocked. Load it again and repeat the step.")
    return problem_page(request, 403, text if reason else "")


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address, or not for this person: nobody can tell which."""
    if _is_program(request):
        return error_answer(request, NotFound("There is nothing at this address; see /api/docs."))
    return problem_page(request, 404, _("The address is wrong, or it is not for you to see."))


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours failed. Rendered without request, database or session."""
    if _is_program(request):
        return error_answer(request, _Broken())
    try:
        page = get_template("site/broken.html").render({})
    except ValueError:  # the static files were never collected: say it without them
        page = "500"
    return HttpResponse(page, status=500)
