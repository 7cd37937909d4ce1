"""What every JSON door shares: one shape of error, scopes, and the count of calls per minute."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Schema

from goldseam.core.errors import DomainError, NotAllowed

_View = TypeVar("_View", bound=Callable[..., Any])


class Caller(Protocol):
    """The program behind a request: a shop's token with its scopes."""

    pk: int
    shop_id: int
    scopes: list[str]


class ApiRequest(HttpRequest):
    """A request that passed the door; `auth` is the token."""

    auth: Any


class Problem(Schema):
    """What went wrong: a stable `code`, words for people, and where in the input."""

    code: str
    message: str
    path: str | None = Field(None, description="where in the input, such as items[0].price")


class ErrorBody(Schema):
    """The body of every answer that is not a success."""

    error: Problem


ERRORS = {frozenset({400, 401, 403, 404, 409, 413, 422, 429}): ErrorBody}
"""To be merged into an operation's `response`."""


class TooManyCalls(DomainError):
    """The minute's calls are used up."""

    status = 429
    code = "too_many_calls"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many calls; try again in {seconds} s.")
        self.seconds = seconds


def needs(scope: str) -> Callable[[_View], _View]:
    """Let an operation be called only by tokens that hold `scope` (such as "orders:write")."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
            if scope not in cast("Caller", request.auth).scopes:
                raise NotAllowed(f"This token lacks the scope {scope}.", code="scope_missing")
            return view(request, *args, **kwargs)

        # the framework reads annotations in the wrapper's module, where their names mean nothing
        guarded.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        return cast("_View", guarded)

    return decorate


def count_call(key: str, limit: int) -> int:
    """Count one call under `key` in the present minute, over all processes; returns how many remain.

    One row per key, written by one statement: concurrent calls queue on the row for microseconds and none
    is lost. Raises TooManyCalls when the limit is passed."""
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_ratewindow (key, minute, calls) VALUES (%s, %s, 1)"
            " ON CONFLICT (key) DO UPDATE SET minute = EXCLUDED.minute,"
            " calls = CASE WHEN core_ratewindow.minute = EXCLUDED.minute"
            " THEN core_ratewindow.calls + 1 ELSE 1 END RETURNING calls",
            [key, minute],
        )
        calls = int(cursor.fetchone()[0])
    if calls > limit:
        raise TooManyCalls(60 - now.second)
    return limit - calls


class WrongMethod(DomainError):
    """The address is right, but not for this method; `allowed` are those it takes."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(f"This address does not take {method}; it takes {allowed}.")
        self.allowed = allowed


def error_answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A domain error as its HTTP answer."""
    body = {"error": {"code": error.code, "message": error.message, "path": error.field}}
    response = HttpResponse(orjson.dumps(body), status=error.status, content_type="application/json")
    if isinstance(error, TooManyCalls):
        response["Retry-After"] = str(error.seconds)
    if isinstance(error, WrongMethod):
        response["Allow"] = error.allowed
    return response
