"""How a receiver knows that a call is ours: HMAC-SHA256 over the time and the body."""

from __future__ import annotations

import hashlib
import hmac


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The signature header's value: "v1=" and the hex HMAC of "<timestamp>.<body>". The timestamp (Unix
    seconds) is signed too, so that a recorded call cannot be played again later."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"
