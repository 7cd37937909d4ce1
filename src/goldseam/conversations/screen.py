"""How the inbox's rows and messages are prepared for a screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goldseam.conversations import inbox
from goldseam.conversations.models import Message

if TYPE_CHECKING:
    from goldseam.core.http import PageRequest
    from goldseam.people.models import Agent

VIEW_NAMES: dict[str, Promise | str] = {
    "needs": _("Needs me now"),
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "risk": _("High risk"),
    "snoozed": _("Snoozed"),
    "open": _("All open"),
    "closed": _("Closed"),
}
_MAX_WORDS = 200


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the list shows: a view, or everything that matches `words`; from where; how many pages."""

    view: str
    words: str
    after: str | None
    size: int

    @classmethod
    def of(cls, request: PageRequest) -> ListQuery:
        """From the address; an unknown view is the first one."""
        view = request.GET.get("view", "")
        size = request.GET.get("size", "")
        rows = int(size) if size.isdecimal() and len(size) < 4 else inbox.PAGE
        return cls(
            view=view if view in inbox.VIEWS else inbox.VIEWS[0],
            words=request.GET.get("q", "").replace("\x00", "").strip()[:_MAX_WORDS],
            after=request.GET.get("after") or None,
            size=min(max(rows, inbox.PAGE), inbox.MOST_ROWS),
        )

    def page(self, shop_id: int, agent: Agent) -> inbox.InboxPage:
        """The rows."""
        return inbox.inbox_page(
            shop_id, agent, view=self.view, words=self.words, after=self.after, size=self.size
        )

    @property
    def name(self) -> Promise | str:
        """The view's name."""
        return VIEW_NAMES[self.view]

    @property
    def address(self) -> str:
        """The part of the address that keeps the list as it is, without the place in it."""
        return urlencode({"view": self.view} | ({"q": self.words} if self.words else {}))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message's text; `signal` is the code of the danger sign it shows, or empty."""

    text: str
    signal: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message ready to be shown. `side`: customer, agent, bot, system or note; `first` in a row of the
    same writer's."""

    message: Message
    side: str
    first: bool
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Day:
    """The messages of one day in the reader's time zone."""

    date: date
    bubbles: list[Bubble]


def days_of(messages: Iterable[Message]) -> list[Day]:
    """A thread, by the reader's days."""
    days = []
    for day, group in groupby(messages, key=lambda message: timezone.localdate(message.at)):
        bubbles: list[Bubble] = []
        for message in group:
            side = "note" if message.is_note else message.role
            before = bubbles[-1] if bubbles else None
            same = before is not None and (before.side, before.message.author_id) == (side, message.author_id)
            bubbles.append(Bubble(message, side, not same, pieces_of(message.text, message.marks)))
        days.append(Day(day, bubbles))
    return days


def pieces_of(text: str, marks: Iterable[tuple[int, int, str]]) -> list[Piece]:
    """The text cut at its marks (start, end, code); broken or overlapping marks are passed over."""
    pieces, place = [], 0
    for start, end, code in sorted(marks):
        if start < place or end <= start or end > len(text):
            continue
        if start > place:
            pieces.append(Piece(text[place:start]))
        pieces.append(Piece(text[start:end], code))
        place = end
    if place < len(text):
        pieces.append(Piece(text[place:]))
    return pieces
