"""The JSON door of customers at /chat/<door key>: no cookies, a visitor's token, errors in their language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from goldseam import __version__
from goldseam.channels.webchat.api import router
from goldseam.core.api import error_answer
from goldseam.core.errors import DomainError
from goldseam.site.api import ReadableJson, answer_errors

chat = NinjaAPI(
    title="Goldseam chat",
    version=__version__,
    urls_namespace="chat",
    openapi_url=None,
    docs_url=None,
    renderer=ReadableJson(),
)
chat.add_router("", router)


def _told(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A customer reads this: in the language of their browser."""
    error.message = _(error.message) if error.message else ""
    return error_answer(request, error)


def _stranger(request: HttpRequest, error: Any) -> HttpResponse:
    problem = DomainError("A visitor's token is needed: Authorization: Bearer gv_…", code="visitor_unknown")
    problem.status = 401
    return error_answer(request, problem)


answer_errors(chat, _told, _stranger)
