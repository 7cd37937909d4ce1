"""What everybody may open. The language stands in the address and nothing is remembered of a reader, so
pages of articles may be kept by caches, and no cookie is set. Searches, votes and orders are counted per
address and kept by nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goldseam.channels.helpcentre import queries
from goldseam.channels.helpcentre.models import HelpCentre
from goldseam.channels.helpcentre.orders import order_page
from goldseam.channels.webchat.origins import address_of, origin_of
from goldseam.channels.webchat.queries import door_for_page
from goldseam.commerce.proving import prove_order
from goldseam.core.api import TooManyCalls, count_call
from goldseam.core.colour import ink_on
from goldseam.core.errors import DomainError, NotFound
from goldseam.knowledge import gap_actions
from goldseam.knowledge.public_reads import KIND_NAMES, open_guides

if TYPE_CHECKING:
    from goldseam.channels.webchat.models import Door

LANGUAGES = {"zh": "zh-hans", "en": "en"}
SEARCHES, VOTES, LOOK_UPS, KEPT = 30, 20, 20, 60
"""How many a minute: of one reader; and questions kept of all readers of a shop."""
_LONGEST, _FEW, _PER_PAGE = 300, 6, 60
_FRESH = "public, max-age=120, stale-while-revalidate=600"
_View = Callable[..., HttpResponse]


def _page(view: _View) -> _View:
    """A page of a help centre that is on, in the language of its address. What is wrong is told on a page of
    its own kind."""

    @wraps(view)
    def shown(request: HttpRequest, slug: str, language: str, **more: Any) -> HttpResponse:
        with translation.override(LANGUAGES[language]):
            request.LANGUAGE_CODE = LANGUAGES[language]
            try:
                centre = queries.open_centre(slug)
            except NotFound as error:
                return _sorry(request, None, language, error)
            try:
                return view(request, centre, language, **more)
            except DomainError as error:
                return _sorry(request, centre, language, error)

    return shown


@require_safe
def front(request: HttpRequest, slug: str) -> HttpResponse:
    """The help centre in the reader's language."""
    try:
        queries.open_centre(slug)
    except NotFound as error:
        return _sorry(request, None, "zh", error)
    asked = translation.get_language_from_request(request)
    answer = redirect("help:home", slug, "zh" if asked.startswith("zh") else "en")
    answer.headers["Cache-Control"] = _FRESH
    answer.headers["Vary"] = "Accept-Language"
    return answer


@require_safe
@_page
def home(request: HttpRequest, centre: HelpCentre, language: str) -> HttpResponse:
    """Search, the kinds of articles with their first ones, guides, orders."""
    shelves = [
        {
            "kind": kind,
            "name": KIND_NAMES[kind],
            "articles": _sorted(rows, language)[:_FEW],
            "count": len(rows),
        }
        for kind, rows in queries.shelves(centre)
    ]
    more = {"shelves": shelves, "guides": open_guides(centre.shop_id)}
    return _kept(request, _rendered(request, centre, language, "home", more))


@require_safe
@_page
def shelf(request: HttpRequest, centre: HelpCentre, language: str, kind: str) -> HttpResponse:
    """All articles of a kind."""
    found = dict(queries.shelves(centre)).get(kind)
    if found is None:
        raise NotFound("There is nothing here.")
    page = Paginator(_sorted(found, language), _PER_PAGE).get_page(request.GET.get("page"))
    more = {"kind": kind, "name": KIND_NAMES[kind], "page": page}
    return _kept(request, _rendered(request, centre, language, "shelf", more))


@require_safe
@_page
def article(request: HttpRequest, centre: HelpCentre, language: str, article_id: str) -> HttpResponse:
    """One article, with the question whether it helped."""
    row = queries.article_in(centre, int(article_id))
    more = {"article": row, "name": KIND_NAMES[row.kind], "thanks": request.GET.get("thanks", "")}
    return _kept(request, _rendered(request, centre, language, "article", more))


@require_safe
@_page
def search(request: HttpRequest, centre: HelpCentre, language: str) -> HttpResponse:
    """What answers a question; when nothing does, that is said and kept."""
    words = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:_LONGEST]
    found = None
    if words:
        count_call(f"help-search-{address_of(request)}", SEARCHES)
        found = queries.answers_to(centre, words)
        if found.is_gap and request.method == "GET":
            _keep(centre, words)
    return _private(_rendered(request, centre, language, "search", {"words": words, "found": found}))


@csrf_exempt
@require_POST
@_page
def vote(request: HttpRequest, centre: HelpCentre, language: str, article_id: str) -> HttpResponse:
    """A reader says whether an article helped, and what was missing."""
    row = queries.article_in(centre, int(article_id))
    count_call(f"help-vote-{address_of(request)}", VOTES)
    helped = request.POST.get("helped", "")
    if helped not in ("yes", "no"):
        raise DomainError(_("Please say whether it helped."), field="helped")
    gap_actions.vote(row, _reader(request), helped == "yes", request.POST.get("words", "")[:500])
    place = reverse("help:article", args=[centre.shop.slug, language, row.pk])
    answer = redirect(f"{place}?thanks={helped}#helped")
    return _private(answer)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@_page
