"""Pages of the shell: the front door, the way to administration, errors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from goldseam.core.api import error_answer
from goldseam.core.errors import DomainError, NotFound
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, require_role
from goldseam.site.shell import problem_page


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The workbench is the front page."""
    return redirect("conversations:inbox")


@require_GET
def admin(request: PageRequest) -> HttpResponse:
    """All pages on which the shop is set up, by group."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    return render(request, "site/admin.html")


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
