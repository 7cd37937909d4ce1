"""The JSON door at /api/v1: tokens, limits and errors in one place; each room brings its operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer

from goldseam import __version__
from goldseam.approvals.api import router as approvals
from goldseam.bot.api import router as bot
from goldseam.channels.webhook.api import router as webhooks
from goldseam.commerce.api import router as commerce
from goldseam.conversations.api import router as conversations
from goldseam.conversations.list_api import router as lists
from goldseam.copilot.api import router as copilot
from goldseam.core import audit
from goldseam.core.api import count_call, error_answer
from goldseam.core.errors import DomainError
from goldseam.knowledge.api import router as knowledge
from goldseam.ledger.api import router as ledger
from goldseam.people.actions import note_token_use
from goldseam.people.queries import find_token
from goldseam.promises.api import router as promises
from goldseam.sla.api import router as sla

if TYPE_CHECKING:
    from goldseam.people.models import ApiToken

_GUESSES_PER_MINUTE = 60
Handler = Callable[[HttpRequest, Any], HttpResponse]


class TokenDoor(HttpBearer):
    """`Authorization: Bearer gs_…`: a token opens its own shop, with its scopes, so many times a minute."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """The token's row; wrong tokens are counted per address so that guessing is slow."""
        found = find_token(token)
        if found is None:
            count_call(f"guess-{request.META.get('REMOTE_ADDR', '')}", _GUESSES_PER_MINUTE)
            return None
        count_call(f"token-{found.pk}", settings.ENVIRONMENT.api_rate)
        note_token_use(found)
        audit.origin.set(f"api {request.META.get('REMOTE_ADDR', '')}")
        return found


class ReadableJson(BaseRenderer):
    """JSON in UTF-8, so that Chinese stays readable on the wire."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Decimals go as text, so that no cent is lost."""
        return orjson.dumps(data, default=str)


class DescribedApi(NinjaAPI):
    """Works its description out once in a process: it is about a second of work, and whoever asks is no one
    we know."""

    _described: OpenAPISchema | None = None

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The one description; all operations stand under the one address."""
        if self._described is None:
            self._described = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        return self._described


api = DescribedApi(
    title="Goldseam",
    version=__version__,
    description=(
        "Push customers, products, orders and messages in; read what the copilot says. Every call needs a "
        "token of the shop (`Authorization: Bearer gs_…`) that holds the operation's scope. PUT is "
        "idempotent by the id in the path, POST of a message by its Idempotency-Key. Errors have one shape: "
        '`{"error": {"code", "message", "path"}}`.'
    ),
    urls_namespace="api",
    openapi_url="/openapi.json",
    docs_url=None,
    auth=TokenDoor(),
    renderer=ReadableJson(),
)
api.add_router("", commerce)
api.add_router("", conversations)
api.add_router("", lists)
api.add_router("", knowledge)
api.add_router("", copilot)
api.add_router("", approvals)
api.add_router("", promises)
api.add_router("", ledger)
api.add_router("", sla)
api.add_router("", webhooks)
api.add_router("", bot)


def _domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    return error_answer(request, error)


def _no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    problem = DomainError("A valid token is needed: Authorization: Bearer gs_…", code="token_missing")
    problem.status = 401
    response = error_answer(request, problem)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    first = error.errors[0]
    problem = DomainError(str(first["msg"]), field=_path(first["loc"]))
    problem.status = 422
    return error_answer(request, problem)


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    problem = DomainError(str(error))
    problem.status = error.status_code
    return error_answer(request, problem)


def _path(location: tuple[object, ...]) -> str:
    """("body", "record", "items", 0, "price") → "items[0].price"."""
    path = ""
    for part in location[2:] if location[:1] == ("body",) else location[1:]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.lstrip(".")


def answer_errors(
    door: NinjaAPI, domain_error: Handler = _domain_error, no_token: Handler = _no_token
) -> None:
    """Let a door answer every error in the one shape."""
    door.add_exception_handler(DomainError, domain_error)
    door.add_exception_handler(AuthenticationError, no_token)
    door.add_exception_handler(ValidationError, _invalid)
    door.add_exception_handler(HttpError, _http_error)


answer_errors(api)


def docs(request: HttpRequest) -> HttpResponse:
    """The API's description as a page."""
    return Swagger().render_page(request, api)
