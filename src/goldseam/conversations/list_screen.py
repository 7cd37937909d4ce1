"""How the list and the rail beside it are prepared for a screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goldseam.conversations import inbox, saved_views
from goldseam.conversations.labels import labels_of
from goldseam.conversations.models import Label, SavedView
from goldseam.core.errors import NotFound

if TYPE_CHECKING:
    from goldseam.core.http import PageRequest
    from goldseam.people.models import Agent

VIEW_NAMES: dict[str, Promise | str] = {
    "needs": _("Needs me now"),
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "risk": _("High risk"),
    "promises": _("Promises due"),
    "snoozed": _("Snoozed"),
    "open": _("All open"),
    "closed": _("Closed"),
}
ICONS = {
    "needs": "bolt",
    "mine": "user",
    "unassigned": "user-question",
    "risk": "flame",
    "promises": "heart-handshake",
    "snoozed": "clock-pause",
    "open": "inbox",
    "closed": "archive",
}
_SAVED = re.compile(r"v[0-9]{1,18}")
_MAX_WORDS = 200


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the list shows: a view (`saved` when it is a saved one), or everything that matches `words`; from
    where; how many rows."""

    view: str
    words: str
    after: str | None
    size: int
    saved: SavedView | None = None

    @classmethod
    def of(cls, request: PageRequest, views: Sequence[SavedView] | None = None) -> ListQuery:
        """From the address; an unknown view is the first one. `views` are the saved ones that the person
        sees, where they are known already."""
        given = request.POST if request.method == "POST" else request.GET
        view = given.get("view", "")
        saved = _saved(request, view, views) if _SAVED.fullmatch(view) else None
        size = given.get("size", "")
        rows = int(size) if size.isdecimal() and len(size) < 4 else inbox.PAGE
        return cls(
            view=view if saved or view in inbox.VIEWS else inbox.VIEWS[0],
            words=given.get("q", "").replace("\x00", "").strip()[:_MAX_WORDS],
            after=given.get("after") or None,
            size=min(max(rows, inbox.PAGE), inbox.MOST_ROWS),
            saved=saved,
        )

    def listing(self, shop_id: int, agent: Agent) -> inbox.Listing:
        """What is listed, in which order."""
        if self.words:
            return inbox.search_listing(shop_id, self.words)
        if self.saved:
            return saved_views.saved_listing(self.saved, agent)
        return inbox.view_listing(shop_id, agent, self.view)

    def page(self, shop_id: int, agent: Agent) -> inbox.InboxPage:
        """The rows."""
        listing = self.listing(shop_id, agent)
        return inbox.inbox_page(shop_id, agent, listing=listing, after=self.after, size=self.size)

    @property
    def name(self) -> Promise | str:
        """The view's name."""
        return self.saved.name if self.saved else VIEW_NAMES[self.view]

    @property
    def address(self) -> str:
        """The part of the address that keeps the list as it is, without the place in it."""
        return urlencode({"view": self.view} | ({"q": self.words} if self.words else {}))


def _saved(request: PageRequest, view: str, views: Sequence[SavedView] | None) -> SavedView | None:
    number = int(view[1:])
    if views is not None:
        return next((saved for saved in views if saved.pk == number), None)
    try:
        return saved_views.access_view(request.user, request.shop.pk, number)
    except NotFound:
        return None


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A view in the rail: the key of its address, its name and icon, how many it holds (None when that is
    not counted), and the saved view behind it."""

    key: str
    name: Promise | str
    icon: str
    count: int | None
    saved: SavedView | None = None


def rail_of(request: PageRequest, query: ListQuery, views: Sequence[SavedView]) -> dict[str, Any]:
    """What the rail's template needs."""
    counts = saved_views.rail_counts(request.shop.pk, request.user, views)
    fixed = [RailEntry(key, name, ICONS[key], counts.get(key)) for key, name in VIEW_NAMES.items()]
    saved = [
        RailEntry(
            saved_views.key_of(view), view.name, _scope_icon(view), counts[saved_views.key_of(view)], view
        )
        for view in views
    ]
    return {"views": fixed, "saved": saved, "query": query, "cap": inbox.COUNT_CAP}


def _scope_icon(view: SavedView) -> str:
    return {"private": "bookmark", "team": "users-group", "shop": "building-store"}[view.scope]


def rows_of(request: PageRequest, query: ListQuery) -> dict[str, Any]:
    """What the template of the rows needs: the page, and the labels that its rows carry."""
    page = query.page(request.shop.pk, request.user)
    return {"query": query, "page": page, "labels": labels_on(request.shop.pk, page)}


def labels_on(shop_id: int, page: inbox.InboxPage) -> dict[int, Label]:
    """The shop's labels by id, when any row has one; no query otherwise."""
    if not any(row.label_ids for row in page.rows):
        return {}
    return {label.pk: label for label in labels_of(shop_id)}
