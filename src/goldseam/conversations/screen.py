"""How a thread's messages are prepared for a screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone

from goldseam.conversations.models import Message


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message's text; `signal` is the code of the danger sign it shows, or empty."""

    text: str
    signal: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message ready to be shown. `side`: customer, agent, bot, system, note or event (something that
    happened to the thread itself); `first` in a row of the same writer's; `only_files` when its text only
    repeats the names of its files."""

    message: Message
    side: str
    first: bool
    pieces: list[Piece]

    @property
    def only_files(self) -> bool:
        """Whether there is nothing to read beside the files."""
        files = getattr(self.message, "files", [])
        return bool(files) and self.message.text == " ".join(f"[{file.name}]" for file in files)


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
            side = "event" if message.event else "note" if message.is_note else message.role
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
