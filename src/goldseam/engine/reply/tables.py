"""The data a reply is checked with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplyTables:
    """Patterns for commitments and tone, by language."""

    version: str = "reply@1"
