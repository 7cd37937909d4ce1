"""What a check of one reply needs of its conversation, kept between two strokes of the keys.

Reading a conversation and deciding what is allowed in it takes most of a check's time and is the same until
something happens: the key is the conversation's version and the packs in force. What is kept is a minute old
at most, for time passes too. What the writer has given so far, and what was approved for them, is read
every few seconds and after news, not at every stroke. Before a reply is sent everything is gathered anew."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from django.utils import timezone

from goldseam.copilot.checking import writer_of
from goldseam.copilot.engine import ShopTables, tables_of
from goldseam.copilot.facts import gather
from goldseam.engine.reply.check import prepare

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.engine.reply.authority import Author
    from goldseam.engine.reply.verdicts import Case
    from goldseam.people.models import Membership

_Key = tuple[object, ...]
_Kept = TypeVar("_Kept")


class _Shelf(Generic[_Kept]):
    """The latest `most` things of a kind, each for so many seconds, for all threads."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._things: OrderedDict[_Key, tuple[float, _Kept]] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, key: _Key) -> _Kept | None:
        """What stands under the key, unless it is too old."""
        with self._turn:
            found = self._things.get(key)
            if found is None or time.monotonic() - found[0] >= self._seconds:
                return None
            self._things.move_to_end(key)
            return found[1]

    def put(self, key: _Key, thing: _Kept) -> _Kept:
        """Keep it; what was used least recently goes."""
        with self._turn:
            self._things[key] = (time.monotonic(), thing)
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return thing


@dataclass(frozen=True, slots=True)
class Desk:
    """What the words of one writer to one conversation are judged by."""

    case: Case
    loaded: ShopTables
    author: Author


_cases: _Shelf[Case] = _Shelf(128, 60.0)
_desks: _Shelf[Desk] = _Shelf(256, 3.0)


def prepared(conversation: Conversation) -> tuple[Case, ShopTables]:
    """The conversation as it stands, read and judged, with the tables it was judged by."""
    loaded = tables_of(conversation.shop_id)
    key = (conversation.pk, conversation.version, tuple(sorted(loaded.digests.items())))
    case = _cases.get(key)
    if case is None:
        case = _cases.put(key, prepare(gather(conversation, timezone.now()), loaded.tables))
    return case, loaded


def desk_of(conversation: Conversation, membership: Membership, *, news: bool = False) -> Desk:
    """The same with its writer, whose role and own limit are those of the membership as it is now. With
    `news` what was given and granted is read at once."""
    key = (conversation.pk, conversation.version, membership.agent_id)
    desk = None if news else _desks.get(key)
    if desk is None:
        case, loaded = prepared(conversation)
        author = writer_of(conversation, membership.agent, case, timezone.now())
        desk = _desks.put(key, Desk(case, loaded, author))
    now = replace(desk.author, role=membership.role, own=float(membership.limit))
    return replace(desk, author=now)
