"""Keyset paging: the next page begins after the last row's key, so depth costs nothing."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from goldseam.core.errors import DomainError


def encode_cursor(key: list[Any]) -> str:
    """A row's key as an opaque, URL-safe string."""
    return base64.urlsafe_b64encode(json.dumps(key, default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """The key again; a broken one is the caller's error."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise DomainError(
            "This page link is broken; start again from the first page.", field="after"
        ) from error
    if not isinstance(key, list) or len(key) != length:
        raise DomainError("This page link is broken; start again from the first page.", field="after")
    return key
