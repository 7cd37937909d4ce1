"""One kind of log line for everything, on standard error: time (UTC), level, name, event and its values.

Names of what happened and ids are logged, never what customers wrote."""

from __future__ import annotations

import logging
import time
from typing import Any

import structlog


class Line(logging.Formatter):
    """Times in UTC, whatever zone Django has set for the process."""

    converter = staticmethod(time.gmtime)


class Short(logging.Filter):
    """A database that goes away is one line, not a page of calls that all say the same."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything pass; drop the calls below a lost connection."""
        kind = record.exc_info[0] if record.exc_info else None
        if kind is not None and kind.__name__ in ("ConnectorException", "OperationalError", "PoolTimeout"):
            record.exc_info = record.exc_text = None
        if isinstance(record.msg, str):
            record.msg = " ".join(record.msg.split())
        return True


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"short": {"()": "goldseam.site.logs.Short"}},
    "formatters": {
        "line": {
            "()": "goldseam.site.logs.Line",
            "fmt": "%(asctime)s %(levelname)-7s %(name)s %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%SZ",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["short"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "goldseam": {"level": "INFO"},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},
        "psycopg.pool": {"level": "ERROR"},
    },
}


def configure() -> None:
    """Send structlog's events through the same handlers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
