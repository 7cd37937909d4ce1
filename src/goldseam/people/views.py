"""Signing in and out, the shop one works in, keys for programs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_http_methods, require_POST

from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.people import actions, queries
from goldseam.people.forms import SignInForm, TokenForm
from goldseam.people.models import Role

_YEAR = 365 * 24 * 3600


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """E-mail address and password; too many wrong ones lock the pair of address and place for a while."""

    template_name = "people/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Ends the session (POST only)."""

    http_method_names = ["post", "options"]
    next_page = settings.LOGIN_URL


def locked(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer to one who tried too often."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "people/locked.html", {"minutes": minutes}, status=429)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages, for good when signed in."""
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES) or not check_for_language(code):
        raise DomainError("Unknown language.", field="language")
    response = redirect(_safe_next(request))
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=_YEAR, samesite="Lax")
    if request.user.is_authenticated:
        actions.set_language(request.user, code)
    return response


@require_POST
def work_for(request: PageRequest) -> HttpResponse:
    """Work for another of one's shops."""
    number = request.POST.get("shop", "")
    shop = queries.access_shop(request.user, int(number) if number.isdecimal() and len(number) < 19 else 0)
    request.session["shop"] = shop.pk
    return redirect("conversations:inbox")


@require_http_methods(["GET", "POST"])
def tokens(request: PageRequest) -> HttpResponse:
    """The shop's keys for programs; a new one's secret is shown this once."""
    place = queries.require_role(request.user, request.shop.pk, Role.ADMIN)
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        _token, secret = actions.issue_token(
            place.shop, given["name"], given["scopes"], actor=f"agent-{request.user.pk}"
        )
        form = TokenForm()
    context = {"form": form, "secret": secret, "rows": queries.tokens_of(place.shop_id)}
    return render(request, "people/tokens.html", context, status=400 if form.errors else 200)


@require_POST
def revoke(request: PageRequest, token_id: int) -> HttpResponse:
    """The key opens nothing any more."""
    place = queries.require_role(request.user, request.shop.pk, Role.ADMIN)
    actions.revoke_token(queries.token_of_shop(place.shop_id, token_id), actor=f"agent-{request.user.pk}")
    return redirect("people:tokens")


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"
