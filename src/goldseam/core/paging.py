"""Keyset paging: the next page begins after the last row's key, so depth costs nothing."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from goldseam.core.errors import DomainError


class BrokenCursor(DomainError):
    """The page's address was cut or changed."""

    def __init__(self) -> None:
        super().__init__("This page link is broken; start again from the first page.", field="after")


def encode_cursor(key: list[Any]) -> str:
    """A row's key as an opaque, URL-safe string."""
    return base64.urlsafe_b64encode(json.dumps(key, default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type) -> list[Any]:
    """The key again, checked to be of these types; a broken one is the caller's error."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BrokenCursor from error
    fits = isinstance(key, list) and len(key) == len(kinds)
    if not fits or not all(type(part) is kind for part, kind in zip(key, kinds, strict=True)):
        raise BrokenCursor
    return list(key)
