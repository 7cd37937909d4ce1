"""Where a webhook may call: public addresses only, unless the site allows private ones.

The name is resolved once, every address is judged, and the connection goes to that very address, so a
name cannot point elsewhere between the check and the call.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from goldseam.core.errors import DomainError


class ForbiddenTarget(DomainError):
    """The address is not one that webhooks may call."""

    status = 422
    code = "forbidden_target"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="url")


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: connect to `address`, speak to `host`."""

    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def url(self) -> str:
        """The URL with the address in place of the name."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{address}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        """The name as the receiver expects it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return host if self.port == default else f"{host}:{self.port}"


def check_url(url: str, *, private: bool) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of an acceptable URL, before any name is resolved."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ForbiddenTarget("This is not a URL.") from None
    schemes = ("https", "http") if private else ("https",)
    if parts.scheme not in schemes:
        raise ForbiddenTarget(f"The URL must begin with {' or '.join(s + '://' for s in schemes)}.")
    if not parts.hostname or parts.username or parts.password:
        raise ForbiddenTarget("The URL needs a host and must not hold a user name or password.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path


def resolve(url: str, *, private: bool) -> Target:
    """The target of a URL; refuses when any of its addresses is private and that is not allowed."""
    scheme, host, port, path = check_url(url, private=private)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ForbiddenTarget(f"The name {host} cannot be resolved.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not private:
        for address in addresses:
            if not is_public(address):
                raise ForbiddenTarget(f"{host} leads into a private network ({address}).")
    return Target(scheme, host, port, addresses[0], path)


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet, also when IPv4 hides inside IPv6."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast
