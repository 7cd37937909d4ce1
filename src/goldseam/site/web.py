"""The web server of one process."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn

from goldseam.core.memory import settle
from goldseam.site.environment import Environment

_STOP_SECONDS = 1


class PortTaken(RuntimeError):
    """The address cannot be listened on; the message names the variable."""


class NotReady(RuntimeError):
    """The process cannot do its work; the message says why."""


def listen(environment: Environment) -> socket.socket:
    """The listening socket, inheritable by children."""
    family = socket.AF_INET6 if ":" in environment.bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((environment.bind, environment.port))
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Cannot listen on {environment.bind} port {environment.port}: {error.strerror}. "
            "Stop the program that does, or set GOLDSEAM_PORT (or GOLDSEAM_BIND) to another value."
        ) from None
    listener.listen(1024)
    listener.set_inheritable(True)
    return listener


class _Server(uvicorn.Server):
    """Ends live streams first when asked to stop: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, site: Any) -> None:
        super().__init__(config)
        self._site = site

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._site.hub.close()
        await super().shutdown(sockets)


def serve(environment: Environment, listener: socket.socket) -> None:
    """Answer requests on `listener` until SIGTERM or SIGINT."""
    from goldseam.site.asgi import application

    warm_up()
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=environment.https,
        timeout_graceful_shutdown=_STOP_SECONDS,
        timeout_keep_alive=30,
        backlog=1024,
    )
    _Server(config, application).run(sockets=[listener])


def warm_up() -> None:
    """Read the engine's tables now, not in the first customer's request, and keep the garbage collector
    from walking through them again and again. The model of meaning is not waited for."""
    from goldseam.copilot.engine import tables
    from goldseam.knowledge.meaning import load_early

    try:
        tables()
    except (OSError, ValueError) as error:
        raise NotReady(f"The engine's tables cannot be read: {error}") from error
    settle()
    load_early()
