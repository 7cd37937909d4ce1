"""Whose pages may speak to a door, and from which address somebody calls."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.http import HttpRequest


def is_allowed(origin: str, allowed: Iterable[str], own: str) -> bool:
    """Whether a page of this origin may speak to the door. Pages of the site itself may, and whoever is no
    page (programs send no origin; browsers always do, across origins)."""
    return not origin or origin == own or any(_fits(origin, pattern) for pattern in allowed)


def _fits(origin: str, pattern: str) -> bool:
    if "://*." not in pattern:
        return origin == pattern
    scheme, _sign, host = pattern.partition("://*")
    return (
        origin.startswith(f"{scheme}://") and origin.endswith(host) and len(origin) > len(scheme + host) + 3
    )


def origin_of(url: str) -> str:
    """The origin of a page's address; empty for what is no address of a page."""
    try:
        parts = urlsplit(url)
        return clean_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return ""


def clean_origin(line: str) -> str:
    """An origin as browsers send it. Raises ValueError for what is none."""
    parts = urlsplit(line.strip().rstrip("/").lower())
    host = (parts.hostname or "").removeprefix("*.")
    if parts.scheme not in ("http", "https") or parts.path or parts.query or parts.fragment or parts.username:
        raise ValueError(line)
    if not re.fullmatch(r"[a-z0-9.-]+|\[?[0-9a-f:]+\]?", host) or host.startswith("."):
        raise ValueError(line)
    usual = {"http": 80, "https": 443}[parts.scheme]
    netloc = parts.netloc.removesuffix(f":{usual}") if parts.port == usual else parts.netloc
    return f"{parts.scheme}://{netloc}"


def address_of(request: HttpRequest) -> str:
    """Who calls, for counting: the address; of IPv6 the network, of which one caller has all addresses."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))