def orders(request: HttpRequest, centre: HelpCentre, language: str) -> HttpResponse:
    """Where an order stands, for whoever knows its number and the last digits of the phone."""
    if not centre.shows_orders:
        raise NotFound("There is nothing here.")
    more: dict[str, Any] = {"number": request.POST.get("number", "")[:120]}
    status = 200
    if request.method == "POST":
        try:
            count_call(f"help-order-{address_of(request)}", LOOK_UPS)
            order = prove_order(
                centre.shop, more["number"], request.POST.get("phone_tail", "")[:20],
                who=address_of(request),
            )  # fmt: skip
            more["order"] = order_page(order)
        except TooManyCalls as error:
            more["problem"], status = _("Too many tries. Please wait a minute."), error.status
        except DomainError as error:
            more["problem"], status = _(error.message), error.status
    return _private(_rendered(request, centre, language, "orders", more, status))


@require_safe
def theme_css(request: HttpRequest, slug: str) -> HttpResponse:
    """The shop's colour."""
    try:
        colour = queries.open_centre(slug).colour
    except NotFound:
        return HttpResponse("", status=404, content_type="text/css")
    theme = f":root {{ --brand: #{colour}; --on-brand: #{ink_on(colour)}; }}\n"
    return _kept(request, HttpResponse(theme, content_type="text/css; charset=utf-8"))


@require_safe
def sitemap(request: HttpRequest, slug: str) -> HttpResponse:
    """Every page of a help centre that wants to be found."""
    try:
        centre = queries.open_centre(slug)
        if not centre.in_search_engines:
            raise NotFound("It is not listed.")
    except NotFound as error:
        return _sorry(request, None, "zh", error)
    base = settings.ENVIRONMENT.customer_url
    pages: list[tuple[str, datetime | None]] = [
        (reverse("help:home", args=[slug, language]), None) for language in LANGUAGES
    ]
    for _kind, rows in queries.shelves(centre):
        pages += [
            (
                reverse("help:article", args=[slug, "en" if row.language == "en" else "zh", row.pk]),
                row.updated_at,
            )
            for row in rows
        ]
    context = {"pages": [(base + path, day) for path, day in pages]}
    answer = render(request, "helpcentre/sitemap.xml", context, content_type="application/xml")
    return _kept(request, answer)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines stay outside, but for the help centres that want to be found."""
    centres = queries.listed_centres()
    lines = ["User-agent: *", *(f"Allow: /help/{row.shop.slug}/" for row in centres), "Disallow: /"]
    base = settings.ENVIRONMENT.customer_url
    lines += [f"Sitemap: {base}/help/{row.shop.slug}/sitemap.xml" for row in centres]
    return _kept(request, HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8"))


def _keep(centre: HelpCentre, words: str) -> None:
    """Keep what nothing answers; a flood of questions is searched and answered, but not kept."""
    try:
        count_call(f"help-kept-{centre.shop_id}", KEPT)
    except TooManyCalls:
        return
    gap_actions.keep_question(centre.shop_id, words, gap_actions.Asked("help"))


def _sorted(rows: list[Any], language: str) -> list[Any]:
    """Those in the reader's language first."""
    return sorted(rows, key=lambda row: row.language != language)


def _rendered(
    request: HttpRequest,
    centre: HelpCentre,
    language: str,
    name: str,
    more: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    other = "en" if language == "zh" else "zh"
    context = more | {
        "centre": centre,
        "slug": centre.shop.slug,
        "language": language,
        "title": centre.title_in(language),
        "intro": centre.intro_in(language),
        "other": other,
        "other_name": dict(settings.LANGUAGES)[LANGUAGES[other]],
        "other_page": request.path.replace(f"/{language}/", f"/{other}/", 1),
        "canonical": settings.ENVIRONMENT.customer_url + request.path,
        "door": _door(request, centre),
    }
    return render(request, f"helpcentre/{name}.html", context, status=status)


def _door(request: HttpRequest, centre: HelpCentre) -> Door | None:
    """The shop's chat, where readers' browsers say that they come from a page that may show it."""
    own = f"{request.scheme}://{request.get_host()}"
    return door_for_page(centre.shop_id, origin_of(settings.ENVIRONMENT.public_url) or own, own)


def _sorry(
    request: HttpRequest, centre: HelpCentre | None, language: str, error: DomainError
) -> HttpResponse:
    context = {"centre": centre, "language": language, "status": error.status, "message": _(error.message)}
    if centre is not None:
        return _private(_rendered(request, centre, language, "sorry", context, error.status))
    return _private(render(request, "helpcentre/sorry.html", context, status=error.status))


def _kept(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """May be kept by browsers and caches for a moment, and is asked for again by its digest."""
    answer.headers["Cache-Control"] = _FRESH
    answer.headers["Content-Language"] = translation.get_language() or "zh-hans"
    etag = quote_etag(hashlib.sha256(answer.content).hexdigest()[:32])
    answer.headers["ETag"] = etag
    found = get_conditional_response(request, etag=etag, response=answer)
    return found if isinstance(found, HttpResponse) else answer


def _private(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _reader(request: HttpRequest) -> str:
    """The same for one reader's browser on a network, and says nothing about them."""
    browser = request.headers.get("User-Agent", "")[:300]
    return salted_hmac("helpcentre.reader", f"{address_of(request)} {browser}").hexdigest()
