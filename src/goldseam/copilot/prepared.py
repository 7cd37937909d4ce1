"""What a check of one reply needs of its conversation, kept between two strokes of the keys.

Reading a conversation and deciding what is allowed in it takes most of a check's time and is the same until
something happens: the key is the conversation's version and the packs in force. What is kept is a minute old
at most, for time passes too; before a reply is sent everything is gathered anew."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from django.utils import timezone

from goldseam.copilot.engine import ShopTables, tables_of
from goldseam.copilot.facts import gather
from goldseam.engine.reply.check import prepare

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.engine.reply.verdicts import Case

_MOST = 128
_SECONDS = 60.0
_Key = tuple[int, int, tuple[tuple[str, str], ...]]

_kept: OrderedDict[_Key, tuple[float, Case]] = OrderedDict()
_turn = threading.Lock()


def prepared(conversation: Conversation) -> tuple[Case, ShopTables]:
    """The conversation as it stands, read and judged, with the tables it was judged by."""
    loaded = tables_of(conversation.shop_id)
    key = (conversation.pk, conversation.version, tuple(sorted(loaded.digests.items())))
    now = time.monotonic()
    with _turn:
        found = _kept.get(key)
        if found is not None and now - found[0] < _SECONDS:
            _kept.move_to_end(key)
            return found[1], loaded
    case = prepare(gather(conversation, timezone.now()), loaded.tables)
    with _turn:
        _kept[key] = (now, case)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return case, loaded
