"""Errors of the domain: each has a stable name and the HTTP status it means."""

from __future__ import annotations


class DomainError(Exception):
    """What was asked for cannot be done; `code` is stable, the message is for people."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class NotFound(DomainError):
    """It does not exist, or it is not for this person to see; nobody can tell which."""

    status = 404
    code = "not_found"


class NotAllowed(DomainError):
    """It is visible, but this person's role or authority does not reach so far."""

    status = 403
    code = "not_allowed"


class Conflict(DomainError):
    """The state of the thing forbids it now (closed already, changed meanwhile …)."""

    status = 409
    code = "conflict"
