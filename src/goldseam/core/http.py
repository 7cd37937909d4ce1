"""What a view may count on after the middleware: who asks, in which shop, and whether htmx asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """A request of a signed-in person. `shop` is the one that they work in at the moment, `membership` their
    role there, `memberships` all of theirs, `made` when it came, in milliseconds since 1970 (see
    `goldseam.site.shell`)."""

    user: Any
    shop: Any
    membership: Any
    memberships: list[Any]
    made: int
    htmx: HtmxDetails
