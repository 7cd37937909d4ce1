"""What stands before every call of a chat: its door is found, pages of other origins are refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from goldseam.channels.webchat.models import Door
from goldseam.channels.webchat.origins import is_allowed
from goldseam.channels.webchat.queries import open_door
from goldseam.core.api import error_answer
from goldseam.core.errors import DomainError, NotAllowed

_PATH = re.compile(r"/chat/(?P<key>[\w-]{1,40})/")
_MAY = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, idempotency-key",
    "Access-Control-Max-Age": "600",
}


class ChatRequest(HttpRequest):
    """A request that passed the door; `auth` is the visitor."""

    door: Door
    auth: Any


class ChatDoor:
    """Finds the door of a call, refuses pages of other origins, and answers for allowed ones what browsers
    ask across origins. No cookie is looked at or set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Pass on what does not go to a door."""
        found = _PATH.match(request.path)
        if found is None:
            return self.get_response(request)
        origin = request.headers.get("Origin", "")
        try:
            request.door = open_door(found["key"])
            _check(request.door, origin, f"{request.scheme}://{request.get_host()}")
        except DomainError as error:
            error.message = _(error.message)
            return error_answer(request, error)
        preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204, headers=_MAY) if preflight else self.get_response(request)
        if origin:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Expose-Headers"] = "Retry-After"
        patch_vary_headers(response, ["Origin"])
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _check(door: Door, origin: str, own: str) -> None:
    if not is_allowed(origin, door.origins, own):
        raise NotAllowed(f"The page {origin[:200]} is not among the door's pages.", code="origin_not_allowed")
