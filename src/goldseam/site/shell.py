"""What stands around every page: the door, the shop and language of the request, errors as answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from goldseam.core import audit
from goldseam.core.api import WrongMethod, error_answer
from goldseam.core.errors import DomainError
from goldseam.core.stream import moment
from goldseam.people.queries import memberships_of

if TYPE_CHECKING:
    from goldseam.core.http import PageRequest

_Handler = Callable[[HttpRequest], HttpResponse]
_OWN_DOORS = ("/api/", "/chat/", "/live/", "/help/", "/robots.txt")
"""Paths that check who calls by themselves (tokens, visitors; the stream's own 401) or are for everybody."""

_WITHOUT_SHOP = ("/sign-out/", "/me/")
"""Pages that a person needs even before a shop takes them in."""


class Door(LoginRequiredMiddleware):
    """Nothing opens without signing in unless a view says so. A fragment request of somebody whose session
    ended sends the whole page to the sign-in page instead of putting that page into the fragment."""

    def process_view(self, request: HttpRequest, view_func: Any, *args: Any) -> HttpResponseBase | None:
        """Let own doors through, everybody else only when signed in."""
        if request.path.startswith(_OWN_DOORS):
            return None
        return super().process_view(request, view_func, *args)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        """The redirect to sign-in; for htmx as its client redirect."""
        answer = super().handle_no_permission(request, view_func)
        if request.headers.get("HX-Request"):
            here = request.headers.get("HX-Current-URL", "")
            path = "/" + here.split("://", 1)[-1].partition("/")[2] if here else "/"
            response = HttpResponseClientRedirect(f"{self.get_login_url(view_func)}?next={quote(path)}")
            response.status_code = 401
            return response
        return answer


class PlaceMiddleware:
    """Where a request happens: its shop and role, the person's language and time zone, and the address that
    the audit trail names."""

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the place, answer, and leave it again."""
        token = audit.origin.set(f"web {request.META.get('REMOTE_ADDR', '')}")
        try:
            if request.path.startswith(_OWN_DOORS) or not request.user.is_authenticated:
                return self.get_response(request)
            return self._for_person(request)
        finally:
            audit.origin.reset(token)

    def _for_person(self, request: HttpRequest) -> HttpResponse:
        agent: Any = request.user
        place = cast("PageRequest", request)
        place.made = moment()
        place.memberships = memberships_of(agent)
        chosen = request.session.get("shop")
        mine = [m for m in place.memberships if m.shop_id == chosen] or place.memberships
        place.membership = mine[0] if mine else None
        place.shop = mine[0].shop if mine else None
        with translation.override(agent.language), timezone.override(_zone(agent.timezone)):
            request.LANGUAGE_CODE = translation.get_language()
            homeless = not mine and not request.path.startswith(_WITHOUT_SHOP)
            response = _no_shop(request) if homeless else self.get_response(request)
            response.headers["Content-Language"] = request.LANGUAGE_CODE or agent.language
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class ApiMethodMiddleware:
    """Programs get the one shape of error for a wrong method too, which the framework answers by itself."""

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, and put a bare 405 into shape."""
        response = self.get_response(request)
        plain = not response.headers.get("Content-Type", "").startswith("application/json")
        if response.status_code == 405 and plain and request.path.startswith("/api/v1/"):
            return error_answer(request, WrongMethod(request.method or "", response.headers.get("Allow", "")))
        return response


class ErrorMiddleware:
    """A domain error becomes its HTTP status: a page for people, a message for fragments."""

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the work is in `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a domain error; other errors stay errors."""
        if not isinstance(error, DomainError):
            return None
        return problem_page(request, error.status, _(error.message) if error.message else "")


def problem_page(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """What went wrong and what to do now: a page, or for a fragment a message that the page shows."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
        return trigger_client_event(response, "goldseam:toast", {"level": "error", "text": message})
    titles = {
        400: _("That did not work"),
        403: _("You may not do that"),
        404: _("There is nothing here"),
        409: _("Somebody was faster"),
    }
    context = {"status": status, "title": titles.get(status, titles[400]), "message": message}
    return render(request, "site/problem.html", context, status=status)


def _no_shop(request: HttpRequest) -> HttpResponse:
    text = _("You do not work for any shop yet. Ask an admin of your shop to add you.")
    return problem_page(request, 403, text)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("Asia/Shanghai")
