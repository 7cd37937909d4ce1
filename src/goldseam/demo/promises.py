"""Promises of the demo shop: some fall due within the hour or tomorrow, some broke, some were kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from math import ceil
from typing import TYPE_CHECKING

from goldseam.conversations.actions import send_reply
from goldseam.conversations.queries import waiting_with_owner
from goldseam.promises.actions import watch
from goldseam.promises.queries import due_within

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Shop

_PAUSE = timedelta(minutes=4)
_LONG_AGO = timedelta(minutes=75)
_SOON = timedelta(hours=4)


def load_promises(shop: Shop, now: datetime) -> None:
    """Answers on conversations that have an owner and wait; the clock then does what it does every minute."""
    words = json.loads((files("goldseam.demo") / "data/promises.json").read_text("utf-8"))
    talks = waiting_with_owner(shop.pk, limit=14)
    _answer(_of(talks, "long", now), words["broken"], now)
    _answer(_of(talks, "long", now, skip=2), words["kept"], now, then=words["answers"])
    _answer(_of(talks, "any", now, skip=4), words["soon"], now)
    _answer(_of(talks, "any", now, skip=7), words["open"], now)
    for promise in due_within(now, _SOON):
        watch(promise, now)


def _of(talks: list[Conversation], age: str, now: datetime, *, skip: int = 0) -> Iterator[Conversation]:
    """Conversations from a place in the list on; with "long" only such as have waited for long."""
    for talk in talks[skip:]:
        since = talk.waiting_since
        if since is not None and (age == "any" or since + _LONG_AGO < now):
            yield talk


def _answer(
    talks: Iterator[Conversation], texts: list[str], now: datetime, *, then: list[str] | None = None
) -> None:
    for number, (talk, text) in enumerate(zip(talks, texts, strict=False)):
        at = min(now, (talk.waiting_since or now) + _PAUSE)
        hours = max(1, ceil((now - at).total_seconds() / 3600))
        send_reply(
            talk, talk.assignee, text.replace("{hours}", str(hours)), key=f"demo-promise-{talk.pk}", at=at
        )
        if then is not None:
            answered = at + timedelta(minutes=35)
            send_reply(talk, talk.assignee, then[number], key=f"demo-kept-{talk.pk}", at=answered)
