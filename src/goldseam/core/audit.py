"""The audit trail: every write records who did what, before and after."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from goldseam.core.models import AuditEntry

origin: ContextVar[str] = ContextVar("origin", default="")
"""Where the present call comes from: an address, "cli", "worker"; set by the middleware and commands."""


def record(
    shop_id: int | None,
    actor: str,
    verb: str,
    subject: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one entry in the caller's transaction. `subject` is "conversation-42", `verb` "closed"."""
    AuditEntry.objects.create(
        shop_id=shop_id,
        actor=actor,
        verb=verb,
        subject=subject,
        before=before,
        after=after,
        origin=origin.get(),
    )
