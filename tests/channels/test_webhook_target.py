"""Which addresses a webhook may call."""

from __future__ import annotations

import pytest

from goldseam.channels.webhook.target import ForbiddenTarget, check_url, is_public, resolve


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.20.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hook",
        "ftp://shop.example/",
        "https://",
        "https://user:secret@shop.example/",
        "https://[::1",
        "https://shop.example:99999/",
        "javascript:alert(1)",
    ],
)
def test_refused_before_any_name_is_resolved(url: str) -> None:
    with pytest.raises(ForbiddenTarget):
        check_url(url, private=False)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0x7f.1", "2130706433"])
def test_ways_to_say_this_machine_are_refused(host: str) -> None:
    with pytest.raises(ForbiddenTarget):
        resolve(f"https://{host}/hook", private=False)


def test_a_private_site_may_call_its_own_network() -> None:
    target = resolve("http://127.0.0.1:8080/a?b=1", private=True)
    assert (target.url, target.host_header) == ("http://127.0.0.1:8080/a?b=1", "127.0.0.1:8080")
