"""The doors beside Django's pages: static files, the live stream, the health check."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar

import orjson
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error, close_old_connections, connection
from django.http import HttpRequest

from goldseam.channels.webchat.queries import hearing_of
from goldseam.core.stream import Hearing, Hub, LiveStream, Receive, Scope, Send, Unavailable, answer
from goldseam.people.queries import shops_of
from goldseam.site.static_files import StaticFiles

CHAT_STREAM = re.compile(r"/chat/[\w-]+/live")
"""Where a visitor's chat listens; other methods than GET go on to Django, which answers for them."""

App = Callable[[Scope, Receive, Send], Awaitable[None]]

_Result = TypeVar("_Result")


def _listen_parameters() -> dict[str, Any]:
    """The site's own database, without what only Django's connections need."""
    parameters = connection.get_connection_params()
    for name in ("context", "cursor_factory", "prepare_threshold"):
        parameters.pop(name, None)
    return parameters


async def _in_thread(work: Callable[[], _Result]) -> _Result:
    """Run database work in a thread of its own, as Django does with a request."""

    def run() -> _Result:
        close_old_connections()
        try:
            return work()
        except Error as error:
            raise Unavailable(str(error)) from error
        finally:
            connection.close()  # back to the pool

    async with ThreadSensitiveContext():
        return await sync_to_async(run)()


def _session_key(scope: Scope) -> str:
    jar: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            with contextlib.suppress(CookieError):
                jar.load(value.decode("latin-1"))
    morsel = jar.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


async def shops_of_request(scope: Scope) -> frozenset[int] | None:
    """The shops of the person whose session cookie the request carries; None for strangers."""
    key = _session_key(scope)
    if not key:
        return None

    def look() -> frozenset[int] | None:
        request = HttpRequest()
        request.session = SessionStore(key)
        agent = get_user(request)
        if not agent.is_authenticated:
            return None
        return frozenset(shops_of(agent).values_list("pk", flat=True))

    return await _in_thread(look)


async def hearing_of_request(scope: Scope) -> Hearing | None:
    """What the browser of a signed-in person hears."""
    shops = await shops_of_request(scope)
    return None if shops is None else Hearing(shops)


def _header(scope: Scope, wanted: bytes) -> str:
    found = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return found[0] if found else ""


async def hearing_of_visitor(scope: Scope) -> Hearing | None:
    """What a visitor hears: that there is news of their own conversation."""
    key = scope["path"].split("/")[2]
    token = _header(scope, b"authorization").removeprefix("Bearer ")
    origin = _header(scope, b"origin")
    host = f"{scope.get('scheme', 'http')}://{_header(scope, b'host')}"
    return await _in_thread(lambda: hearing_of(key, token, origin, host))


class Site:
    """The whole site over ASGI: one process's doors around `pages`, which is Django."""

    def __init__(self, pages: App) -> None:
        self.hub = Hub(_listen_parameters)
        self._pages = pages
        self._live = LiveStream(self.hub, hearing_of_request)
        self._chat = LiveStream(self.hub, hearing_of_visitor)
        self._static = StaticFiles(settings.STATIC_ROOT, settings.STATIC_URL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a request to its door."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
        elif scope["path"] == "/live/":
            await self._live(scope, receive, send)
        elif CHAT_STREAM.fullmatch(scope["path"]) and scope["method"] == "GET":
            await self._chat(scope, receive, send)
        elif scope["path"] == "/healthz":
            await self._health(send)
        elif scope["path"].startswith(self._static.prefix) and scope["method"] in ("GET", "HEAD"):
            await self._static(scope, send)
        else:
            await self._pages(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        listener = asyncio.create_task(self.hub.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.hub.close()
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener
        await send({"type": "lifespan.shutdown.complete"})

    async def _health(self, send: Send) -> None:
        """200 when the database answers and live updates are heard, else 503, with both facts."""

        def ask() -> bool:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return True

        try:
            database = await _in_thread(ask)
        except Unavailable:
            database = False
        listening = self.hub.listening.is_set()
        body = orjson.dumps({"database": database, "live": listening, "streams": len(self.hub)})
        status = 200 if database and listening else 503
        await answer(send, status, body, [(b"content-type", b"application/json")])
